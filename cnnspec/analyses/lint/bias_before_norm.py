"""A bias that a norm takes away again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...ir import Node
from .base import GraphLint, Seen


class BiasBeforeNorm(GraphLint):
    """A bias shifts every value of a channel alike, and the norm after it subtracts the channel's mean: the bias is gone.

    Its gradient is 0, so it stays what it was drawn as, and takes memory (Ioffe and Szegedy 2015, section 3.2). Leave it
    out with ``bias = false``: the norm has a bias of its own. Keep it where weights that others trained have it.
    """

    code = "bias-before-norm"
    message = "the bias of '{layer}' ({count}) is taken away again by '{norm}'"
    bad = "conv(64, 3)  bn  relu"
    good = "conv(64, 3, bias = false)  bn  relu"
    layer: str
    count: str
    norm: str

    @classmethod
    def find(cls, seen: Seen) -> Iterator[GraphLint]:
        for index, node in enumerate(seen.graph.nodes):
            biases = [p for p in node.parameters if p.role == "bias"]
            readers = seen.readers_of(index)
            if biases and readers and index not in seen.ends and all(map(_centres, readers)):
                count = f"{biases[0].shape[0]:,} parameter{'s' if biases[0].shape[0] > 1 else ''}"
                hints = (f"leave it out: {node.op.call_name}(…, bias = false)",)
                yield cls.at(node, layer=node.name, count=count, norm=readers[0].name, hints=hints)


def _centres(node: Node) -> bool:
    """Whether a layer subtracts the mean of each channel by itself."""
    op: Any = node.op
    return op.call_name == "bn" or (op.call_name == "group_norm" and bool(op.groups == node.shape[0]))
