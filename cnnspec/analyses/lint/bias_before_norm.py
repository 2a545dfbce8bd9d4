"""A bias that a norm takes away again."""

from __future__ import annotations

from collections.abc import Iterator

from ...ir import Op
from .base import GraphLint, Seen


class BiasBeforeNorm(GraphLint):
    """A bias shifts every value of a channel alike, and the norm after it subtracts the channel's mean: the bias is gone. So
    it is where what lies between, such as pooling or a sum, shifts alike too. A norm that is frozen with its statistics
    subtracts another mean, and is not told. A norm has a bias too, which another norm after it takes away.

    Its gradient is 0, so it stays what it was drawn as, and takes memory (Ioffe and Szegedy 2015, section 3.2). Leave it
    out with ``bias = false``: the norm has a bias of its own; of two norms, one is enough. Keep it where weights that
    others trained have it.
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
        norms = _norms(seen)
        for node, norm in zip(seen.graph.nodes, norms, strict=True):
            biases = [p for p in node.parameters if p.name == "bias"]
            if biases and norm is not None:
                count = f"{biases[0].shape[0]:,} parameter{'s' if biases[0].shape[0] > 1 else ''}"
                hints = (_remedy(node.op),)
                name = seen.graph.nodes[norm].name
                yield cls.at(node, layer=node.name, count=count, norm=name, hints=hints)


def _remedy(op: Op) -> str:
    return (
        "leave one of the norms out"
        if op.family == "norm"
        else f"leave it out: {op.call_name}(…, bias = false)"
    )


def _norms(seen: Seen) -> list[int | None]:
    """For each node a norm that takes away what is a constant in its channels; None where one of the ways from the node
    comes to something else first."""
    graph = seen.graph
    norms: list[int | None] = [None] * len(graph.nodes)
    for index in reversed(range(len(graph.nodes))):
        ends: list[int | None] = [None] if index in seen.ends else []
        for reader in seen.readers[index]:
            node = graph.nodes[reader]
            if seen.removes_constants(reader):
                ends.append(reader)
            else:
                kept = node.op.keeps_constants(*graph.input_shapes(node))
                ends.append(norms[reader] if kept else None)
        found = [end for end in ends if end is not None]
        norms[index] = min(found) if found and len(found) == len(ends) else None
    return norms
