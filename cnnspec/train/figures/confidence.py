"""How sure the network is where it is right, and where it is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from ...backends.palette import INK, PALE_GREEN, PALE_ORANGE
from ..metrics.base import predicted
from .base import Drawing, Figure, FigureOptions, figure, images, percent
from .style import WIDE, headed, new_figure, said, shares, whole

if TYPE_CHECKING:
    import numpy as np

    from ..tasks import Scored


@figure
class Confidence(Figure):
    name: ClassVar[str] = "confidence"
    title: ClassVar[str] = "Confidence"
    kinds: ClassVar[tuple[str, ...]] = ("classes",)
    about: ClassVar[str] = (
        "How probable the network held the class that it predicted: above for the images where it was right, below for "
        "those where it was wrong. Mistakes far to the right are those that it was sure of. Each of the two has its own "
        "scale."
    )
    place: ClassVar[int] = 60

    def draw(self, scored: Scored, options: FigureOptions) -> Drawing:
        sure = scored.scores.max(1)
        right = predicted(scored) == scored.truth
        page = new_figure(WIDE, 3.9)
        headed(page, self.title, options.title)
        upper, lower = page.subplots(2, 1, sharex=True)
        _bars(upper, sure[right], "right", PALE_GREEN)
        _bars(lower, sure[~right], "wrong", PALE_ORANGE)
        lower.set_xlabel("probability of the predicted class")
        parts = [_said(sure[right], "right"), _said(sure[~right], "wrong")]
        return Drawing(page, f"Histograms of the predicted class's probability: {'; '.join(parts)}.")


def _bars(axes: Any, values: np.ndarray, what: str, color: str) -> None:
    axes.hist(values.clip(0, 1), bins=20, range=(0, 1), color=color, edgecolor=INK)
    axes.set_ylabel("images")
    axes.set_ylim(0, None if len(values) else 1)
    shares(axes.xaxis)
    whole(axes.yaxis, 4)
    said(axes, _said(values, what))


def _said(values: np.ndarray, what: str) -> str:
    import numpy as np

    median = f", median {percent(float(np.median(values)))}" if len(values) else ""
    return f"{what}: {images(len(values))}{median}"
