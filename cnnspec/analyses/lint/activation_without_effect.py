"""An activation that changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

from ...ir import Node
from .base import GraphLint, Seen


class ActivationWithoutEffect(GraphLint):
    """``relu`` keeps what is above 0 as it is (so do ``leaky_relu`` and ``elu``; ``relu6``: what is between 0 and 6), and
    what it takes here is so already, or it keeps everything, as ``leaky_relu(1)`` does.

    Mostly it was written twice. Leave one out, or put the layer between them that was forgotten.
    """

    code = "activation-without-effect"
    message = "'{layer}' changes nothing: {reason}"
    bad = "conv(16, 3)  relu  maxpool(2)  relu"
    good = "conv(16, 3)  relu  maxpool(2)"
    layer: str
    reason: str

    @classmethod
    def find(cls, seen: Seen) -> Iterator[GraphLint]:
        for node in seen.graph.nodes:
            if not node.inputs or not node.op.changes_nothing(seen.ranges[node.inputs[0]]):
                continue
            reason, hint = _by_itself(node) or _by_what_it_takes(seen, node)
            yield cls.at(node, layer=node.name, reason=reason, hints=(hint,))


def _by_itself(node: Node) -> tuple[str, str] | None:
    """Why it would change nothing whatever it took, and what mends it."""
    reason = node.op.never_changes
    return (reason, f"leave '{node.name}' out") if reason else None


def _by_what_it_takes(seen: Seen, node: Node) -> tuple[str, str]:
    first = _limiting(seen, node.inputs[0])
    before, (low, high) = seen.graph.nodes[first], seen.ranges[first]
    values = f"nothing below {low:g}" if high == inf else f"only values from {low:g} to {high:g}"
    twice = before.op.call_name == node.op.call_name
    return f"'{before.name}' gives {values}", "leave one of them out" if twice else f"leave '{node.name}' out"


def _limiting(seen: Seen, index: int) -> int:
    """The layer that limits what ``index`` gives: itself, or one before it whose values it hands on."""
    node = seen.graph.nodes[index]
    while _hands_on(node) and len(node.inputs) == 1 and seen.ranges[node.inputs[0]][0] >= 0:
        index = node.inputs[0]
        node = seen.graph.nodes[index]
    return index


def _hands_on(node: Node) -> bool:
    return node.op.keeps_range or bool(node.op.never_changes)
