"""A receptive field that does not reach."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from ...ir import Graph, Node, is_map
from ..receptive_field import Field, receptive_fields
from .base import GraphLint, Seen


class NarrowField(GraphLint):
    """No pixel of the last map sees the whole image, and a global pooling after it adds up what they see, wherever it is:
    the network can tell what parts an image has, not how they lie to one another.

    Brendel and Bethge 2019 train such networks on purpose. More layers, larger kernels, dilation, or stride and pooling
    earlier widen the field (``cnnspec summary`` has it, layer by layer). With ``--object-size N`` the field is compared
    with objects of N pixels, also where a map is the output or is flattened. Where several tracks are joined (maps of
    several depths, each pooled; a pooled context that is concatenated), it is enough that one of them sees so much.
    Sizes are compared: a field as large as the image is enough, also where a part of it lies beside the image
    (``summary --style field`` counts the elements that see all).
    """

    code = "narrow-field"
    varies = True
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
        whole = _whole(graph, fields)
        told: set[int] = set()
        for output in graph.main_outputs:
            ends = list(_last_maps(graph, fields, whole, output.node))
            if not ends or any(_enough(graph, fields[n], graph.nodes[r], least, wanted) for n, r in ends):
                continue
            node, reader = max(ends, key=lambda end: prod(fields[end[0]].size))
            if node in told:
                continue
            told.add(node)
            shown = "{} x {}".format(*fields[node].size)
            hints = ("more layers, larger kernels, dilation, or earlier stride and pooling widen it",)
            yield cls.at(
                graph.nodes[reader], layer=graph.nodes[node].name, field=shown, what=what, hints=hints
            )


def _enough(graph: Graph, field: Field, reader: Node, least: tuple[int, int], wanted: int | None) -> bool:
    """Whether what a map's pixels see does not limit the network: it is enough, or where they lie is known and no size was
    asked for."""
    if wanted is None and reader.op.family != "pooling":
        return True
    return field.whole or (field.size[0] >= least[0] and field.size[1] >= least[1])


def _last_maps(
    graph: Graph, fields: tuple[Field, ...], whole: list[bool], output: int
) -> Iterator[tuple[int, int]]:
    """The last nodes before a map is taken in as a whole, from an output backwards, with what takes them (or themselves)."""
    waiting, known = [(output, output)], {output}
    while waiting:
        index, reader = waiting.pop()
        node = graph.nodes[index]
        if not whole[index] or (is_map(node.shape) and node.shape[1:] != (1, 1)):
            yield index, reader
            continue
        waiting += [(taken, index) for taken in node.inputs if taken not in known]
        known.update(node.inputs)


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
