"""Geometry between neighbours: the kernel on the map before, the lines that meet at one pixel, full connections."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from .layout import LEAD, MARGIN, Layout, Placed, onwards_room, seen
from .scale import is_bar
from .solid import Rect, Solid
from .svg import Point

_LEAST_WINDOW = 6.0
_HIGH, _LOW = 0.36, 0.64
"""Where windows lie on a map, by turns, so that the lines that come in don't end in the window from which others go out."""
_PIECES = 8
_BEFORE = MARGIN * 0.6
"""Where a line comes in at the begin of a row."""


@dataclass(frozen=True, slots=True)
class Link:
    """What is drawn between box ``step`` and the one before it. ``window`` is the kernel on the map, ``lines`` are thin,
    those ``inside`` a box are hidden by its front; ``arrow`` has a head at its end. ``middle`` is where words may stand,
    between the two boxes."""

    step: int
    kind: str
    middle: Point
    window: tuple[Point, ...] = ()
    lines: tuple[tuple[Point, ...], ...] = ()
    inside: tuple[tuple[Point, ...], ...] = ()
    arrow: tuple[Point, ...] = ()


def links_of(layout: Layout) -> tuple[Link, ...]:
    """Links of all neighbours of which one reads the other."""
    pairs = pairwise(layout.placed)
    return tuple(_link(layout, a, b) for a, b in pairs if a.step.number in b.step.sources)


def covered(line: tuple[Point, ...]) -> Iterator[Rect]:
    """Small rectangles along a line."""
    for (x, y), (to_x, to_y) in pairwise(line):
        for place in range(_PIECES):
            shares = place / _PIECES, (place + 1) / _PIECES
            xs, ys = ([a + s * (b - a) for s in shares] for a, b in ((x, to_x), (y, to_y)))
            yield Rect(min(xs), min(ys), max(xs), max(ys))


def _link(layout: Layout, tail: Placed, head: Placed) -> Link:
    kernel = head.step.kernel if head.step.sources[0] == tail.step.number else None
    broken = tail.row != head.row
    if kernel and not kernel.whole and not is_bar(tail.step.shape):
        return _kernel(layout, tail, head, kernel.size, broken)
    if broken:
        start = _start(tail)
        onwards = _onwards(layout, tail, head, start)
        return Link(head.step.number, "plain", _between(tail, None, start, onwards[1]), arrow=onwards)
    if kernel and not is_bar(tail.step.shape):
        end = head.solid.entry(0.5, 0.5)
        lines = tuple((corner, end) for corner in _corners(tail.solid))
        return Link(head.step.number, "whole", _between(tail, head, _start(tail), end), lines=lines)
    if head.step.dense:
        return _dense(tail, head)
    near, far = _start(tail), head.solid.rim()
    return Link(head.step.number, "plain", _between(tail, head, near, far), arrow=(near, far))


def _start(tail: Placed) -> Point:
    """The middle of the face where the flow goes out, or of what is seen of it."""
    room, (x, y) = seen(tail.solid, tail.step), tail.solid.centre
    if tail.solid.down:
        return x, room.bottom
    return tail.solid.exit(0.5, 0.5)[0] + room.right - tail.solid.bounds.right, y


def _corners(solid: Solid) -> tuple[Point, ...]:
    """Corners of the face where the flow goes out, as far as they are seen."""
    hidden = ((0.0, 0.0),) if solid.down else ()
    return tuple(solid.exit(*c) for c in ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)) if c not in hidden)


def _kernel(layout: Layout, tail: Placed, head: Placed, size: tuple[int, int], broken: bool) -> Link:
    _, height, width = tail.step.shape
    solid = tail.solid
    deep, long = (solid.width, solid.shift) if solid.down else (solid.shift, solid.height)
    across, tall = _share(size[1], width, deep), _share(size[0], height, long)
    place = _HIGH if tail.step.number % 2 else _LOW
    x, y = _inside(1 - place if solid.down else place, across), _inside(place, tall)
    edges = [
        (a, t) for a, t in ((x - across / 2, y - tall / 2), (x + across / 2, y - tall / 2),
                            (x + across / 2, y + tall / 2), (x - across / 2, y + tall / 2))
    ]  # fmt: skip
    window = tuple(solid.shown(*edge) for edge in edges)
    out = [solid.exit(*edge) for edge in edges]
    near = solid.exit(x, y)
    end = _aside(tail, head, near) if broken else head.solid.entry(x, y)
    lines = tuple((corner, end) for corner in out)
    inside = tuple(zip(window, out, strict=True)) if solid.down else ()
    arrow = _onwards(layout, tail, head, end) if broken else ()
    middle = _between(tail, None if broken else head, near, end)
    return Link(head.step.number, "kernel", middle, window, lines, inside, arrow)


def _share(kernel: int, size: int, pixels: float) -> float:
    return min(1.0, max(kernel / size, _LEAST_WINDOW / pixels))


def _inside(middle: float, extent: float) -> float:
    return min(max(middle, extent / 2), 1 - extent / 2)


def _dense(tail: Placed, head: Placed) -> Link:
    """Lines from both ends to both ends."""
    down = head.solid.down
    out = [tail.solid.exit(*end) for end in (((0, 1), (1, 0)) if down else ((0.5, 0), (0.5, 1)))]
    into = [head.solid.entry(*end) for end in (((0, 1), (1, 0)) if down else ((0, 0), (0, 1)))]
    lines = tuple((a, b) for a in out for b in into)
    middle = _between(tail, head, tail.solid.exit(0.5, 0.5), head.solid.entry(0.5, 0.5))
    return Link(head.step.number, "dense", middle, lines=lines)


def _between(tail: Placed, head: Placed | None, near: Point, far: Point) -> Point:
    """The point of the line from ``near`` to ``far`` in the middle of the gap after ``tail``."""
    axis = 1 if tail.solid.down else 0
    room = seen(tail.solid, tail.step)
    begin = room.bottom if axis else room.right
    end = far[axis] if head is None else head.solid.bounds.top if axis else head.solid.x
    share = ((begin + end) / 2 - near[axis]) / ((far[axis] - near[axis]) or 1.0)
    share = min(max(share, 0.0), 1.0)
    return near[0] + share * (far[0] - near[0]), near[1] + share * (far[1] - near[1])


def _aside(tail: Placed, head: Placed, start: Point) -> Point:
    """Where what leads to the next row leaves the box."""
    room = seen(tail.solid, tail.step)
    away = onwards_room(head.step)
    return (start[0], room.bottom + away) if tail.solid.down else (room.right + away, start[1])


def _onwards(layout: Layout, tail: Placed, head: Placed, start: Point) -> tuple[Point, ...]:
    """From the end of a row around to the begin of the next one."""
    x, y = _aside(tail, head, start)
    between, (to_x, to_y) = layout.gutters[tail.row], head.solid.rim()
    if tail.solid.down:
        above = seen(head.solid, head.step).top - LEAD
        return (start, (x, y), (between, y), (between, above), (to_x, above), (to_x, to_y))
    return (start, (x, y), (x, between), (_BEFORE, between), (_BEFORE, to_y), (to_x, to_y))
