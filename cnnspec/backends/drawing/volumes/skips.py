"""Connections that pass over boxes: arcs in lanes beside the row, and numbered tags where they lead to another row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .steps import Step


@dataclass(frozen=True, slots=True)
class Skip:
    """From box ``tail`` to box ``head``, not neighbours: in a ``lane`` of their row, counted from the boxes outwards, or, if
    they are in different rows, as a ``tag`` at both."""

    tail: int
    head: int
    lane: int = 0
    tag: int = 0


def skips_of(steps: Sequence[Step], rows: Sequence[range]) -> tuple[Skip, ...]:
    """All connections but those of neighbours. Those that leave one box share a lane, or a tag."""
    row_of = {place: number for number, row in enumerate(rows) for place in row}
    over = [(tail, step.number) for step in steps for tail in step.sources if tail + 1 != step.number]
    inside = [(tail, head) for tail, head in over if row_of[tail] == row_of[head]]
    across = [(tail, head) for tail, head in over if row_of[tail] != row_of[head]]
    lanes, tags = _lanes(inside), {tail: i for i, tail in enumerate(dict.fromkeys(t for t, _ in across), 1)}
    return (
        *(Skip(tail, head, lane=lanes[tail]) for tail, head in inside),
        *(Skip(tail, head, tag=tags[tail]) for tail, head in across),
    )


def _lanes(pairs: Sequence[tuple[int, int]]) -> dict[int, int]:
    """The lane of each tail; short ones lie inside, near the boxes."""
    reach: dict[int, int] = {}
    for tail, head in pairs:
        reach[tail] = max(head, reach.get(tail, 0))
    taken: list[list[tuple[int, int]]] = []
    lanes: dict[int, int] = {}
    for tail, head in sorted(reach.items(), key=lambda pair: (pair[1] - pair[0], pair[0])):
        free = (
            lane
            for lane, spans in enumerate(taken)
            if all(head <= start or end <= tail for start, end in spans)
        )
        lane = next(free, len(taken))
        if lane == len(taken):
            taken.append([])
        taken[lane].append((tail, head))
        lanes[tail] = lane
    return lanes
