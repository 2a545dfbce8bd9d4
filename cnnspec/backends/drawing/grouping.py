"""Layers that share a box: a layer and the pointwise ones that follow it; and the scopes around every node."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal

from ...analyses.freezing import starts_in
from ...ir import Graph, Node, Scope, scopes_around
from ...ir.op import Family

Kind = Literal["input", "layer", "join", "part", "output"]
Chains = list[tuple[Scope, ...]]
"""The scopes around every node, outermost first."""

FOLLOWERS: frozenset[Family] = frozenset({"norm", "activation", "regularize"})
"""Families of layers that are told with the layer before them."""


def kind_of(node: Node) -> Kind:
    if not node.inputs:
        return "input"
    return "join" if node.op.family == "merge" and len(node.inputs) > 1 else "layer"


def scope_chains(graph: Graph) -> Chains:
    """The scopes around every node, outermost first."""
    return scopes_around((node.name for node in graph.nodes), graph.scopes)


def layer_groups(graph: Graph, chains: Chains) -> list[list[int]]:
    """Nodes by box, in the graph's order: a pointwise layer joins the one before it where it is its only reader."""
    readers = [0] * len(graph.nodes)
    for node in graph.nodes:
        for i in node.inputs:
            readers[i] += 1
    for output in graph.outputs:
        readers[output.node] += 1
    group_of: dict[int, list[int]] = {}
    groups: list[list[int]] = []
    for index, node in enumerate(graph.nodes):
        before = group_of.get(node.inputs[0]) if len(node.inputs) == 1 else None
        inside = before is not None and chains[index] == chains[before[0]]
        if before is not None and inside and _follows(graph, node, before, readers):
            before.append(index)
            group_of[index] = before
        else:
            group_of[index] = [index]
            groups.append(group_of[index])
    return groups


def _follows(graph: Graph, node: Node, before: list[int], readers: list[int]) -> bool:
    """Whether a layer is drawn in the box of the one before it: pointwise, and its only reader."""
    if node.op.family not in FOLLOWERS or kind_of(graph.nodes[before[0]]) != "layer":
        return False
    return readers[before[-1]] == 1


def needed(graph: Graph) -> set[int]:
    """Nodes that some main output needs."""
    return graph.needed_by(graph.main_outputs)


def stem(scope: Scope) -> str:
    """A label without its number: ``stage`` for ``stage3``, ``inception_`` for ``inception_4b``."""
    own = scope.path.rpartition(".")[2]
    return re.sub(r"\d+[a-z]?$", "", own) or own


def structure(graph: Graph, scope: Scope, nodes: Sequence[int]) -> list[object]:
    """What has to be equal for two parts to be drawn as one: their layers, the names inside, how they hang together,
    kernels, and which are frozen."""
    prefix = len(scope.path)
    first = nodes[0]
    starts: list[object] = [
        (
            node.name[prefix:],
            node.op.call_name,
            node.op.window(*graph.input_shapes(node)),
            inputs_within(node.inputs, first),
        )
        for node in (graph.nodes[i] for i in nodes)
    ]
    return [*starts, starts_in(graph, nodes)]


def inputs_within(inputs: Iterable[int], first: int) -> tuple[int, ...]:
    """Inputs counted from the ``first`` node of a part; all that come from outside of it are -1."""
    return tuple(i - first if i >= first else -1 for i in inputs)
