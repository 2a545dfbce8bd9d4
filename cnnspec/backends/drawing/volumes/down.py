"""Boxes from top to bottom, their texts beside them in a column."""

from __future__ import annotations

from collections.abc import Sequence

from .captions import Caption, caption
from .layout import (
    GUTTER,
    LEAD,
    MARGIN,
    SMALL,
    Layout,
    Placed,
    best,
    echo_room,
    lanes_room,
    onwards_room,
    seen,
)
from .rows import Rows
from .scale import Scale, is_bar
from .solid import Solid
from .steps import Step

_LEAST_GAP = 34.0
_SIDE_TEXT = SMALL.width("0000") + 8
"""Room for numbers beside the boxes."""
_ROOM = 210.0
_BESIDE = 16.0


def down(steps: Sequence[Step]) -> Layout:
    """Columns from top to bottom, side by side."""
    scale = Scale([step.shape for step in steps], down=True)
    solids = [scale.solid(step.shape) for step in steps]
    captions = [caption(step, _ROOM) for step in steps]
    return best(lambda columns: _Columns(steps, solids, captions, columns).layout(), len(steps))


class _Columns(Rows):
    between_texts = 10.0

    def length(self, solid: Solid) -> float:
        return solid.height + solid.shift

    def text(self, caption: Caption) -> float:
        return caption.height

    def gap(self, place: int) -> float:
        before = echo_room(self.steps[place - 1]) if place else 0
        side = SMALL.leading if place and self._both_under(place) else 0
        return before + side + max(_LEAST_GAP, SMALL.leading * 2 + 6 if self.steps[place].kernel else 0)

    def _both_under(self, place: int) -> bool:
        """Whether a side's number and the word "dense" stand between a box and the one before it."""
        return self.steps[place].dense and not is_bar(self.steps[place - 1].shape)

    def layout(self) -> Layout:
        placed: list[Placed] = []
        edges, gutters, x, bottom = [], [], MARGIN, 0.0
        for number, column in enumerate(self.rows):
            left = x + lanes_room(self.skips, column) + _SIDE_TEXT
            edges.append(left - _SIDE_TEXT)
            made = self._column(number, column, left)
            placed += made
            bottom = max(bottom, *(self._end(item) for item in made))
            right = max(item.at[0] + item.caption.width for item in made)
            gutters.append(right + GUTTER / 2)
            x = right + GUTTER
        width = gutters[-1] - GUTTER / 2 + MARGIN
        return Layout(tuple(placed), self.skips, tuple(edges), tuple(gutters), width, bottom, True)

    def _end(self, item: Placed) -> float:
        room = onwards_room(self.steps[item.step.number + 1]) if self.goes_on(item) else 16
        box = seen(item.solid, item.step).bottom + room
        return max(box, item.at[1] + item.caption.height)

    def _column(self, number: int, column: range, left: float) -> list[Placed]:
        widths = {i: self.solids[i].width + self.solids[i].shift for i in column}
        axis = left + max(widths.values()) / 2
        beside = left + max(widths.values()) + _SIDE_TEXT + _BESIDE
        made = []
        for place, middle in zip(column, self._middles(number, column), strict=True):
            x, y = self.solids[place].centre
            text = self.captions[place]
            at = (beside, middle - text.height / 2 + text.lines[0][1].size)
            solid = self.solids[place].moved(axis - x, middle - y)
            made.append(Placed(self.steps[place], solid, text, at, "start", number))
        return made

    def _middles(self, number: int, column: range) -> list[float]:
        first = column[0]
        lead = LEAD if number else 0
        return self.middles(max(self.lengths[first] / 2 + lead, self.texts[first] / 2), column)
