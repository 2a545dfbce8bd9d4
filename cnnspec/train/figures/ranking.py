"""How well probabilities put images that are of a class before those that are not: one curve a class."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from ...backends.palette import FAINT
from ..metrics.areas import one_against_rest
from .base import Drawing, Figure, FigureOptions, figure
from .style import WIDE, Entry, headed, legend_below, look, new_figure, said, shares
from .text import plain

if TYPE_CHECKING:
    import numpy as np

    from ..tasks import Scored

_SHOWN = 8
"""At most so many curves; of more classes, those that do worst."""
_POINTS = 500
"""At most so many points a curve."""


class Ranked(NamedTuple):
    """The images of one class, or with one label, against all others, by its probability."""

    name: str
    truth: np.ndarray
    score: np.ndarray


class Line(NamedTuple):
    """A curve, and what it comes to in one number."""

    name: str
    x: np.ndarray
    y: np.ndarray
    area: float


def ranked(scored: Scored) -> Iterator[Ranked]:
    """Each class or label that some images have and others have not; of two classes the positive one alone."""
    for number, truth, score in one_against_rest(scored):
        yield Ranked(scored.task.names[number], truth, score)


class Ranking(Figure):
    """A figure of one curve a class."""

    kinds: ClassVar[tuple[str, ...]] = ("classes", "labels")
    axes: ClassVar[tuple[str, str]]
    measure: ClassVar[str]
    short: ClassVar[str]
    look: ClassVar[dict[str, Any]] = {}

    def line(self, one: Ranked) -> Line:
        """The curve of a class."""
        raise NotImplementedError

    def at(self, line: Line, grid: np.ndarray) -> np.ndarray:
        """The height of a curve at places along the x axis."""
        raise NotImplementedError

    def chance(self, axes: Any, scored: Scored, lines: Sequence[Line]) -> Entry | None:
        """What guessing would give, drawn into the axes."""
        raise NotImplementedError

    def suits(self, scored: Scored) -> bool:
        return super().suits(scored) and next(ranked(scored), None) is not None

    def draw(self, scored: Scored, options: FigureOptions) -> Drawing:
        lines = sorted(map(self.line, ranked(scored)), key=lambda line: line.area)
        shown = lines[:_SHOWN]
        page = new_figure(WIDE, 3.7 + 0.17 * ((len(shown) + 3) // 2))
        headed(page, self.title, options.title)
        axes = page.subplots()
        axes.set(xlabel=self.axes[0], ylabel=self.axes[1])
        shares(axes.xaxis)
        shares(axes.yaxis)
        entries = [self._draw_line(axes, line, number) for number, line in enumerate(shown)]
        last = (self._mean(axes, lines), self.chance(axes, scored, lines))
        legend_below(page, [*entries, *(entry for entry in last if entry)])
        if len(lines) > len(shown):
            said(axes, f"the {len(shown)} of {len(lines)} {_called(scored)} with the least {self.measure}")
        return Drawing(page, self._alt(scored, lines))

    def _draw_line(self, axes: Any, line: Line, number: int) -> Entry:
        x, y = thinned(line.x, line.y)
        (drawn,) = axes.plot(x, y, **look(number), **self.look)
        return Entry(drawn, f"{self.short} {line.area:.3f}", line.name)

    def _mean(self, axes: Any, lines: Sequence[Line]) -> Entry | None:
        import numpy as np

        if len(lines) < 2:
            return None
        grid = np.linspace(0, 1, 201)
        height = np.mean([self.at(line, grid) for line in lines], 0)
        (drawn,) = axes.plot(grid, height, color="black", linewidth=2.6, zorder=1.9)
        return Entry(drawn, f"mean of {_all(len(lines))} {self.short} {_mean(lines):.3f}")

    def _alt(self, scored: Scored, lines: Sequence[Line]) -> str:
        worst, best = lines[0], lines[-1]
        text = f"{self.title} of {plain(worst.name)}: {self.measure} {worst.area:.3f}"
        if len(lines) == 1:
            return text + "."
        return (
            f"{self.title} of {len(lines)} {_called(scored)}: {self.measure} {_mean(lines):.3f} in the mean, least for "
            f"{plain(worst.name)} ({worst.area:.3f}), most for {plain(best.name)} ({best.area:.3f})."
        )


@figure
class Roc(Ranking):
    name: ClassVar[str] = "roc"
    title: ClassVar[str] = "ROC curve"
    about: ClassVar[str] = (
        "Each point is a threshold on the probability: upwards, the share of the class's images that are found; to the "
        "right, the share of all other images that are taken for it. The nearer a curve comes to the upper left corner, "
        "the better; the area under it (AUC) is 1 at best, and 0.5 for guessing."
    )
    place: ClassVar[int] = 30
    axes: ClassVar[tuple[str, str]] = ("false positive rate", "true positive rate")
    measure: ClassVar[str] = "area under the curve"
    short: ClassVar[str] = "AUC"

    def line(self, one: Ranked) -> Line:
        from sklearn.metrics import auc, roc_curve

        x, y, _ = roc_curve(one.truth, one.score)
        return Line(one.name, x, y, float(auc(x, y)))

    def at(self, line: Line, grid: np.ndarray) -> np.ndarray:
        import numpy as np

        heights: np.ndarray = np.interp(grid, line.x, line.y)
        return heights

    def chance(self, axes: Any, scored: Scored, lines: Sequence[Line]) -> Entry | None:
        (drawn,) = axes.plot([0, 1], [0, 1], color=FAINT, linewidth=1, linestyle=(0, (2, 3)))
        return Entry(drawn, "guessing AUC 0.5")


@figure
class PrecisionRecall(Ranking):
    name: ClassVar[str] = "precision_recall"
    title: ClassVar[str] = "Precision and recall"
    about: ClassVar[str] = (
        "Each point is a threshold on the probability: to the right, the share of the class's images that are found "
        "(recall); upwards, the share of what is taken for the class that really is of it (precision). The nearer a curve "
        "comes to the upper right corner, the better; guessing gives the class's share of all images, its base rate. "
        "Where a class is rare this says more than the ROC curve."
    )
    place: ClassVar[int] = 40
    axes: ClassVar[tuple[str, str]] = ("recall", "precision")
    measure: ClassVar[str] = "average precision"
    short: ClassVar[str] = "AP"
    look: ClassVar[dict[str, Any]] = {"drawstyle": "steps-post"}

    def line(self, one: Ranked) -> Line:
        import numpy as np
        from sklearn.metrics import precision_recall_curve

        y, x, _ = precision_recall_curve(one.truth, one.score, drop_intermediate=True)
        y[-1] = y[-2]  # sklearn's own 1, where nothing is predicted
        return Line(one.name, x, y, float(-np.sum(np.diff(x) * y[:-1])))

    def at(self, line: Line, grid: np.ndarray) -> np.ndarray:
        import numpy as np

        heights: np.ndarray = line.y[::-1][np.searchsorted(line.x[::-1], grid)]
        return heights

    def chance(self, axes: Any, scored: Scored, lines: Sequence[Line]) -> Entry | None:
        if len(lines) > 1:
            return None
        rate = float(next(ranked(scored)).truth.mean())
        drawn = axes.axhline(rate, color=FAINT, linewidth=1, linestyle=(0, (2, 3)))
        return Entry(drawn, f"base rate {rate:.3g}")


def thinned(x: np.ndarray, y: np.ndarray, most: int = _POINTS) -> tuple[np.ndarray, np.ndarray]:
    """At most so many points of a curve, about evenly along its length."""
    import numpy as np

    if len(x) <= most:
        return x, y
    along = np.concatenate([[0.0], np.hypot(np.diff(x), np.diff(y)).cumsum()])
    kept = np.unique(np.searchsorted(along, np.linspace(0, along[-1], most - 1)))
    kept = np.append(kept[kept < len(x) - 1], len(x) - 1)
    return x[kept], y[kept]


def _called(scored: Scored) -> str:
    return scored.task.kind


def _all(count: int) -> str:
    return "both" if count == 2 else f"all {count}"


def _mean(lines: Sequence[Line]) -> float:
    return sum(line.area for line in lines) / len(lines)
