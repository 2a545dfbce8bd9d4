"""Predicted numbers beside the true ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from ...backends.palette import BLUE, FAINT, INK, PALE_BLUE
from .base import Drawing, Figure, FigureOptions, figure, images
from .style import few, headed, panels, titled, whole
from .text import plain

if TYPE_CHECKING:
    import numpy as np

    from ..tasks import Scored

_PANELS = 6
_DOTS = 3000
_BINS = 30


class Columns(Figure):
    """A figure of a panel a column, of at most six."""

    kinds: ClassVar[tuple[str, ...]] = ("numbers",)

    def suits(self, scored: Scored) -> bool:
        return super().suits(scored) and bool(scored.truth.shape[1])


@figure
class Scatter(Columns):
    name: ClassVar[str] = "scatter"
    title: ClassVar[str] = "Predicted against actual"
    about: ClassVar[str] = (
        "Each dot is an image: to the right its true value, upwards the predicted one. On the diagonal both are equal; the "
        "farther a dot is from it, the larger the mistake."
    )
    place: ClassVar[int] = 100

    def draw(self, scored: Scored, options: FigureOptions) -> Drawing:
        count = min(_PANELS, scored.truth.shape[1])
        columns = min(2, count)
        page, made = panels(count, 2.4 if count > 1 else 4.2)
        headed(page, self.title, options.title, _left_out(scored), _thinned(len(scored)))
        for number, axes in enumerate(made):
            _dots(axes, scored.truth[:, number], scored.scores[:, number], columns)
            titled(axes, scored.task.names[number], columns, f"mean error {_error(scored, number):.3g}")
        page.supxlabel("actual", fontsize=9)
        page.supylabel("predicted", fontsize=9)
        return Drawing(page, f"Predicted against actual values: {_errors(scored, count)}.")


@figure
class Residuals(Columns):
    name: ClassVar[str] = "residuals"
    title: ClassVar[str] = "Residuals"
    about: ClassVar[str] = (
        "How far predictions are from the truth: predicted less actual, so that what lies left of 0 was predicted too low. "
        "The narrower the heap, the better; one that is not about 0 means that predictions are off in one direction."
    )
    place: ClassVar[int] = 110

    def draw(self, scored: Scored, options: FigureOptions) -> Drawing:
        count = min(_PANELS, scored.truth.shape[1])
        columns = min(2, count)
        page, made = panels(count, 1.9 if count > 1 else 2.6)
        headed(page, self.title, options.title, _left_out(scored))
        off = scored.scores - scored.truth
        for number, axes in enumerate(made):
            histogram(axes, off[:, number], columns)
            axes.axvline(0, color=INK, linewidth=1, linestyle="--")
            titled(axes, scored.task.names[number], columns, f"mean {_short(off[:, number].mean())}")
        page.supxlabel("predicted − actual", fontsize=9)
        page.supylabel("images", fontsize=9)
        parts = [
            f"{plain(n)} {_short(v)}" for n, v in zip(scored.task.names[:count], off.mean(0), strict=False)
        ]
        return Drawing(page, f"Histograms of predicted less actual values; means: {', '.join(parts)}.")


def _dots(axes: Any, truth: np.ndarray, predicted: np.ndarray, columns: int) -> None:
    import numpy as np

    kept = np.linspace(0, len(truth) - 1, min(_DOTS, len(truth))).astype(int)
    limits = span(np.concatenate([truth, predicted]))
    axes.plot(limits, limits, color=FAINT, linewidth=1, linestyle="--")
    solid = 0.9 if len(kept) < 100 else 0.4
    axes.plot(truth[kept], predicted[kept], "o", color=BLUE, markersize=3, alpha=solid, markeredgewidth=0)
    axes.set(xlim=limits, ylim=limits)
    for axis in (axes.xaxis, axes.yaxis):
        few(axis, columns)


def histogram(axes: Any, values: np.ndarray, columns: int, low: float | None = None) -> None:
    """Bars of how often values come; from ``low`` on, where there is a least one."""
    import numpy as np

    limits = span(values, 0.0)
    bins = min(_BINS, max(5, int(2 * len(values) ** 0.5)))
    edges = np.linspace(limits[0] if low is None else min(low, limits[0]), limits[1], bins + 1)
    counts = np.histogram(values, edges)[0]
    axes.stairs(counts, edges, fill=True, color=PALE_BLUE)
    axes.stairs(counts, edges, color=INK, linewidth=0.6)
    axes.set_ylim(0, None)
    whole(axes.yaxis, 4)
    few(axes.xaxis, columns)


def span(values: np.ndarray, room: float = 0.04) -> tuple[float, float]:
    """Limits that hold all values with some room, and are never so near to one another that nothing fits between."""
    low, high = float(values.min()), float(values.max())
    largest = max(abs(low), abs(high))
    if high - low <= 1e-12 * largest:
        return low - (0.1 * largest or 1.0), high + (0.1 * largest or 1.0)
    return low - room * (high - low), high + room * (high - low)


def _left_out(scored: Scored) -> str:
    count = scored.truth.shape[1]
    return f"the first {_PANELS} of {count} columns" if count > _PANELS else ""


def _thinned(count: int) -> str:
    return f"{_DOTS:,} of {images(count)}" if count > _DOTS else ""


def _error(scored: Scored, number: int) -> float:
    return float(abs(scored.scores[:, number] - scored.truth[:, number]).mean())


def _errors(scored: Scored, count: int) -> str:
    parts = [f"{plain(scored.task.names[n])} {_error(scored, n):.3g}" for n in range(count)]
    return f"mean absolute errors {', '.join(parts)}"


def _short(value: float) -> str:
    return f"{value:.3g}".replace("-", "−")
