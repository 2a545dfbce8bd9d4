"""Two linear layers in a row."""

from __future__ import annotations

from collections.abc import Iterator

from ...ir import Node
from .base import GraphLint, Seen


class LinearAfterLinear(GraphLint):
    """Two linear layers with nothing between them are one: their weights multiply to a single matrix.

    So it is with dropout or a factor for each feature (``scale``) between them. Put an activation between them, or leave
    one out. Where the first gives fewer numbers than it takes and than the second gives, the product is of low rank,
    which can be meant, and is not told.
    """

    code = "linear-after-linear"
    message = (
        "'{second}' follows '{layer}' with no activation between them: together they are one linear layer"
    )
    bad = "flatten  linear(128)  linear(10)"
    good = "flatten  linear(128)  relu  linear(10)"
    layer: str
    second: str

    @classmethod
    def find(cls, seen: Seen) -> Iterator[GraphLint]:
        for index, node in enumerate(seen.graph.nodes):
            second = _next(seen, index)
            if node.op.family != "linear" or second is None or second.op.family != "linear":
                continue
            taken, given = seen.graph.input_shapes(node)[0][0], second.shape[0]
            if node.shape[0] >= min(taken, given):
                hints = (f"put 'relu' before '{second.name}', or leave one of them out",)
                yield cls.at(second, layer=node.name, second=second.name, hints=hints)


def _next(seen: Seen, index: int) -> Node | None:
    """The only layer that takes what ``index`` gives, past those that hand it on."""
    while len(seen.readers[index]) == 1 and index not in seen.ends:
        index = seen.readers[index][0]
        node = seen.graph.nodes[index]
        if not (node.op.is_view or node.op.is_view_at_inference or node.op.scales_channels):
            return node
    return None
