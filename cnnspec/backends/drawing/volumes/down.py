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
from .rows import broken
from .scale import Scale
from .skips import Skip, skips_of
from .solid import Solid
from .steps import Step

_LEAST_GAP = 34.0
_BETWEEN_TEXTS = 10.0
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


class _Columns:
    def __init__(
        self, steps: Sequence[Step], solids: Sequence[Solid], captions: Sequence[Caption], columns: int
    ) -> None:
        self.steps, self.solids, self.captions = steps, solids, captions
        self.heights = [solid.height + solid.shift for solid in solids]
        self.columns = broken([self._slot(place) for place in range(len(steps))], columns)
        self.skips: tuple[Skip, ...] = skips_of(steps, self.columns)

    def _slot(self, place: int) -> float:
        return max(self.heights[place] + self._gap(place), self.captions[place].height + _BETWEEN_TEXTS)

    def _gap(self, place: int) -> float:
        before = echo_room(self.steps[place - 1]) if place else 0
        return before + max(_LEAST_GAP, SMALL.leading * 2 + 6 if self.steps[place].kernel else 0)

    def layout(self) -> Layout:
        placed: list[Placed] = []
        edges, gutters, x, bottom = [], [], MARGIN, 0.0
        for number, column in enumerate(self.columns):
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
        last = item.step.number + 1 == self.columns[item.row].stop and item.row + 1 < len(self.columns)
        box = seen(item.solid, item.step).bottom + (
            onwards_room(self.steps[item.step.number + 1]) if last else 16
        )
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
        middles = [max(self.heights[first] / 2 + lead, self.captions[first].height / 2)]
        for place in column[1:]:
            boxes = (self.heights[place - 1] + self.heights[place]) / 2 + self._gap(place)
            texts = (self.captions[place - 1].height + self.captions[place].height) / 2 + _BETWEEN_TEXTS
            middles.append(middles[-1] + max(boxes, texts))
        return middles
