"""Layers that hand the pixels of a map on, each from its place."""

from __future__ import annotations

from ...ir import POINTWISE, Graph, Node, Shape, is_map


def made_of_pixels(graph: Graph, node: Node) -> bool:
    """Whether a map was made pixel by pixel from others."""
    return bool(node.inputs) and all(passes_pixels(graph, node, shape) for shape in graph.input_shapes(node))


def passes_pixels(graph: Graph, node: Node, taken: Shape) -> bool:
    """Whether pixels of an input of shape ``taken`` are read through ``node``, not by it."""
    if not (is_map(taken) and is_map(node.shape)):
        return False
    if node.op.moves_pixels:
        return True
    return node.op.window(*graph.input_shapes(node)) is POINTWISE and taken[1:] == node.shape[1:]
