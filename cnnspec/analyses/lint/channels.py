"""Channels of a map that one layer alone reads."""

from __future__ import annotations

from collections.abc import Iterable

from ...ir import Graph
from .base import Seen
from .pixelwise import made_of_pixels


def takes_its_own(seen: Seen, index: int) -> bool:
    """Whether a layer takes some channels of a map which nothing else reads, nor what that was made from pixel by pixel."""
    graph = seen.graph
    if not graph.nodes[index].op.drops_channels:
        return False
    (source,) = graph.nodes[index].inputs
    own = _channels(graph, index, source)
    others = set(seen.readers[source]) - {index}
    if source in seen.ends or any(own & _channels(graph, other, source) for other in others):
        return False
    return all(len(set(seen.readers[i])) == 1 and i not in seen.ends for i in _before(graph, source))


def _channels(graph: Graph, reader: int, source: int) -> frozenset[int]:
    """The channels of ``source`` that ``reader`` computes from."""
    node = graph.nodes[reader]
    shapes = graph.input_shapes(node)
    taken = [
        [frozenset({channel} if each == source else ()) for channel in range(shape[0])]
        for each, shape in zip(node.inputs, shapes, strict=True)
    ]
    return _union(node.op.mixing(*shapes).follow(taken, node.shape[0], _union))


def _union(sets: Iterable[frozenset[int]]) -> frozenset[int]:
    return frozenset().union(*sets)


def _before(graph: Graph, index: int) -> set[int]:
    """The maps that ``index`` was made from, pixel by pixel."""
    found: set[int] = set()
    waiting = [index]
    while waiting:
        node = graph.nodes[waiting.pop()]
        if made_of_pixels(graph, node):
            waiting += set(node.inputs) - found
            found |= set(node.inputs)
    return found
