"""Two linear layers in a row."""

from __future__ import annotations

from collections.abc import Iterator

from .base import GraphLint, Seen


class LinearAfterLinear(GraphLint):
    """Two linear layers with nothing between them are one: their weights multiply to a single matrix.

    Put an activation between them, or leave one out. Where the first gives fewer numbers than it takes and than the
    second gives, the product is of low rank, which can be meant, and is not told.
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
            readers = seen.readers_of(index)
            if node.op.family != "linear" or len(readers) != 1 or readers[0].op.family != "linear":
                continue
            taken, given = seen.graph.input_shapes(node)[0][0], readers[0].shape[0]
            if node.shape[0] >= min(taken, given) and index not in seen.ends:
                hints = (f"put 'relu' before '{readers[0].name}', or leave one of them out",)
                yield cls.at(readers[0], layer=node.name, second=readers[0].name, hints=hints)
