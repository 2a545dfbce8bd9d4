"""What lints of a graph have in common, and what they look at."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, ClassVar, Self

from ...ir import Graph, Node
from ...source.lints import Lint, lints_of


class Seen:
    """A graph with who reads what. ``object_size`` is the side of the objects to be recognised, in pixels, if it is
    known."""

    def __init__(self, graph: Graph, object_size: int | None = None) -> None:
        self.graph, self.object_size = graph, object_size

    @cached_property
    def readers(self) -> tuple[tuple[int, ...], ...]:
        """For each node the nodes that take it, once for each time that they do."""
        found: list[list[int]] = [[] for _ in self.graph.nodes]
        for index, node in enumerate(self.graph.nodes):
            for taken in node.inputs:
                found[taken].append(index)
        return tuple(map(tuple, found))

    @cached_property
    def ends(self) -> frozenset[int]:
        """The nodes that are outputs of the network."""
        return frozenset(output.node for output in self.graph.outputs)

    def readers_of(self, index: int) -> list[Node]:
        return [self.graph.nodes[reader] for reader in self.readers[index]]


class GraphLint(Lint):
    """A lint that a graph alone shows."""

    code: ClassVar[str] = ""

    @classmethod
    def find(cls, seen: Seen) -> Iterator[GraphLint]:
        """All that it finds, a finding a layer."""
        raise NotImplementedError

    @classmethod
    def at(cls, node: Node, **fields: Any) -> Self:
        """A finding at the text of ``node``."""
        return cls(span=node.span, notes=node.origin, layers=(node.name,), **fields)


def graph_lints(graph: Graph, object_size: int | None = None) -> Iterator[GraphLint]:
    """What all lints of graphs find in ``graph``."""
    seen = Seen(graph, object_size)
    for lint in lints_of(GraphLint):
        yield from lint.find(seen)
