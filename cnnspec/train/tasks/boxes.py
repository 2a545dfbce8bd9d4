"""A box around what is in the picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from .numbers import NumberTask

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class BoxTask(NumberTask):
    """Left, top, right and bottom of one box an image, in pixels of the network's input."""

    kind: ClassVar[str] = "boxes"
    metrics: ClassVar[tuple[str, ...]] = ("iou",)


def overlaps(boxes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """(N,): intersection over union of two boxes (N, 4) each, row by row; 0 for a box without area.

    The Jaccard index, as PASCAL VOC measures boxes (Everingham et al. 2010, section 4.2.2).
    """
    import numpy as np

    inner = np.concatenate(
        [np.maximum(boxes[:, :2], others[:, :2]), np.minimum(boxes[:, 2:], others[:, 2:])], 1
    )
    common, *areas = (_area(each) for each in (inner, boxes, others))
    union = areas[0] + areas[1] - common
    result: np.ndarray = common / np.where(union > 0, union, 1.0)
    return result


def _area(boxes: np.ndarray) -> np.ndarray:
    import numpy as np

    sides: np.ndarray = np.maximum(0.0, boxes[:, 2:] - boxes[:, :2])
    areas: np.ndarray = sides[:, 0] * sides[:, 1]
    return areas
