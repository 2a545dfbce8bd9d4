"""A network cut into units, the boxes of a drawing: layers, and parts that a level does not open."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...ir import Graph, Scope
from .grouping import Chains, Kind, kind_of, layer_groups


@dataclass(frozen=True, slots=True)
class Unit:
    """``nodes`` of one box, inside the frames ``scopes``. ``period`` are the parts that it stands for, each a row of its
    instances (one part: one row); ``ends`` are the last nodes of each time that it stands here."""

    kind: Kind
    nodes: tuple[int, ...]
    scopes: tuple[Scope, ...]
    period: tuple[tuple[Scope, ...], ...] = ()
    ends: tuple[int, ...] = ()

    @property
    def number(self) -> int:
        return self.nodes[0]

    @property
    def times(self) -> int:
        return len(self.ends)

    @property
    def each_time(self) -> list[tuple[int, ...]]:
        """The nodes of each time that it stands here."""
        starts = (-1, *self.ends[:-1])
        return [
            tuple(node for node in self.nodes if start < node <= end)
            for start, end in zip(starts, self.ends, strict=True)
        ]

    @property
    def first_time(self) -> Unit:
        """It as if it stood once."""
        return replace(self, nodes=self.each_time[0], ends=self.ends[:1])

    @property
    def part(self) -> Scope | None:
        return self.period[0][0] if self.period else None


def units_of(graph: Graph, chains: Chains, opened: frozenset[str]) -> list[Unit]:
    """Units in the graph's order, so that every arrow leads to a later one.

    A part is built in one go, so its nodes follow each other, and no arrow leads back into it.
    """
    found: list[Unit] = []
    merged: list[int] = []
    last: Scope | None = None
    for group in layer_groups(graph, chains):
        chain = chains[group[0]]
        frames = _frames(chain, opened)
        closed = chain[frames] if len(chain) > frames else None
        if closed is not None and closed is last:
            merged.extend(group)
            continue
        if last is not None:
            found.append(_part(merged, chains, opened))
        merged, last = list(group), closed
        if closed is None:
            found.append(Unit(kind_of(graph.nodes[group[0]]), tuple(group), chain, ends=(group[-1],)))
    return [*found, _part(merged, chains, opened)] if last is not None else found


def _part(nodes: list[int], chains: Chains, opened: frozenset[str]) -> Unit:
    chain = chains[nodes[0]]
    frames = _frames(chain, opened)
    return Unit("part", tuple(nodes), chain[:frames], ((chain[frames],),), (nodes[-1],))


def _frames(chain: tuple[Scope, ...], opened: frozenset[str]) -> int:
    """How many of the outermost scopes are drawn as frames."""
    return next((i for i, scope in enumerate(chain) if scope.path not in opened), len(chain))


class Links:
    """Which units read which: ``sources`` and ``readers`` by place in the list."""

    def __init__(self, graph: Graph, units: list[Unit]) -> None:
        owner = {node: place for place, unit in enumerate(units) for node in unit.nodes}
        self.sources: list[set[int]] = [set() for _ in units]
        self.readers: list[set[int]] = [set() for _ in units]
        self.leaving = {owner[output.node] for output in graph.outputs}
        for place, unit in enumerate(units):
            for node in unit.nodes:
                for source in graph.nodes[node].inputs:
                    if owner[source] != place:
                        self.sources[place].add(owner[source])
                        self.readers[owner[source]].add(place)
