"""Boxes from left to right, their texts under them on one line."""

from __future__ import annotations

from collections.abc import Sequence

from ....ir import Shape
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
    link_room,
    onwards_room,
    seen,
)
from .rows import Rows
from .scale import Scale, is_bar
from .solid import Solid
from .steps import Step

_LEAST_GAP = 36.0
_UNDER = 16.0
"""Room for the number of channels under a box."""
_BESIDE_BAR, _NARROWEST, _WIDEST = 100.0, 124.0, 165.0
"""Room for a line of text at a vector; at a map, least and most."""


def across(steps: Sequence[Step]) -> Layout:
    """Rows from left to right, under each other like lines of text."""
    scale = Scale([step.shape for step in steps], down=False)
    solids = [scale.solid(step.shape) for step in steps]
    captions = [caption(step, _room(step, solid)) for step, solid in zip(steps, solids, strict=True)]
    return best(lambda rows: _Rows(steps, solids, captions, rows).layout(), len(steps))


def _room(step: Step, solid: Solid) -> float:
    if is_bar(step.shape):
        return _BESIDE_BAR
    box = solid.bounds
    return min(max(box.right - box.left + 30, _NARROWEST), _WIDEST)


def side_text(shape: Shape) -> str:
    """What stands at the left of a box."""
    return "" if is_bar(shape) else str(shape[1])


class _Rows(Rows):
    between_texts = 12.0

    def length(self, solid: Solid) -> float:
        return solid.width + solid.shift

    def text(self, caption: Caption) -> float:
        return caption.width

    def gap(self, place: int) -> float:
        side = SMALL.width(side_text(self.steps[place].shape)) + 14
        before = echo_room(self.steps[place - 1]) if place else 0
        return before + max(_LEAST_GAP, side, link_room(self.steps[place]))

    def layout(self) -> Layout:
        placed: list[Placed] = []
        edges, gutters, right, y = [], [], 0.0, 0.0
        for number, row in enumerate(self.rows):
            y += lanes_room(self.skips, row)
            edges.append(y)
            made, bottom = self._row(number, row, y)
            placed += made
            right = max(right, *(self._end(item) for item in made))
            gutters.append(bottom + GUTTER / 2)
            y = bottom + GUTTER
        width = right + MARGIN
        return Layout(
            tuple(placed), self.skips, tuple(edges), tuple(gutters), width, gutters[-1] - GUTTER / 2, False
        )

    def _end(self, item: Placed) -> float:
        text = item.at[0] + item.caption.width / 2
        onwards = self.goes_on(item)
        room = onwards_room(self.steps[item.step.number + 1]) if onwards else SMALL.width("0000")
        return max(text, seen(item.solid, item.step).right + room)

    def _row(self, number: int, row: range, y: float) -> tuple[list[Placed], float]:
        """The boxes of a row whose tallest one begins at ``y``; and where its texts end."""
        tallest = max(self.solids[i].height + self.solids[i].shift for i in row)
        axis, baseline = y + tallest / 2, y + tallest + _UNDER
        made = []
        for place, middle in zip(row, self._middles(number, row), strict=True):
            x, above = self.solids[place].centre
            solid = self.solids[place].moved(middle - x, axis - above)
            at = (middle, baseline + self.captions[place].lines[0][1].size)
            made.append(Placed(self.steps[place], solid, self.captions[place], at, "middle", number))
        return made, baseline + max(self.captions[i].height for i in row)

    def _middles(self, number: int, row: range) -> list[float]:
        """The middle of each box of a row, from left to right."""
        first = row[0]
        side = SMALL.width(side_text(self.steps[first].shape)) + 8
        lead = LEAD if number else 0
        return self.middles(MARGIN + max(self.lengths[first] / 2 + side + lead, self.texts[first] / 2), row)
