"""Equal blocks in a row drawn once, with all their layers: the others are left out of the graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ...ir import Graph, GraphOutput, Node, Scope
from .grouping import scope_chains, stem, structure
from .label import frame_title
from .titles import merged_title


@dataclass(frozen=True, slots=True)
class Turns:
    """How often the block at a path stands for itself and those after it, and the title of all of them. ``members`` are the
    nodes of the whole graph that each node stands for, in order; empty where nothing was folded."""

    times: Mapping[str, int] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    members: tuple[tuple[int, ...], ...] = ()

    def of(self, path: str) -> int:
        return self.times.get(path, 1)

    def title_of(self, scope: Scope) -> str:
        return self.titles.get(scope.path) or frame_title(scope)

    def behind(self, nodes: Sequence[int]) -> Sequence[int]:
        """All nodes that some stand for, in the order of the whole graph."""
        return sorted(m for node in nodes for m in self.members[node]) if self.members else nodes

    def seen_by(self, node: int, reader: int) -> Sequence[int]:
        """The nodes that a node stands for towards one that reads it: those after a row see its last."""
        own = self.members[node] if self.members else (node,)
        after = bool(self.members) and self.members[reader][0] > own[-1]
        return own[-1:] if after else own

    def instances(self, nodes: Sequence[int]) -> list[tuple[int, ...]]:
        """Each time that some nodes of one block stand for, as nodes of the whole graph; [] where it is once only."""
        rows = [self.members[node] for node in nodes] if self.members else []
        if not rows or len(rows[0]) == 1 or len(set(map(len, rows))) > 1:
            return []
        return list(zip(*rows, strict=True))


@dataclass(frozen=True, slots=True)
class _Instance:
    scope: Scope
    nodes: range

    def structure_in(self, graph: Graph) -> list[object]:
        return structure(graph, self.scope, self.nodes)


Row = list[_Instance]


def once(graph: Graph, rows: list[Row] | None = None) -> tuple[Graph, Turns]:
    """The graph with every row of equal blocks (or the ``rows``) as its first one, and how often each stands."""
    rows = equal_blocks(graph) if rows is None else rows
    stands_for = list(range(len(graph.nodes)))
    times: dict[str, int] = {}
    titles: dict[str, str] = {}
    scopes = {scope.path: scope for scope in graph.scopes}
    for row in rows:
        first = row[0]
        times[first.scope.path] = len(row)
        titles[first.scope.path] = merged_title([i.scope.title for i in row])
        titles |= _titles_inside(scopes, row)
        for instance in row[1:]:
            for offset, node in enumerate(instance.nodes):
                stands_for[node] = first.nodes.start + offset
    if not rows:
        return graph, Turns()
    members: dict[int, list[int]] = {}
    for node, first_node in enumerate(stands_for):
        members.setdefault(first_node, []).append(node)
    return _kept(graph, stands_for), Turns(times, titles, tuple(map(tuple, members.values())))


def _titles_inside(scopes: Mapping[str, Scope], row: Row) -> dict[str, str]:
    """By path the titles of what is in the first of a row, where the others' are not the same."""
    outer = [instance.scope.path for instance in row]
    found: dict[str, str] = {}
    for path in [path for path in scopes if path.startswith(f"{outer[0]}.")]:
        rest = path.removeprefix(outer[0])
        titles = [scopes[other + rest].title for other in outer if other + rest in scopes]
        if len(set(titles)) > 1:
            found[path] = frame_title(replace(scopes[path], title=merged_title(titles)))
    return found


def _kept(graph: Graph, stands_for: list[int]) -> Graph:
    order = [i for i, other in enumerate(stands_for) if i == other]
    new = {old: place for place, old in enumerate(order)}
    place_of = [new[other] for other in stands_for]

    def moved(node: Node) -> Node:
        inputs = tuple(place_of[i] for i in node.inputs)
        return Node(node.name, node.op, inputs, node.shape, node.parameters, node.span, node.origin)

    outputs = tuple(GraphOutput(o.name, place_of[o.node], o.auxiliary) for o in graph.outputs)
    return Graph(graph.name, tuple(moved(graph.nodes[i]) for i in order), outputs, graph.scopes)


def equal_blocks(graph: Graph) -> list[Row]:
    """Rows of equal blocks, those of the outermost blocks; each reads the one before it."""
    rows: list[Row] = []
    taken = -1  # last node of the row that was looked at
    instances = _instances(graph)
    starting: dict[int, list[_Instance]] = {}
    for instance in instances:
        starting.setdefault(instance.nodes.start, []).append(instance)
    for instance in instances:
        if instance.nodes.start <= taken:
            continue
        row, own = [instance], instance.structure_in(graph)
        while (after := _next(graph, starting, row[-1])) is not None and after.structure_in(graph) == own:
            row.append(after)
        if len(row) > 1:
            rows.append(row)
            taken = row[-1].nodes.stop - 1
    return rows


def _instances(graph: Graph) -> list[_Instance]:
    """The blocks of the network with the nodes in them, in the graph's order."""
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    scopes: dict[str, Scope] = {}
    for index, chain in enumerate(scope_chains(graph)):
        for scope in chain:
            if scope.block is not None:
                first.setdefault(scope.path, index)
                last[scope.path] = index
                scopes[scope.path] = scope
    return [_Instance(scope, range(first[path], last[path] + 1)) for path, scope in scopes.items()]


def _next(graph: Graph, starting: dict[int, list[_Instance]], one: _Instance) -> _Instance | None:
    """The block of the same name and place that begins where this one ends and reads its last layer."""
    after, inside = one.nodes.stop, one.scope.path.rpartition(".")[0]
    for other in starting.get(after, ()):
        if other.scope.path.rpartition(".")[0] == inside:
            same = other.scope.block == one.scope.block and stem(other.scope) == stem(one.scope)
            reads = any(after - 1 in graph.nodes[i].inputs for i in other.nodes)
            return other if same and reads else None
    return None
