"""Lines of the connections that pass over boxes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from .layout import LANE, LANES_START, TAG_ROOM, Layout, Placed
from .measure import Font
from .skips import Skip
from .solid import Rect
from .svg import Point

TAG = Font(9, bold=True)
TAG_RADIUS = 7.0
_APART = 7.0
_STUB = 20.0
_ROUNDED = 8.0
"""How long before a corner a line begins to turn."""


@dataclass(frozen=True, slots=True)
class Tag:
    """Numbers in a pill around ``at``, ``width`` pixels wide."""

    text: str
    at: Point

    @property
    def width(self) -> float:
        return _tag_width(self.text)

    @property
    def room(self) -> Rect:
        (x, y), half = self.at, self.width / 2
        return Rect(x - half, y - TAG_RADIUS, x + half, y + TAG_RADIUS)


@dataclass(frozen=True, slots=True)
class Arc:
    """``line`` leads from box to box; with a ``tag``, from a box to it, or from it to ``head``, for all of ``tails``."""

    tails: tuple[int, ...]
    head: int
    line: tuple[Point, ...]
    arrow: bool
    tag: Tag | None = None


@dataclass(frozen=True, slots=True)
class _Port:
    """What begins or ends at a box: an arc of the box ``arc``, or what is told by a tag."""

    leaves: bool
    arc: int = -1
    tag: str = ""

    @property
    def width(self) -> float:
        return _tag_width(self.tag) + 2 if self.tag else _APART


def arcs_of(layout: Layout) -> tuple[Arc, ...]:
    """One arc for each connection in a row; of those between rows the two ends, all that come into a box as one."""
    places = _places(layout)
    tagged = [skip for skip in layout.skips if skip.tag]
    return (*_inside(layout, places), *_out(layout, places, tagged), *_in(layout, places, tagged))


def _inside(layout: Layout, places: dict[tuple[int, _Port], Point]) -> Iterator[Arc]:
    by_tail: dict[int, list[Skip]] = defaultdict(list)
    for skip in layout.skips:
        if not skip.tag:
            by_tail[skip.tail].append(skip)
    for tail, skips in by_tail.items():
        lane = _lane(layout, skips[0])
        last = places[tail, _Port(True, tail)]
        for number, skip in enumerate(sorted(skips, key=lambda s: s.head)):
            end = places[skip.head, _Port(False, tail)]
            yield Arc((tail,), skip.head, _arc(layout.down, lane, last, end, goes_on=number > 0), True)
            last = end


def _lane(layout: Layout, skip: Skip) -> float:
    row = layout.placed[skip.tail].row
    rows = ({layout.placed[s.tail].row, layout.placed[s.head].row} for s in layout.skips if s.tag)
    tags = TAG_ROOM if any(row in pair for pair in rows) else 0
    return layout.edges[row] - LANES_START - LANE * skip.lane - tags


def _arc(down: bool, lane: float, start: Point, end: Point, goes_on: bool) -> tuple[Point, ...]:
    """From box to lane to box; what goes on begins in the lane, where the last one turned off."""
    if down:
        first = [(lane, start[1] - _ROUNDED)] if goes_on else [start, (lane, start[1])]
        return (*first, (lane, end[1]), end)
    first = [(start[0] - _ROUNDED, lane)] if goes_on else [start, (start[0], lane)]
    return (*first, (end[0], lane), end)


def _out(layout: Layout, places: dict[tuple[int, _Port], Point], skips: Sequence[Skip]) -> Iterator[Arc]:
    for skip in {skip.tail: skip for skip in skips}.values():
        start = places[skip.tail, _Port(True, tag=str(skip.tag))]
        tag = Tag(str(skip.tag), _stub(layout.down, start, _tag_width(str(skip.tag))))
        yield Arc((skip.tail,), skip.head, (start, tag.at), False, tag)


def _in(layout: Layout, places: dict[tuple[int, _Port], Point], skips: Sequence[Skip]) -> Iterator[Arc]:
    for head, text in _incoming(skips).items():
        end = places[head, _Port(False, tag=text)]
        tag = Tag(text, _stub(layout.down, end, _tag_width(text)))
        tails = tuple(skip.tail for skip in skips if skip.head == head)
        yield Arc(tails, head, (tag.at, end), True, tag)


def _incoming(skips: Sequence[Skip]) -> dict[int, str]:
    """For each box the numbers of what comes into it, those that follow each other as a range."""
    numbers: dict[int, list[int]] = defaultdict(list)
    for skip in skips:
        numbers[skip.head].append(skip.tag)
    return {head: _ranges(sorted(found)) for head, found in numbers.items()}


def _ranges(numbers: Sequence[int]) -> str:
    starts = [0, *(i + 1 for i, (a, b) in enumerate(pairwise(numbers)) if b != a + 1)]
    runs = [numbers[a:b] for a, b in pairwise([*starts, len(numbers)])]
    return " ".join(
        f"{r[0]}\N{EN DASH}{r[-1]}" if len(r) > 2 else " ".join(map(str, r)) for r in runs
    )  # fmt: skip


def _tag_width(text: str) -> float:
    return max(TAG.width(text) + 7, 2 * TAG_RADIUS)


def _places(layout: Layout) -> dict[tuple[int, _Port], Point]:
    """Where each port of each box is: what comes in first, then what leaves."""
    ports: dict[int, dict[_Port, None]] = defaultdict(dict)
    tagged = [skip for skip in layout.skips if skip.tag]
    for head, text in _incoming(tagged).items():
        ports[head][_Port(False, tag=text)] = None
    for skip in layout.skips:
        if not skip.tag:
            ports[skip.head][_Port(False, skip.tail)] = None
    for skip in layout.skips:
        ports[skip.tail][_Port(True, tag=str(skip.tag)) if skip.tag else _Port(True, skip.tail)] = None
    return {
        (number, port): point
        for number, found in ports.items()
        for port, point in _along(layout.placed[number], list(found))
    }


def _along(box: Placed, ports: Sequence[_Port]) -> Iterator[tuple[_Port, Point]]:
    """Side by side, around the middle of the edge; tags under each other where they are at the side."""
    sizes = [2 * TAG_RADIUS + 2 if port.tag and box.solid.down else port.width for port in ports]
    solid, used = box.solid, -sum(sizes) / 2
    for port, size in zip(ports, sizes, strict=True):
        place = used + size / 2
        used += size
        if solid.down:
            yield port, (solid.x, (solid.y + solid.bottom) / 2 + place)
        else:
            yield port, (solid.x + solid.shift + solid.width / 2 + place, solid.y - solid.shift)


def _stub(down: bool, port: Point, width: float) -> Point:
    if down:
        return port[0] - _STUB + TAG_RADIUS - width / 2, port[1]
    return port[0], port[1] - _STUB
