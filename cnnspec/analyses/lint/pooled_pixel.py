"""Pooling of what is a single pixel already."""

from __future__ import annotations

from collections.abc import Iterator

from ...ir import is_map
from .base import GraphLint, Seen


class PooledPixel(GraphLint):
    """Pooling takes a map that is 1 x 1 already, so there is nothing to pool.

    Either the pooling is one too many, or strides and poolings before it made the map smaller than was meant: a larger
    input, or less of them, leaves something to pool.
    """

    code = "pooled-pixel"
    message = "'{layer}' pools a map of 1 x 1, a single pixel"
    bad = "input 3 x 8 x 8  repeat 3 { conv(16, 3, padding = 1)  relu  maxpool(2) }  global_avgpool  flatten  linear(10)"
    good = "input 3 x 8 x 8  repeat 2 { conv(16, 3, padding = 1)  relu  maxpool(2) }  global_avgpool  flatten  linear(10)"
    layer: str

    @classmethod
    def find(cls, seen: Seen) -> Iterator[GraphLint]:
        for node in seen.graph.nodes:
            shapes = seen.graph.input_shapes(node)
            if node.op.family == "pooling" and is_map(shapes[0]) and shapes[0][1:] == (1, 1):
                hints = ("leave it out, or have less stride and pooling before it, or a larger input",)
                yield cls.at(node, layer=node.name, hints=hints)
