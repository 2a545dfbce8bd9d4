"""Layers that share a box: a layer and the pointwise ones that follow it; and the scopes around every node."""

from __future__ import annotations

import re
from typing import Literal

from ...ir import Graph, Node, Scope

Kind = Literal["input", "layer", "join", "part", "output"]
Chains = list[tuple[Scope, ...]]
"""The scopes around every node, outermost first."""

_FOLLOWERS = frozenset({"norm", "activation", "regularize"})


def kind_of(node: Node) -> Kind:
    if not node.inputs:
        return "input"
    return "join" if node.op.family == "merge" and len(node.inputs) > 1 else "layer"


def scope_chains(graph: Graph) -> Chains:
    """The scopes around every node, outermost first."""
    scopes = {s.path: s for s in graph.scopes}
    known: dict[str, tuple[Scope, ...]] = {"": ()}

    def around(path: str) -> tuple[Scope, ...]:
        if path not in known:
            outer = around(path.rpartition(".")[0])
            known[path] = (*outer, scopes[path]) if path in scopes else outer
        return known[path]

    return [around(node.name.rpartition(".")[0]) for node in graph.nodes]


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
    if node.op.family not in _FOLLOWERS or kind_of(graph.nodes[before[0]]) != "layer":
        return False
    return readers[before[-1]] == 1


def needed(graph: Graph) -> set[int]:
    """Nodes that some main output needs."""
    found = {0, *(o.node for o in graph.main_outputs)}
    for index in range(len(graph.nodes) - 1, -1, -1):
        if index in found:
            found.update(graph.nodes[index].inputs)
    return found


def stem(scope: Scope) -> str:
    """A label without its number: ``stage`` for ``stage3``."""
    own = scope.path.rpartition(".")[2]
    return re.sub(r"\d+$", "", own) or own
