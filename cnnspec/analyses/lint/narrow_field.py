"""A receptive field that does not reach."""

from __future__ import annotations

from collections.abc import Iterator

from ...ir import Graph, Node, is_map
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
    whole = _whole(seen.graph, fields)
    waiting = [(output.node, output.node) for output in seen.graph.main_outputs]
    known: set[int] = set()
    while waiting:
        node, reader = waiting.pop()
        if not whole[node]:
            if node not in known:
                yield node, reader
        elif node not in known:
            waiting += [(taken, node) for taken in seen.graph.nodes[node].inputs]
        known.add(node)


def _whole(graph: Graph, fields: tuple[Field, ...]) -> list[bool]:
    """Which nodes take in all of a map: by what they are, by a pooling as large as the map, or after such a one."""
    whole: list[bool] = []
    for index, node in enumerate(graph.nodes):
        after = node.shape[1:] in ((), (1, 1)) and any(whole[i] for i in node.inputs)
        whole.append(fields[index].whole or after or _pools_all(graph, node))
    return whole


def _pools_all(graph: Graph, node: Node) -> bool:
    if node.op.family != "pooling" or node.shape[1:] != (1, 1):
        return False
    taken = graph.input_shapes(node)[0]
    height, width = node.op.window(taken).extent
    return taken[1:] != (1, 1) and bool(taken[1] <= height and taken[2] <= width)
