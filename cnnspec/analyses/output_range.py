"""What values layers can give, and which layer limits what an output of a network can be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

from ..ir import Graph, Node, Range

ANY: Range = (-inf, inf)


@dataclass(frozen=True, slots=True)
class Limited:
    """``node`` gives values from ``low`` to ``high`` only, and what comes after it keeps them there."""

    node: Node
    low: float
    high: float


def limited(graph: Graph, node: int) -> Limited | None:
    """What limits the values of ``node``, looked for from there backwards; None where nothing does."""
    while True:
        found = graph.nodes[node]
        if found.op.output_range is not None:
            return Limited(found, *found.op.output_range)
        if not found.op.keeps_range or len(found.inputs) != 1:
            return None
        node = found.inputs[0]


def ranges(graph: Graph) -> tuple[Range, ...]:
    """For each node the least and the most that it can give, in training or after it."""
    found: list[Range] = []
    for node in graph.nodes:
        found.append(node.op.range_given(*(found[i] for i in node.inputs)) if node.inputs else ANY)
    return tuple(found)


def range_after(graph: Graph, start: int, node: int) -> Range:
    """The range of ``node`` where nothing is known of what ``start``, and all before it, gives."""
    found: dict[int, Range] = {}
    for index in sorted(_between(graph, start, node)):
        taken = (found.get(i, ANY) for i in graph.nodes[index].inputs)
        found[index] = graph.nodes[index].op.range_given(*taken)
    return found.get(node, ANY)


def limits_of(graph: Graph, start: int, node: int) -> list[int]:
    """The layers after ``start`` that limit by themselves what ``node`` gives, nearest to it on each way, in order."""
    met, waiting = {start}, [node]
    limits = set()
    while waiting:
        index = waiting.pop()
        if index in met or index < start:
            continue
        met.add(index)
        if graph.nodes[index].op.output_range is not None:
            limits.add(index)
        else:
            waiting += graph.nodes[index].inputs
    return sorted(limits)


def _between(graph: Graph, start: int, node: int) -> Iterator[int]:
    """The nodes after ``start`` that ``node`` is computed from, itself included."""
    met, waiting = set[int](), [node]
    while waiting:
        index = waiting.pop()
        if index > start and index not in met:
            met.add(index)
            yield index
            waiting += graph.nodes[index].inputs
