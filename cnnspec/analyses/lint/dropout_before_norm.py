"""Dropout that a batch norm comes after."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .base import GraphLint, Seen


class DropoutBeforeNorm(GraphLint):
    """Dropout changes the variance of what comes after it, in training only; a batch norm there measures that variance, and
    goes by it after training, when it no longer holds.

    Li, Chen, Hu and Yang 2019, "Understanding the disharmony between dropout and batch normalization by variance shift". Put
    dropout after the last batch norm, as in front of the last linear layer. A norm that is frozen with its statistics
    measures nothing, and is not told.
    """

    code = "dropout-before-norm"
    message = "'{layer}' comes before the batch norm '{norm}', to which it gives another variance in training than after it"
    bad = "linear(256)  relu  dropout(0.5)  linear(64)  bn  relu  linear(10)"
    good = "linear(256)  relu  linear(64)  bn  relu  dropout(0.5)  linear(10)"
    layer: str
    norm: str

    @classmethod
    def find(cls, seen: Seen) -> Iterator[GraphLint]:
        nodes = seen.graph.nodes
        last: list[int | None] = []  # the dropout that each node is reached by, no batch norm in between
        told: set[int] = set()
        for index, node in enumerate(nodes):
            op: Any = node.op
            drop = max((d for i in node.inputs if (d := last[i]) is not None), default=None)
            if seen.uses_batches(index):
                if drop is not None and drop not in told:
                    told.add(drop)
                    hints = ("move it to where no batch norm comes after it, or leave one of them out",)
                    yield cls.at(nodes[drop], layer=nodes[drop].name, norm=node.name, hints=hints)
                drop = None
            last.append(index if op.drops_elements and op.p > 0 and index not in seen.fixed else drop)
