"""What another threshold would give, where there are two classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from ...backends.palette import FAINT
from ..tasks import ClassTask
from .base import Drawing, Figure, FigureOptions, figure
from .ranking import ranked
from .style import WIDE, Entry, headed, legend_below, look, new_figure, said, shares
from .text import plain, shortened

if TYPE_CHECKING:
    import numpy as np

    from ..tasks import Scored

_POINTS = 500


@figure
class Threshold(Figure):
    name: ClassVar[str] = "threshold"
    title: ClassVar[str] = "Threshold"
    kinds: ClassVar[tuple[str, ...]] = ("classes",)
    about: ClassVar[str] = (
        "An image counts as of the positive class where its probability is at least the threshold. A higher threshold finds "
        "fewer of them (recall falls) but is more often right (precision rises); F1 is high where both are."
    )
    place: ClassVar[int] = 70

    def suits(self, scored: Scored) -> bool:
        task = scored.task
        binary = isinstance(task, ClassTask) and task.binary
        return binary and super().suits(scored) and next(ranked(scored), None) is not None

    def draw(self, scored: Scored, options: FigureOptions) -> Drawing:
        (one,) = ranked(scored)
        found = _over_thresholds(one.truth, one.score)
        page = new_figure(WIDE, 3.7)
        headed(page, self.title, options.title)
        axes = page.subplots()
        axes.set(xlabel="threshold on the probability", ylabel="precision, recall, F1")
        shares(axes.xaxis)
        shares(axes.yaxis)
        said(axes, f"positive class: {shortened(one.name, 200, 8)}")
        best = f"{found.best:.3f} at {found.place:.3g}"
        thresholds, *measures = found.columns
        named = zip(measures, ("precision", "recall", f"F1 (best {best})"), strict=True)
        entries = [_step(axes, thresholds, each, number, words) for number, (each, words) in enumerate(named)]
        used = axes.axvline(0.5, color=FAINT, linewidth=1, linestyle=(0, (2, 3)))
        entries.append(Entry(used, "0.5, which predictions use"))
        legend_below(page, entries)
        return Drawing(
            page, f"Precision, recall and F1 of {plain(one.name)} over the threshold: the best F1 is {best}."
        )


class _Over(NamedTuple):
    """Measures over thresholds, and the best F1 with its threshold."""

    columns: tuple[np.ndarray, ...]
    best: float
    place: float


def _over_thresholds(truth: np.ndarray, score: np.ndarray) -> _Over:
    """Thresholds from 0 to 1, precision, recall and F1; precision is not a number where nothing is predicted."""
    import numpy as np
    from sklearn.metrics import precision_recall_curve

    precision, recall, thresholds = precision_recall_curve(truth, score)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    best = int(f1.argmax())
    # The last point stands for a threshold above all scores, where sklearn sets precision to 1.
    columns = (np.append(thresholds, 1.0), np.append(precision[:-1], np.nan), recall, f1)
    kept = np.unique(np.append(np.linspace(0, len(f1) - 1, _POINTS).astype(int), best))
    # What holds at the least threshold holds from 0 on.
    found = tuple(np.concatenate([each[:1], each[kept]]) for each in columns)
    found[0][0] = 0.0
    return _Over(found, float(f1[best]), float(thresholds[best]))


def _step(axes: Any, x: np.ndarray, y: np.ndarray, number: int, words: str) -> Entry:
    (drawn,) = axes.plot(x, y, drawstyle="steps-pre", **look(number))
    return Entry(drawn, words)
