"""An activation that changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

from ...ir import Node
from ..output_range import limited
from .base import GraphLint, Seen

_CLIPPING = ("relu", "relu6")


class ActivationWithoutEffect(GraphLint):
    """``relu`` keeps what is above 0 as it is (``relu6``: what is between 0 and 6), and what it takes here is so already.

    Mostly it was written twice. Leave one out, or put the layer between them that was forgotten.
    """

    code = "activation-without-effect"
    message = "'{layer}' changes nothing: '{before}' gives {values}"
    bad = "conv(16, 3)  relu  maxpool(2)  relu"
    good = "conv(16, 3)  relu  maxpool(2)"
    layer: str
    before: str
    values: str

    @classmethod
    def find(cls, seen: Seen) -> Iterator[GraphLint]:
        for node in seen.graph.nodes:
            if node.op.call_name not in _CLIPPING or node.op.output_range is None:
                continue
            low, high = node.op.output_range
            found = limited(seen.graph, node.inputs[0])
            if found is None or (high < inf and _dropped(seen, node, found.node)):
                continue
            if low <= found.low and found.high <= high:
                below = f"nothing below {found.low:g}"
                values = below if found.high == inf else f"only values from {found.low:g} to {found.high:g}"
                fields = {"before": found.node.name, "values": values}
                yield cls.at(node, layer=node.name, **fields, hints=("leave one of them out",))


def _dropped(seen: Seen, node: Node, first: Node) -> bool:
    """Whether dropout lies between ``first`` and ``node``: in training it makes larger what it keeps."""
    while node is not first:
        if node.op.call_name == "dropout":
            return True
        node = seen.graph.nodes[node.inputs[0]]
    return False
