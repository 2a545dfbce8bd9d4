"""A network's layers as nested parts, as they were written: blocks and labelled groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ...ir import Graph, Scope
from .helpers import Layer


@dataclass(frozen=True)
class Part:
    """Layers that follow each other inside one scope, and parts in it. Members are numbers of nodes, and parts."""

    scope: Scope
    members: tuple[int | Part, ...]

    @cached_property
    def nodes(self) -> frozenset[int]:
        return frozenset(node for member in self.members for node in numbers(member))


def numbers(member: int | Part) -> Iterator[int]:
    """The nodes of a member."""
    if isinstance(member, int):
        yield member
    else:
        yield from member.nodes


@dataclass(frozen=True)
class Network:
    """A graph at inference with the traces of its layers. Layers that give what they take are left out of it."""

    graph: Graph
    layers: Sequence[Layer]

    @cached_property
    def members(self) -> tuple[int | Part, ...]:
        """The outermost members, in order."""
        scopes = {scope.path: scope for scope in self.graph.scopes}
        kept = [i for i, layer in enumerate(self.layers) if i and not layer.is_alias]
        chains = {i: _chain(self.graph.nodes[i].name, scopes) for i in kept}
        return _members(kept, chains, 0)

    @cached_property
    def sources(self) -> tuple[int, ...]:
        """Of each node the one whose value it gives: itself, or one before where it gives what it takes."""
        found: list[int] = []
        for i, layer in enumerate(self.layers):
            found.append(found[layer.node.inputs[_taken(layer)]] if i and layer.is_alias else i)
        return tuple(found)

    def inputs(self, node: int) -> tuple[int, ...]:
        return tuple(self.sources[i] for i in self.layers[node].node.inputs)

    @cached_property
    def readers(self) -> Mapping[int, frozenset[int]]:
        """The nodes that read each value; an output counts as one after the last."""
        found: dict[int, set[int]] = {}
        for i, layer in enumerate(self.layers):
            if i and not layer.is_alias:
                for source in self.inputs(i):
                    found.setdefault(source, set()).add(i)
        for output in self.graph.outputs:
            found.setdefault(self.sources[output.node], set()).add(len(self.layers))
        return {value: frozenset(nodes) for value, nodes in found.items()}

    def taken_by(self, member: int | Part) -> tuple[int, ...]:
        """The values from outside that a member reads, in the order in which it does."""
        if isinstance(member, int):
            return tuple(dict.fromkeys(self.inputs(member)))
        inside = member.nodes
        read = (value for node in sorted(inside) for value in self.inputs(node))
        return tuple(dict.fromkeys(value for value in read if value not in inside))

    def given_by(self, member: int | Part) -> tuple[int, ...]:
        """The values of a member that something outside reads."""
        if isinstance(member, int):
            return (member,)
        inside = member.nodes
        return tuple(node for node in sorted(inside) if self.readers.get(node, frozenset()) - inside)


def _taken(layer: Layer) -> int:
    """Which of its inputs a layer gives."""
    return getattr(layer.trace.output, "number", 0)


def _chain(name: str, scopes: Mapping[str, Scope]) -> tuple[Scope, ...]:
    """The scopes around a node, outermost first."""
    parts = name.split(".")
    paths = (".".join(parts[:length]) for length in range(1, len(parts)))
    return tuple(scopes[path] for path in paths if path in scopes)


def _members(
    nodes: Sequence[int], chains: Mapping[int, tuple[Scope, ...]], depth: int
) -> tuple[int | Part, ...]:
    """Nodes grouped by the scope that they are in at ``depth``. A part of a single layer is that layer."""
    groups: list[tuple[Scope | None, list[int]]] = []
    for node in nodes:
        scope = chains[node][depth] if len(chains[node]) > depth else None
        if scope is not None and groups and groups[-1][0] is scope:
            groups[-1][1].append(node)
        else:
            groups.append((scope, [node]))
    return tuple(
        group[0] if scope is None or len(group) == 1 else Part(scope, _members(group, chains, depth + 1))
        for scope, group in groups
    )
