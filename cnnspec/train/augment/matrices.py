"""Places moved by matrices: (B, 3, 3), from a place of the result to the place of the image that is seen there."""

from __future__ import annotations

import numpy as np


def identity(count: int) -> np.ndarray:
    return np.broadcast_to(np.eye(3), (count, 3, 3)).copy()


def scaled_and_moved(
    tall: np.ndarray, wide: np.ndarray, left: np.ndarray | float, top: np.ndarray | float
) -> np.ndarray:
    """A step of one pixel in the result is ``wide`` by ``tall`` pixels in the image; the corner comes from (left, top)."""
    made = identity(len(tall))
    made[:, 0, 0], made[:, 1, 1] = wide, tall
    made[:, 0, 2], made[:, 1, 2] = left, top
    return made


def about_the_middle(inner: np.ndarray, sizes: np.ndarray, shift: np.ndarray | None = None) -> np.ndarray:
    """``inner`` (B, 2, 2) about the middle of images of ``sizes``; ``shift`` (B, 2) moves the result by x and y."""
    middle = sizes[:, ::-1] / 2
    made = identity(len(inner))
    made[:, :2, :2] = inner
    moved = middle if shift is None else middle + shift
    made[:, :2, 2] = middle - (inner @ moved[:, :, None])[:, :, 0]
    return made


def moved_points(points: np.ndarray, matrices: np.ndarray) -> np.ndarray:
    """Points (B, K, 2) of the images as places of the results."""
    inverse = np.linalg.inv(matrices)
    return points @ inverse[:, :2, :2].transpose(0, 2, 1) + inverse[:, None, :2, 2]


def moved_boxes(boxes: np.ndarray, matrices: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Boxes (B, 4) as they lie in the results: the upright boxes around the moved corners, cut at the edges."""
    corners = boxes[:, [0, 1, 2, 1, 2, 3, 0, 3]].reshape(-1, 4, 2)
    moved = moved_points(corners, matrices)
    edges = sizes[:, None, ::-1]
    inside = np.clip(moved, 0, edges)
    return np.concatenate([inside.min(1), inside.max(1)], axis=1)
