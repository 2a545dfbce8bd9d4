"""Layers with weights, and how many of them lie on the longest path: the "18" of ResNet-18."""

from __future__ import annotations

from ..ir import Graph, Node

_WEIGHTED = frozenset({"convolution", "linear"})


def has_weights(node: Node) -> bool:
    """Whether a layer counts for depth: convolutions and linear layers, as the papers count."""
    return node.op.family in _WEIGHTED


def depth(graph: Graph) -> int:
    """The most layers with weights on one path from the input to an output.

    As in the papers: projections of shortcuts lie beside the longest path, norms do not count.
    Auxiliary heads are looked at too.
    """
    longest: list[int] = []
    for node in graph.nodes:
        before = max((longest[i] for i in node.inputs), default=0)
        longest.append(before + has_weights(node))
    return max(longest[output.node] for output in graph.outputs)
