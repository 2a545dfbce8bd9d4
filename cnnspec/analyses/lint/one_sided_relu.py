"""A residual branch that ends in a relu."""

from __future__ import annotations

from collections.abc import Iterator

from ...ir import Graph
from .base import GraphLint, Seen


class OneSidedRelu(GraphLint):
    """One track of a residual sum ends in an activation that gives nothing below 0, and another does not: the branch can
    only add, never take away, and what is passed on grows from block to block.

    He, Zhang, Ren and Sun 2016, "Identity mappings in deep residual networks", section 4.1 and figure 4c, where it costs
    accuracy. Put the activation after the sum, or at the beginning of the branch.
    """

    code = "one-sided-relu"
    message = "'{layer}' ends one track of '{join}' alone: that track can only add, never take away"
    bad = "add { | | conv(16, 3, padding = 1)  bn  relu }"
    good = "add { | | conv(16, 3, padding = 1)  bn }  relu"
    layer: str
    join: str

    @classmethod
    def find(cls, seen: Seen) -> Iterator[GraphLint]:
        nodes, begins, resized = seen.graph.nodes, _forks(seen), _resized(seen.graph)
        for node in nodes:
            if node.op.call_name != "add" or len({begins[i] for i in node.inputs}) > 1:
                continue
            fork = begins[node.inputs[0]]
            if any(resized[i] > fork for i in node.inputs):
                continue  # a decoder that takes what the encoder had, not a residual
            ends = [_limit(seen.graph, i, fork) for i in node.inputs]
            if None in ends:
                for end in {e for e in ends if e is not None}:
                    hints = (
                        f"put '{nodes[end].op.call_name}' after the '{node.op.call_name}', or first in its track",
                    )
                    yield cls.at(nodes[end], layer=nodes[end].name, join=node.name, hints=hints)


def _forks(seen: Seen) -> list[int]:
    """For each node, where the track that it ends began: at a node that several take. Tracks that part and join again are
    passed over; a join of others begins a track."""
    begins: list[int] = []
    passes: list[int] = []  # where the track that enters each node began
    for index, node in enumerate(seen.graph.nodes):
        starts = {begins[i] for i in node.inputs}
        entry = starts.pop() if len(starts) == 1 else index
        if len(node.inputs) > 1 and entry != index and len(seen.readers[entry]) == len(node.inputs):
            entry = passes[entry]
        passes.append(entry)
        begins.append(index if len(seen.readers[index]) > 1 else entry)
    return begins


def _resized(graph: Graph) -> list[int]:
    """For each node, the last layer before it, or itself, that makes a map larger; -1 where there is none."""
    last: list[int] = []
    for index, node in enumerate(graph.nodes):
        larger = node.op.call_name == "upsample"
        last.append(index if larger else max((last[i] for i in node.inputs), default=-1))
    return last


def _limit(graph: Graph, index: int, fork: int) -> int | None:
    """The layer of the track from ``fork`` to ``index`` by which that gives nothing below 0, if one does."""
    while index != fork:
        op = graph.nodes[index].op
        if op.output_range is not None:
            return index if op.output_range[0] >= 0 else None
        if not op.keeps_range or len(graph.nodes[index].inputs) != 1:
            return None
        index = graph.nodes[index].inputs[0]
    return None
