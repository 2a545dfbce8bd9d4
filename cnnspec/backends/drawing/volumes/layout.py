"""Where boxes and their texts stand, in one row or several."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from .captions import Caption
from .measure import Font
from .notes import Anchor
from .skips import Skip
from .solid import Rect, Solid
from .steps import Step
from .svg import Point

SMALL = Font(10)
"""Sizes and kernels."""
MARGIN = 20.0
LANE, LANES_START, TAG_ROOM = 11.0, 12.0, 26.0
"""Distance of two arcs; of the first and the largest box; what tags need."""
LEAD = 34.0
"""Length of the arrow that goes on to the next row."""
GUTTER = 30.0
"""Between two rows."""
_ECHO, _MOST_ECHOES = 5.0, 2
_WIDEST, _TALLEST = 1600.0, 1500.0
_BETTER_WHOLE = 1.15
"""A little too wide is better than arcs that are broken."""
_AROUND = 140.0
"""Height of heading and legend."""
_BROADEST = 3.3
"""Width of a page, in heights, and the other way round."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A box with its text; ``at`` is where the first baseline is, ``anchor`` that of SVG. ``row`` counts from 0."""

    step: Step
    solid: Solid
    caption: Caption
    at: Point
    anchor: Anchor
    row: int

    @property
    def echoes(self) -> int:
        return echoes(self.step)


@dataclass(frozen=True, slots=True)
class Layout:
    """``edges`` is, for each row, the line that its boxes don't pass on the side of the arcs, ``gutters`` the line
    between it and the next row. ``width`` and ``height`` are in pixels, from (0, 0)."""

    placed: tuple[Placed, ...]
    skips: tuple[Skip, ...]
    edges: tuple[float, ...]
    gutters: tuple[float, ...]
    width: float
    height: float
    down: bool


Laid = Callable[[int], Layout]


def best(laid: Laid, most_rows: int) -> Layout:
    """The layout with as few rows as a page allows."""
    layout = laid(1)
    if layout.skips and _strain(layout) <= _BETTER_WHOLE:
        return layout
    for rows in range(2, most_rows + 1):
        if _fits(layout):
            break
        other = laid(rows)
        layout = other if _strain(other) < _strain(layout) else layout
    return layout


def _fits(layout: Layout) -> bool:
    return _strain(layout) <= 1


def _strain(layout: Layout) -> float:
    """How far it is beyond the page's size or proportions; at most 1 where it is neither."""
    width, height = layout.width, layout.height + _AROUND
    if layout.down:
        return max(height / _TALLEST, height / width / _BROADEST)
    return max(width / _WIDEST, width / height / _BROADEST)


def echoes(step: Step) -> int:
    """Outlines behind a box that stands for several."""
    return min(step.times - 1, _MOST_ECHOES)


def echo_room(step: Step) -> float:
    return echoes(step) * _ECHO


def echoed(placed: Placed) -> Iterator[Solid]:
    """The outlines behind it, the last one first."""
    for number in range(placed.echoes, 0, -1):
        by = number * _ECHO
        yield placed.solid.moved(*((0, by) if placed.solid.down else (by, 0)))


def seen(solid: Solid, step: Step) -> Rect:
    """What a box takes with the outlines behind it."""
    box, room = solid.bounds, echo_room(step)
    if solid.down:
        return Rect(box.left, box.top, box.right, box.bottom + room)
    return Rect(box.left, box.top, box.right + room, box.bottom)


def lanes_room(skips: Sequence[Skip], row: range) -> float:
    """What arcs and tags of a row need beside its boxes."""
    lanes = [skip.lane for skip in skips if not skip.tag and skip.tail in row]
    tagged = any(skip.tag and (skip.tail in row or skip.head in row) for skip in skips)
    return (LANES_START + LANE * max(lanes) if lanes else 0) + (TAG_ROOM if tagged else 0)


def link_room(step: Step) -> float:
    """What is written between a box and the one before it."""
    if step.dense:
        return SMALL.width("dense") + 14
    texts = step.kernel.texts if step.kernel else ()
    return max((SMALL.width(text) for text in texts), default=14) + 12


def onwards_room(step: Step) -> float:
    """What the line to a box in the next row needs at the end of its own."""
    return max(LEAD, link_room(step))
