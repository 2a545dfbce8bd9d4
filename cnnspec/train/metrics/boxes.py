"""How well boxes lie on what they are about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...ir import Float, arg
from ..registries import METRICS, of_argument
from ..tasks import overlaps
from .base import Measure, measurable, predicted

if TYPE_CHECKING:
    from ..tasks import Scored


@METRICS.register("iou")
class Iou(Measure):
    """The mean over images of intersection over union: the area that the predicted and the actual box share, as a share
    of the area that they cover together.

    0 for a box without area. Everingham et al. 2010, section 4.2.2.
    """

    also_called = ("mean_iou", "MeanIoU", "box_iou", "jaccard", "jaccard_index", "intersection_over_union")
    kinds = ("boxes",)
    percent = True
    of: str | None = of_argument()

    def value(self, scored: Scored) -> float:
        return float(overlaps(scored.scores, scored.truth).mean())


@METRICS.register("localization")
class Localization(Measure):
    """The share of images whose class is right and whose box has an intersection over union of at least ``iou`` with the
    actual one.

    For networks with an output of classes and one of boxes. Single-object localization of ILSVRC, with the most probable
    class where that takes the best of five: Russakovsky et al. 2015, section 4.2.
    """

    also_called = ("localisation", "classification_and_localization")
    examples = ("localization(0.75)",)
    kinds = ("classes", "boxes")
    joint = True
    percent = True
    iou: float = arg(Float(above=0, maximum=1), "the least intersection over union of a right box", 0.5)
    of: str | None = of_argument()

    @property
    def key(self) -> str:
        return self.call_name if self.iou == 0.5 else f"{self.call_name}_{self.iou:g}"

    def compute(self, *scored: Scored) -> float | None:
        classes, boxes = scored
        if not (measurable(classes) and measurable(boxes)):
            return None
        right = predicted(classes) == classes.truth
        return float((right & (overlaps(boxes.scores, boxes.truth) >= self.iou)).mean())
