"""A residual branch that can only add."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...ir import Graph, Node
from ..output_range import limits_of, range_after
from .base import GraphLint, Seen

GATE = (0.0, 1.0)
"""The range of layers that give shares, as ``sigmoid`` does: what a gate multiplies by."""


class OneSidedRelu(GraphLint):
    """One track of a residual sum gives nothing below 0, by an activation at its end, and another does not: the branch can
    only add, never take away, and what is passed on grows from block to block.

    He, Zhang, Ren and Sun 2016, "Identity mappings in deep residual networks", section 4.1 and figure 4c, where it costs
    accuracy. Put the activation after the sum, or at the beginning of the branch. A ``sigmoid`` or ``softmax`` there was
    perhaps meant as a gate, which takes ``multiply`` in place of ``add``.
    """

    code = "one-sided-relu"
    message = "{layers_named} one track of '{join}' alone: that track can only add, never take away"
    bad = "add { | | conv(16, 3, padding = 1)  bn  relu }"
    good = "add { | | conv(16, 3, padding = 1)  bn }  relu"
    layers_named: str
    join: str

    @classmethod
    def find(cls, seen: Seen) -> Iterator[GraphLint]:
        nodes, begins, resized = seen.graph.nodes, _forks(seen), _resized(seen.graph)
        for index, node in enumerate(nodes):
            if not node.op.adds_tracks or len({begins[i] for i in node.inputs}) > 1:
                continue
            fork = begins[node.inputs[0]]
            if any(resized[i] > fork for i in node.inputs):
                continue  # a decoder that takes what the encoder had, not a residual
            one_sided = [i for i in dict.fromkeys(node.inputs) if range_after(seen.graph, fork, i)[0] >= 0]
            if len(one_sided) < len(set(node.inputs)):
                for end in one_sided:
                    yield cls._ending(seen, fork, end, index)

    @classmethod
    def _ending(cls, seen: Seen, fork: int, end: int, join: int) -> GraphLint:
        nodes = seen.graph.nodes
        limits = [nodes[i] for i in limits_of(seen.graph, fork, end)] or [nodes[end]]
        names = " and ".join(f"'{node.name}'" for node in limits)
        return cls.at(
            *limits,
            layers_named=f"{names} end{'s' if len(limits) == 1 else ''}",
            join=nodes[join].name,
            hints=_hints(seen, fork, limits, join),
        )


def _hints(seen: Seen, fork: int, limits: Sequence[Node], join: int) -> tuple[str, ...]:
    """What mends it: that one of the layers in ``limits`` goes elsewhere, or, where all are gates, that they scale."""
    name = seen.graph.nodes[join].op.call_name
    moved = next((node.op.call_name for node in limits if node.op.output_range != GATE), None)
    if moved is not None:
        return (_moving(seen, fork, moved, join),)
    calls = " and ".join(f"'{call}'" for call in dict.fromkeys(node.op.call_name for node in limits))
    return (f"a gate takes 'multiply' in place of '{name}'; if none is meant, leave {calls} out",)


def _moving(seen: Seen, fork: int, call: str, join: int) -> str:
    """Where else an activation can go. After a sum that such a layer takes, another has no effect; so has one at the
    beginning of a track whose input has nothing below 0."""
    name = seen.graph.nodes[join].op.call_name
    if seen.readers[join] and all(node.op.call_name == call for node in seen.readers_of(join)):
        hint, other = (
            f"leave '{call}' out, as there is one after the '{name}'",
            ", or put it first in its track",
        )
    else:
        hint, other = f"put '{call}' after the '{name}'", ", or first in its track"
    return hint if seen.ranges[fork][0] >= 0 else hint + other


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
        larger = bool(node.inputs) and min(node.op.window(*graph.input_shapes(node)).stride) < 1
        last.append(index if larger else max((last[i] for i in node.inputs), default=-1))
    return last
