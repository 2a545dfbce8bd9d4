"""The field of every node of a network."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from ...ir import Graph, Node, Op, is_map
from .channels import ChannelFields, joined_inputs, told_apart
from .field import PIXEL, Field, image_size, joined, through


def receptive_fields(graph: Graph) -> tuple[Field, ...]:
    """The field of every node, in the order of the graph's nodes: the union over its channels.

    An (N,) input counts as N x 1 pixels.
    """
    image = image_size(graph.input_shape)
    apart, channels = told_apart(graph), ChannelFields(graph, image)
    fields: list[Field] = []
    for index, node in enumerate(graph.nodes):
        if not node.op.drops_channels:
            fields.append(_field(graph, node, fields, image))
        if index in apart:
            channels.add(index, fields)
        if node.op.drops_channels:
            fields.append(channels.union(index))
    return tuple(fields)


def _field(graph: Graph, node: Node, fields: list[Field], image: tuple[int, int]) -> Field:
    if not node.inputs:
        return PIXEL
    alone = len(node.inputs) == 1
    before = (
        fields[node.inputs[0]]
        if alone
        else joined([fields[i] for i in joined_inputs(graph, node)], image, node.shape)
    )
    if alone and type(node.op).window is Op.window:
        return before
    return through(before, node.op.window(*graph.input_shapes(node)), image, node.shape)


def last_map(graph: Graph, fields: Sequence[Field]) -> int | None:
    """The last map on the way to an output (its node), before one element is left that sees all; None without one.

    Outputs for training alone do not count. Where several tracks or outputs have maps of their own, the one that sees most.
    """
    waiting, known, maps = [each.node for each in graph.main_outputs], set[int](), list[int]()
    while waiting:
        index = waiting.pop()
        node = graph.nodes[index]
        if index in known or not node.inputs:
            continue
        known.add(index)
        if is_map(node.shape) and not (fields[index].whole and node.shape[1:] == (1, 1)):
            maps.append(index)
        else:
            waiting += node.inputs
    return max(maps, key=lambda i: (fields[i].whole, prod(fields[i].size), i), default=None)
