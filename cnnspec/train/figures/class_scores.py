"""Precision, recall and F1 of each class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from ...backends.palette import BLUE, FAINT, GREEN, RED
from ..metrics.tables import class_table
from .base import Drawing, Figure, FigureOptions, figure
from .style import SMALL, WIDE, Entry, headed, legend_below, new_figure, said, shares
from .text import plain, shortened

if TYPE_CHECKING:
    from ..tasks import Scored

_SHOWN = 30
_NAME = 96.0
"""Points that a name may take."""
_MARKS: dict[str, dict[str, Any]] = {
    "precision": {"marker": "s", "markersize": 7, "color": BLUE, "markerfacecolor": "none"},
    "recall": {"marker": "D", "markersize": 5.5, "color": RED, "markerfacecolor": "none"},
    "F1": {"marker": "o", "markersize": 3.2, "color": GREEN},
}


@figure
class ClassScores(Figure):
    name: ClassVar[str] = "class_scores"
    title: ClassVar[str] = "Precision and recall of each class"
    kinds: ClassVar[tuple[str, ...]] = ("classes", "labels")
    about: ClassVar[str] = (
        "Precision is the share of what is taken for a class that really is of it; recall is the share of the class's "
        "images that are found; F1 is high only where both are. The classes that do worst stand at the top; a mark is "
        "missing where there is nothing to count."
    )
    place: ClassVar[int] = 20

    def suits(self, scored: Scored) -> bool:
        return super().suits(scored) and bool(_rows(scored))

    def draw(self, scored: Scored, options: FigureOptions) -> Drawing:
        rows = _rows(scored)
        shown = rows[:_SHOWN]
        page = new_figure(WIDE, 1.25 + 0.2 * max(3, len(shown)))
        headed(page, self.title, options.title)
        axes = page.subplots()
        _name_rows(axes, [row.name for row in shown])
        between = [[v for v in (row.precision, row.recall) if v is not None] for row in shown]
        ends = [(min(pair), max(pair)) if pair else (0, 0) for pair in between]
        axes.hlines(range(len(shown)), *zip(*ends, strict=True), color=FAINT, linewidth=0.8)
        entries = [Entry(_dots(axes, shown, key), key) for key in _MARKS]
        legend_below(page, entries, columns=3)
        if len(rows) > len(shown):
            said(axes, f"the {len(shown)} of {len(rows)} {scored.task.kind} with the least F1")
        return Drawing(page, _alt(scored, rows))


def _rows(scored: Scored) -> list[Any]:
    """Classes that occur, in truth or as predicted; those with the least F1 first."""
    there = [row for row in class_table(scored) if row.images or row.predicted]
    return sorted(there, key=lambda row: (_order(row.f1), _order(row.recall)))


def _order(value: float | None) -> float:
    return 0.0 if value is None else value


def _name_rows(axes: Any, names: Sequence[str]) -> None:
    axes.set_yticks(range(len(names)), [shortened(each, _NAME, SMALL) for each in names])
    axes.set_ylim(max(3, len(names)) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    shares(axes.xaxis)


def _dots(axes: Any, rows: Sequence[Any], key: str) -> Any:
    found = [(getattr(row, key.lower()), place) for place, row in enumerate(rows)]
    there = [(value, place) for value, place in found if value is not None]
    across, down = zip(*there, strict=True) if there else ((), ())
    (drawn,) = axes.plot(across, down, linestyle="none", clip_on=False, **_MARKS[key])
    return drawn


def _alt(scored: Scored, rows: Sequence[Any]) -> str:
    worst, best = rows[0], rows[-1]
    if len(rows) == 1:
        return f"Precision, recall and F1 of {plain(worst.name)}: F1 is {_said(worst.f1)}."
    text = f"Precision, recall and F1 of {len(rows)} {scored.task.kind}: "
    least, most = (f"{plain(row.name)} ({_said(row.f1)})" for row in (worst, best))
    return f"{text}F1 is least for {least} and most for {most}."


def _said(value: float | None) -> str:
    return "none" if value is None else f"{value:.3f}"
