"""Shapes of one sample: (C, H, W) for a feature map, (N,) for a vector; the batch is left out."""

from __future__ import annotations

from math import prod

Shape = tuple[int, ...]


def size(shape: Shape) -> int:
    """Number of elements."""
    return prod(shape)


def show(shape: Shape) -> str:
    """``64 x 56 x 56``."""
    return " x ".join(map(str, shape))


def is_map(shape: Shape) -> bool:
    return len(shape) == 3
