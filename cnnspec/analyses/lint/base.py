"""What lints of a graph have in common, and what they look at."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cached_property
from typing import Any, ClassVar, Self

from ...ir import Graph, Node, Range
from ...source.lints import Lint, lints_of
from ..output_range import ranges


class Seen:
    """A graph with who reads what. ``object_size`` is the side of the objects to be recognised, in pixels, if it is
    known; ``fixed`` are the layers, by index, that compute in training as they do after it, always."""

    def __init__(
        self, graph: Graph, object_size: int | None = None, fixed: Collection[int] = frozenset()
    ) -> None:
        self.graph, self.object_size, self.fixed = graph, object_size, frozenset(fixed)

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

    @cached_property
    def at_inference(self) -> frozenset[int]:
        """The nodes that are there outside training."""
        return self.graph.at_inference()

    def counts(self, reader: int, taken: int) -> bool:
        """Whether ``reader`` is there whenever ``taken`` is: no auxiliary head that takes from the trunk."""
        return reader in self.at_inference or taken not in self.at_inference

    @cached_property
    def ranges(self) -> tuple[Range, ...]:
        """For each node the least and the most that it can give."""
        return ranges(self.graph)

    def readers_of(self, index: int) -> list[Node]:
        return [self.graph.nodes[reader] for reader in self.readers[index]]

    def uses_batches(self, index: int) -> bool:
        """Whether a node takes statistics from the batch in training: a batch norm that is not fixed."""
        op = self.graph.nodes[index].op
        return op.family == "norm" and op.differs_in_training and index not in self.fixed

    def removes_constants(self, index: int) -> bool:
        """Whether what a node gives in training is the same where a constant more is in all of a channel that it takes."""
        node = self.graph.nodes[index]
        if not node.op.removes_constants(*self.graph.input_shapes(node)):
            return False
        return not node.op.differs_in_training or index not in self.fixed


class GraphLint(Lint):
    """A lint that a graph alone shows."""

    code: ClassVar[str] = ""

    @classmethod
    def find(cls, seen: Seen) -> Iterator[GraphLint]:
        """All that it finds, a finding a layer."""
        raise NotImplementedError

    @classmethod
    def at(cls, node: Node, *others: Node, **fields: Any) -> Self:
        """A finding at the text of ``node``, about it and ``others``."""
        names = tuple(each.name for each in (node, *others))
        return cls(span=node.span, notes=node.origin, layers=names, **fields)


def graph_lints(
    graph: Graph, object_size: int | None = None, fixed: Collection[int] = frozenset()
) -> Iterator[GraphLint]:
    """What all lints of graphs find in ``graph``; ``object_size`` and ``fixed`` as in :class:`Seen`."""
    seen = Seen(graph, object_size, fixed)
    for lint in lints_of(GraphLint):
        yield from lint.find(seen)
