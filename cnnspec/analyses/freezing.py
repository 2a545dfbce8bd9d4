"""What is trained and what is frozen, where a spec fine-tunes."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ..ir import Graph, Node, size

Starts = frozenset[int | None]
"""First epochs in which parameters are trained; None for those that never are."""

TRAINED: Starts = frozenset((1,))


def starts_of(node: Node) -> Starts:
    """The first epochs of a layer's parameters; empty where it has none."""
    return frozenset(spec.starts for spec in node.parameters if spec.role != "buffer")


def starts_in(graph: Graph, nodes: Iterable[int]) -> Starts:
    """The first epochs of the parameters of several layers."""
    return frozenset[int | None]().union(*(starts_of(graph.nodes[node]) for node in nodes))


def told(starts: Collection[int | None]) -> str:
    """In words: "" where all is trained from the beginning, "frozen", "from epoch 3", or "partly frozen"."""
    if not set(starts) - TRAINED:
        return ""
    if len(set(starts)) > 1:
        return "partly frozen"
    (start,) = set(starts)
    return "frozen" if start is None else f"from epoch {start}"


def stages(graph: Graph) -> tuple[tuple[int, int], ...]:
    """The epochs from which more parameters are trained, and how many are from then on."""
    specs = [spec for node in graph.nodes for spec in node.parameters if spec.trainable]
    firsts = sorted({spec.starts for spec in specs if spec.starts is not None})
    return tuple((first, sum(size(s.shape) for s in specs if s.trained_in(first))) for first in firsts)
