"""Whether probabilities can be taken at their word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from ...backends.palette import BLUE, FAINT, INK, PALE_BLUE, RED
from ..metrics.tables import Bin, reliability
from .base import Drawing, Figure, FigureOptions, figure, percent
from .style import WIDE, Entry, headed, legend_below, new_figure, said, shares, whole

if TYPE_CHECKING:
    from ..tasks import Scored

_BINS = 10


@figure
class Calibration(Figure):
    name: ClassVar[str] = "calibration"
    title: ClassVar[str] = "Calibration"
    kinds: ClassVar[tuple[str, ...]] = ("classes", "labels")
    about: ClassVar[str] = (
        "Predictions are put into bins by how probable the network held them; each bar shows the share of its bin that is "
        "right. On the diagonal 80% sure means right in 80 of 100 cases; what lies below it means that the network is too "
        "sure of itself. The lower histogram counts the predictions of each bin."
    )
    place: ClassVar[int] = 50

    def draw(self, scored: Scored, options: FigureOptions) -> Drawing:
        found = reliability(scored, _BINS)
        page = new_figure(WIDE, 4.9)
        headed(page, self.title, options.title)
        upper, lower = page.subplots(2, 1, sharex=True, height_ratios=(3, 1))
        legend_below(page, _gaps(upper, found.bins), columns=3)
        error = f"expected calibration error {found.error:.3f}"
        said(upper, error)
        upper.set_ylabel("share that applies" if scored.task.kind == "labels" else "share that is right")
        _counts(lower, found.bins)
        lower.set_xlabel(
            f"probability of {'a label' if scored.task.kind == 'labels' else 'the predicted class'}"
        )
        return Drawing(page, _alt(found.bins, error))


def _gaps(axes: Any, bins: Sequence[Bin]) -> list[Entry]:
    sure, right = [each.confidence for each in bins], [each.right for each in bins]
    axes.bar(_middles(bins), right, 1 / _BINS, color=PALE_BLUE, edgecolor=INK)
    gaps = axes.vlines(sure, sure, right, color=RED, linewidth=2)
    (dots,) = axes.plot(sure, right, "o", color=BLUE, clip_on=False)
    (diagonal,) = axes.plot([0, 1], [0, 1], color=FAINT, linewidth=1, linestyle="--")
    shares(axes.xaxis)
    shares(axes.yaxis)
    return [Entry(dots, "mean of a bin"), Entry(gaps, "gap"), Entry(diagonal, "perfectly calibrated")]


def _counts(axes: Any, bins: Sequence[Bin]) -> None:
    axes.bar(_middles(bins), [each.count for each in bins], 1 / _BINS, color=PALE_BLUE, edgecolor=INK)
    axes.set_ylabel("count")
    whole(axes.yaxis, 3)


def _middles(bins: Sequence[Bin]) -> list[float]:
    import numpy as np

    # The upper edge belongs to a bin, as in ``reliability``.
    inner = np.linspace(0, 1, _BINS + 1)[1:-1]
    return [(int(np.digitize(each.confidence, inner, right=True)) + 0.5) / _BINS for each in bins]


def _alt(bins: Sequence[Bin], error: str) -> str:
    most = max(bins, key=lambda each: each.count)
    return (
        f"Reliability diagram: {error}; the fullest of {len(bins)} bins has a mean probability of "
        f"{percent(most.confidence)} and a share of {percent(most.right)}."
    )
