"""A receptive field that does not reach."""

from __future__ import annotations

from collections.abc import Iterator

from ...ir import Node, is_map
from ..receptive_field import Field, receptive_fields
from .base import GraphLint, Seen


class NarrowField(GraphLint):
    """No pixel of the last map sees the whole image, and a global pooling after it adds up what they see, wherever it is:
    the network can tell what parts an image has, not how they lie to one another.

    Brendel and Bethge 2019 train such networks on purpose. More layers, larger kernels, dilation, or stride and pooling
    earlier widen the field (``cnnspec summary`` has it, layer by layer). With ``--object-size N`` the field is compared
    with objects of N pixels, also where a map is the output or is flattened.
    """

    code = "narrow-field"
    message = "a pixel of '{layer}' sees {field} pixels, less than {what}"
    bad = "input 3 x 32 x 32  conv(16, 3)  relu  conv(32, 3)  relu  global_avgpool  flatten  linear(10)"
    good = """
        input 3 x 32 x 32  repeat 3 { conv(32, 3, padding = 1)  relu  conv(32, 3)  relu  maxpool(2) }
        global_avgpool  flatten  linear(10)
    """
    layer: str
    field: str
    what: str

    @classmethod
    def find(cls, seen: Seen) -> Iterator[GraphLint]:
        graph, wanted = seen.graph, seen.object_size
        if not is_map(graph.input_shape):
            return
        fields = receptive_fields(graph)
        _, height, width = graph.input_shape
        least, what = ((height, width), f"the image of {height} x {width}")
        if wanted is not None:
            least, what = (wanted, wanted), f"an object of {wanted} x {wanted}"
        for node, reader in _last_maps(seen, fields):
            size = fields[node].size
            if not _decides(graph.nodes[reader], wanted) or not (size[0] < least[0] or size[1] < least[1]):
                continue
            shown = f"{size[0]} x {size[1]}"
            hints = ("more layers, larger kernels, dilation, or earlier stride and pooling widen it",)
            yield cls.at(
                graph.nodes[reader], layer=graph.nodes[node].name, field=shown, what=what, hints=hints
            )


def _decides(reader: Node, wanted: int | None) -> bool:
    """Whether what a map's pixels see limits the network: pooled as a whole, or asked for."""
    return wanted is not None or reader.op.family == "pooling"


def _last_maps(seen: Seen, fields: tuple[Field, ...]) -> Iterator[tuple[int, int]]:
    """The last nodes that do not see the whole image, from outputs backwards, with what takes them (or themselves)."""
    waiting = [(output.node, output.node) for output in seen.graph.main_outputs]
    known: set[int] = set()
    while waiting:
        node, reader = waiting.pop()
        if not fields[node].whole:
            if node not in known:
                yield node, reader
        elif node not in known:
            waiting += [(taken, node) for taken in seen.graph.nodes[node].inputs]
        known.add(node)
