"""An activation that changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

from .base import GraphLint, Seen


class ActivationWithoutEffect(GraphLint):
    """``relu`` keeps what is above 0 as it is (so do ``leaky_relu`` and ``elu``; ``relu6``: what is between 0 and 6), and
    what it takes here is so already.

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
            if not node.inputs or not node.op.changes_nothing(seen.ranges[node.inputs[0]]):
                continue
            first = _limiting(seen, node.inputs[0])
            low, high = seen.ranges[first]
            below = f"nothing below {low:g}"
            values = below if high == inf else f"only values from {low:g} to {high:g}"
            before = seen.graph.nodes[first]
            twice = before.op.call_name == node.op.call_name
            hints = ("leave one of them out" if twice else f"leave '{node.name}' out",)
            yield cls.at(node, layer=node.name, before=before.name, values=values, hints=hints)


def _limiting(seen: Seen, index: int) -> int:
    """The layer that limits what ``index`` gives: itself, or one before it whose values it hands on."""
    node = seen.graph.nodes[index]
    while node.op.keeps_range and len(node.inputs) == 1 and seen.ranges[node.inputs[0]][0] >= 0:
        index = node.inputs[0]
        node = seen.graph.nodes[index]
    return index
