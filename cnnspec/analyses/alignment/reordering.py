"""Networks with their layers in another order that computes the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ...ir import Graph, Node, Scope, scopes_around
from .order import Numbers


def permuted(graph: Graph, order: Sequence[int]) -> Graph:
    """The network with its nodes in ``order``, in which each comes after what it takes; names stay what they are."""
    places = {old: new for new, old in enumerate(order)}
    nodes = tuple(
        replace(graph.nodes[old], inputs=tuple(places[i] for i in graph.nodes[old].inputs)) for old in order
    )
    outputs = tuple(replace(output, node=places[output.node]) for output in graph.outputs)
    return replace(graph, nodes=nodes, outputs=outputs, scopes=_scopes(graph, nodes))


def _scopes(graph: Graph, nodes: Sequence[Node]) -> tuple[Scope, ...]:
    """The scopes in the order of the nodes in them; those that hold none go with the one before them."""
    starts: dict[str, int] = {}
    for place, chain in enumerate(scopes_around((node.name for node in nodes), graph.scopes)):
        for scope in chain:
            starts.setdefault(scope.path, place)
    last = 0
    for scope in graph.scopes:
        last = starts.setdefault(scope.path, last)
    return tuple(sorted(graph.scopes, key=lambda scope: starts[scope.path]))


def consumers(graph: Graph) -> list[list[int]]:
    """For each node those that take it, rising."""
    found: list[list[int]] = [[] for _ in graph.nodes]
    for index, node in enumerate(graph.nodes):
        for each in dict.fromkeys(node.inputs):
            found[each].append(index)
    return found


def order_like_first(graph: Graph, pairs: Iterable[Numbers]) -> list[int] | None:
    """An order of the second network's nodes in which its ``pairs`` rise as in the first one; None where there is none.

    Nodes without a counterpart stand before what needs them, or after what they need.
    """
    order = _Order(graph, {j: i for i, j in pairs})
    for _, j in sorted(pairs):
        if not order.put(j):
            return None
    for index in range(len(graph.nodes)):
        order.put(index)
    return order.found


class _Order:
    def __init__(self, graph: Graph, partners: Mapping[int, int]) -> None:
        self.graph, self.partners, self.takers = graph, partners, consumers(graph)
        self.found: list[int] = []
        self._there: set[int] = set()
        self._ends = _leading_nowhere(self.takers, partners)

    def put(self, index: int) -> bool:
        """A node and what it needs; false where that has a counterpart whose turn has not come."""
        if index in self._there:
            return True
        stack = [index]
        while stack:
            missing = [i for i in self.graph.nodes[stack[-1]].inputs if i not in self._there]
            if any(i in self.partners for i in missing):
                return False
            if missing:
                stack += reversed(missing)
            elif (last := stack.pop()) not in self._there:
                self._add(last)
                stack += [i for i in reversed(self.takers[last]) if self._can_follow(i)]
        return True

    def _add(self, index: int) -> None:
        self.found.append(index)
        self._there.add(index)

    def _can_follow(self, index: int) -> bool:
        return index in self._ends and all(i in self._there for i in self.graph.nodes[index].inputs)


def _leading_nowhere(takers: Sequence[Sequence[int]], partners: Mapping[int, int]) -> set[int]:
    """Nodes without a counterpart that no node with one needs."""
    found: set[int] = set()
    for index in reversed(range(len(takers))):
        if index not in partners and all(taker in found for taker in takers[index]):
            found.add(index)
    return found
