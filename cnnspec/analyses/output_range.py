"""Which layer limits what an output of a network can be."""

from __future__ import annotations

from dataclasses import dataclass

from ..ir import Graph, Node


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
