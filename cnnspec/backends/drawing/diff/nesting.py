"""The frames of both networks as one nesting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ....analyses.alignment import Alignment, Pair
from ....ir import Scope
from ..frames import Turns
from ..model import Frame, State
from .sides import Merged, Sides
from .titles import MINUS, became, both_times, both_titles


@dataclass(frozen=True, slots=True)
class Folding:
    """How often blocks stand in both networks, and by their paths what became of the scopes of the ``whole`` ones."""

    turns: tuple[Turns, Turns]
    whole: Mapping[tuple[str, str], State]

    @staticmethod
    def of(whole: Alignment, turns: tuple[Turns, Turns]) -> Folding:
        both = ((pair, pair.first, pair.second) for pair in whole.scopes)
        return Folding(turns, {(one, other): _state(pair) for pair, one, other in both if one and other})


def _state(pair: Pair[str]) -> State:
    return "resized" if pair.only_shape else pair.change


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A frame and the places of the boxes in it, as bits of a number; ``depth``: how many frames are around it."""

    frame: Frame
    boxes: int
    depth: int


def frames_of(sides: Sides, boxes: list[Merged], folding: Folding) -> list[tuple[Frame, ...]]:
    """The frames around each box, outermost first.

    Frames of one network may cut across those of the other: then those that both have are drawn, and of the others the
    larger ones.
    """
    taken: list[_Candidate] = []
    for candidate in sorted(_candidates(sides, boxes, folding), key=_first_choice):
        if all(candidate.boxes & c.boxes in (0, candidate.boxes, c.boxes) for c in taken):
            taken.append(candidate)
    taken.sort(key=lambda c: (-c.boxes.bit_count(), c.depth))
    return [tuple(c.frame for c in taken if c.boxes >> place & 1) for place in range(len(boxes))]


def _first_choice(candidate: _Candidate) -> tuple[bool, int]:
    return candidate.frame.state in ("removed", "added"), -candidate.boxes.bit_count()


def _candidates(sides: Sides, boxes: list[Merged], folding: Folding) -> Iterator[_Candidate]:
    scopes = tuple({s.path: s for s in graph.scopes} for graph in sides.graphs)
    inside = _held(boxes, 0), _held(boxes, 1)
    everywhere = (1 << len(boxes)) - 1
    present = tuple(sum(1 << place for place, box in enumerate(boxes) if box[side]) for side in (0, 1))
    for pair in sides.alignment.scopes:
        paths = pair.first, pair.second
        held = [inside[side].get(path, (0, 0)) for side, path in enumerate(paths) if path is not None]
        both = everywhere if len(held) > 1 else held[0][0]
        for (own, _), side in zip(held, (0, 1) if len(held) > 1 else (), strict=False):
            both &= own | ~present[side]
        if both:
            found = tuple(scopes[side].get(path or "") for side, path in enumerate(paths))
            yield _Candidate(_frame(pair, found, folding), both, max(depth for _, depth in held))


def _held(boxes: list[Merged], side: int) -> dict[str, tuple[int, int]]:
    """By path: the boxes inside, and how deep it lies."""
    found: dict[str, tuple[int, int]] = {}
    for place, box in enumerate(boxes):
        unit = box[side]
        for depth, scope in enumerate(unit.scopes if unit else ()):
            found[scope.path] = found.get(scope.path, (0, depth))[0] | 1 << place, depth
    return found


def _frame(pair: Pair[str], scopes: tuple[Scope | None, ...], folding: Folding) -> Frame:
    first, second = scopes
    turns = folding.turns
    if first is None or second is None:
        side, scope = (0, first) if first else (1, second)
        assert scope is not None
        title, alone = turns[side].title_of(scope), turns[side].of(scope.path)
        sign = "+" if side else MINUS
        return Frame(f"{sign} {scope.path}", f"{title} {both_times(alone, alone)}".strip(), pair.change)
    times = turns[0].of(first.path), turns[1].of(second.path)
    title = both_titles(turns[0].title_of(first), turns[1].title_of(second))
    state = "changed" if times[0] != times[1] else folding.whole.get((first.path, second.path), _state(pair))
    return Frame(became(first.path, second.path), f"{title} {both_times(*times)}".strip(), state)
