"""The alignment of two networks that leaves the least to tell, with heads and tracks in the order that this takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ...ir import Graph
from .differences import Comparison
from .heads import heads_last
from .levels import Levels
from .likeness import Likeness
from .order import Numbers
from .parts import Contents, parts_of
from .reordering import order_like_first, permuted
from .tracks import tracks_alike, tracks_sorted

_ROUNDS = 3
"""So often tracks are put into another order: those that lie in others are found once these correspond."""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Layers (indices, rising in both) and scopes (paths) that correspond, and layers that were moved."""

    first: Graph
    second: Graph
    layers: list[Numbers]
    scopes: list[tuple[str, str]]
    moved: list[Numbers]

    def turned(self) -> Found:
        """With the sides swapped."""
        scopes = [(j, i) for i, j in self.scopes]
        return Found(self.second, self.first, _turned(self.layers), scopes, _turned(self.moved))

    def of(self, first: Graph, second: Graph) -> Found:
        """The same layers where they stand in other orders of the networks."""
        layers, moved = self._places(self.layers, first, second), self._places(self.moved, first, second)
        return Found(first, second, layers, self.scopes, moved)

    def _places(self, pairs: Iterable[Numbers], first: Graph, second: Graph) -> list[Numbers]:
        here, there = ({node.name: n for n, node in enumerate(graph.nodes)} for graph in (first, second))
        ones, others = self.first.nodes, self.second.nodes
        return sorted((here[ones[i].name], there[others[j].name]) for i, j in pairs)

    def told(self) -> tuple[int, int, int]:
        """How much there is to tell: layers without counterparts, then changed ones, then other names."""
        comparison = Comparison(self.first, self.second, dict(self.layers))
        changed = sum(bool(comparison.differences(i, j)) for i, j in self.layers)
        renamed = sum(self.first.nodes[i].name != self.second.nodes[j].name for i, j in self.layers)
        return -len(self.layers), changed, renamed


def _turned(pairs: Iterable[Numbers]) -> list[Numbers]:
    return [(j, i) for i, j in pairs]


def best(first: Graph, second: Graph) -> Found:
    """The alignment of both as they are, or one with heads and tracks in another order that has less to tell."""
    contents = Contents()
    found = _found(first, second, contents)
    found = _better(found, heads_last(first, contents), heads_last(second, contents), contents)
    if _equal_layers_are_left(found, contents):
        here, there = tracks_sorted(found.first, contents), tracks_sorted(found.second, contents)
        found = _better(found, here, there, contents)
    for _ in range(_ROUNDS):
        alike = tracks_alike(found.first, found.second, found.layers, contents)
        before, found = found, _better(found, range(len(first.nodes)), alike, contents)
        if found is before:
            break
    return found


def _equal_layers_are_left(found: Found, contents: Contents) -> bool:
    """Whether another alignment could pair more layers that are equal."""
    ones, others = ([contents.layer(node) for node in graph.nodes] for graph in (found.first, found.second))
    paired = sum(ones[i] == others[j] for i, j in found.layers)
    return paired < (Counter(ones) & Counter(others)).total()


def _better(known: Found, here: Sequence[int], there: Sequence[int], contents: Contents) -> Found:
    """The alignment with the nodes in these orders, if it has less to tell than the one that is known."""
    if all(list(order) == sorted(order) for order in (here, there)):
        return known
    found = _found(permuted(known.first, here), permuted(known.second, there), contents)
    return found if found.told() < known.told() else known


def _found(first: Graph, second: Graph, contents: Contents) -> Found:
    levels = Levels(Likeness(contents))
    levels.walk(parts_of(first, contents), parts_of(second, contents))
    return Found(first, second, sorted(levels.layers), levels.scopes, levels.moved)


def in_one_order(found: Found, first: Graph, second: Graph) -> Found:
    """With the first network as it is, and the second in its order; or the other way round; else as it was found."""
    pairs = found.of(first, second).layers
    if [j for _, j in pairs] == sorted(j for _, j in pairs):
        return found.of(first, second)
    if (order := order_like_first(second, pairs)) is not None:
        return found.of(first, permuted(second, order))
    if (order := order_like_first(first, _turned(pairs))) is not None:
        return found.of(permuted(first, order), second)
    return found
