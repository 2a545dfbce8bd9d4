"""Equal parts in a row as one box, where they are equal in both networks and differ alike."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from ....analyses.alignment import Alignment, align
from ....analyses.alignment.order import merged
from ....ir import Graph
from ..folding import equal_rows, joined
from ..frames import Row, Turns, equal_blocks, once
from ..parts import Unit
from .pairing import Places
from .sides import Merged, Sides, Units, owners

Numbers = tuple[int | None, int | None]


def boxes_of(units: Units, pairs: Places) -> list[Merged]:
    """The boxes of both in one order, in which those of either network keep their own."""
    return [_units_at(units, [place]) for place in merged(pairs, len(units[0]), len(units[1]))]


def folded_boxes_of(sides: Sides, units: Units, pairs: Places) -> list[Merged]:
    """The same, rows of equal parts folded: one more of them in one of the networks makes its row longer."""
    rows = _Rows(sides, units)
    for place in merged(pairs, len(units[0]), len(units[1])):
        rows.add(place)
    return [_units_at(units, row) for row in rows.found]


def _units_at(units: Units, row: Sequence[Numbers]) -> Merged:
    first = [units[0][i] for i, _ in row if i is not None]
    second = [units[1][j] for _, j in row if j is not None]
    return joined(first) if first else None, joined(second) if second else None


class _Rows:
    def __init__(self, sides: Sides, units: Units) -> None:
        self.sides, self.units = sides, units
        self.rows = _row_numbers(sides.graphs[0], units[0]), _row_numbers(sides.graphs[1], units[1])
        self.found: list[list[Numbers]] = []

    def add(self, place: Numbers) -> None:
        if self.found and self._goes_on(self.found[-1], place):
            self.found[-1].append(place)
        else:
            self.found.append([place])

    def _goes_on(self, row: list[Numbers], place: Numbers) -> bool:
        shared = False
        for side, here in enumerate(place):
            known = next((p[side] for p in row if p[side] is not None), None)
            if here is not None and known is not None:
                if self.rows[side][here] != self.rows[side][known]:
                    return False
                shared = True
        one_sided = {p.index(None) for p in (*row, place) if None in p}
        kinds = {self._signature(p) for p in (*row, place) if None not in p}
        return shared and len(one_sided) < 2 and len(kinds) < 2

    def _signature(self, place: Numbers) -> object:
        assert place[0] is not None and place[1] is not None
        return signature(self.sides, self.units[0][place[0]].nodes, self.units[1][place[1]].nodes)


def _row_numbers(graph: Graph, units: list[Unit]) -> list[int]:
    """For each unit the number of the row that it would be folded into in a drawing of its own network."""
    row_of = owners(equal_rows(graph, units))
    return [row_of[unit.number] for unit in units]


def signature(sides: Sides, ones: Sequence[int], others: Sequence[int]) -> object:
    """Equal where two parts that correspond differ in the same layers by the same arguments, whatever their values."""
    return (
        tuple(_kind(sides, i) for i in ones),
        tuple(place for place, j in enumerate(others) if j not in sides.partners[1]),
    )


def _kind(sides: Sides, node: int) -> object:
    pair = sides.pairs[0][node]
    return pair.change, tuple((d.kind, d.what) for d in pair.differences if d.kind != "size")


def once_in_both(first: Graph, second: Graph) -> tuple[Alignment, tuple[Turns, Turns]]:
    """Both networks with rows of equal blocks as their first ones, aligned; and how often each block stands.

    A row is cut where blocks differ from their counterparts in other ways, and where the other network's row ends.
    """
    sides = Sides.of(align(first, second))
    rows = equal_blocks(first), equal_blocks(second)
    keys = _keys(sides, rows)
    one, turns = once(first, _cut(rows[0], keys[0]))
    other, other_turns = once(second, _cut(rows[1], keys[1]))
    return align(one, other), (turns, other_turns)


Keys = dict[str, object]
"""By the path of a block: what has to be equal in a row."""


def _keys(sides: Sides, rows: tuple[list[Row], list[Row]]) -> tuple[Keys, Keys]:
    instances = tuple({i.scope.path: (n, i.nodes) for n, row in enumerate(r) for i in row} for r in rows)
    keys: tuple[Keys, Keys] = {}, {}
    for pair in sides.alignment.scopes:
        one, other = instances[0].get(pair.first or ""), instances[1].get(pair.second or "")
        if one and other and pair.first and pair.second:
            key = one[0], other[0], signature(sides, one[1], other[1])
            keys[0][pair.first] = keys[1][pair.second] = key
        elif pair.first and pair.second:
            keys[0][pair.first] = keys[1][pair.second] = (pair.first, pair.second)
    return keys


def _cut(rows: list[Row], keys: Keys) -> list[Row]:
    """A block that is only here goes with the one before it."""
    found: list[Row] = []
    for row in rows:
        last: object = next((keys[i.scope.path] for i in row if i.scope.path in keys), None)
        marked = []
        for instance in row:
            last = keys.get(instance.scope.path, last)
            marked.append((last, instance))
        runs = [[i for _, i in run] for _, run in groupby(marked, key=lambda m: m[0])]
        found += [run for run in runs if len(run) > 1]
    return found
