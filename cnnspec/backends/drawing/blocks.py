"""One block of a network as a graph of its own: what enters it are inputs, what leaves it are outputs."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ...ir import Graph, GraphOutput, Node, Scope
from .grouping import scope_chains, structure


@dataclass(frozen=True, slots=True)
class Found:
    """A part of a network. ``others`` are the paths of other instances of its block, ``kinds`` how many different calls
    of it there are."""

    scope: Scope
    others: tuple[str, ...] = ()
    kinds: int = 1


class NoSuchBlock(Exception):
    """No block or part has that name; ``nearest`` are names that are like it, ``blocks`` all names of blocks. ``around`` is
    the path of the part that a layer of that name is in, "" where it is in none, None where it names no layer."""

    def __init__(
        self, name: str, nearest: tuple[str, ...], blocks: tuple[str, ...], around: str | None
    ) -> None:
        super().__init__(name)
        self.name = name
        self.nearest = nearest
        self.blocks = blocks
        self.around = around


def find_block(graph: Graph, name: str) -> Found:
    """The part at a path (``stage2.bottleneck1``), or the block of that name: the first of its instances that are built as
    most of them are.

    Raises :class:`NoSuchBlock`.
    """
    by_path = {scope.path: scope for scope in graph.scopes}
    if name in by_path:
        return Found(by_path[name])
    instances = [scope for scope in graph.scopes if scope.block == name]
    if not instances:
        raise _no_such(graph, name, by_path)
    usual = _usual(graph, instances)
    kinds = len({scope.title for scope in instances})
    return Found(usual, tuple(scope.path for scope in instances if scope is not usual), kinds)


def _usual(graph: Graph, instances: list[Scope]) -> Scope:
    """The first of those that are built alike and are most."""
    paths = {scope.path for scope in instances}
    nodes: dict[str, list[int]] = {}
    for index, chain in enumerate(scope_chains(graph)):
        for scope in chain:
            if scope.path in paths:
                nodes.setdefault(scope.path, []).append(index)
    forms = [structure(graph, s, nodes[s.path]) if s.path in nodes else [] for s in instances]
    return instances[max(range(len(forms)), key=lambda place: (forms.count(forms[place]), -place))]


def _no_such(graph: Graph, name: str, by_path: Iterable[str]) -> NoSuchBlock:
    blocks = tuple(dict.fromkeys(s.block for s in graph.scopes if s.block))
    kinds = (by_path, blocks) if "." in name else (blocks, by_path)
    close = (difflib.get_close_matches(name, names, n=3) for names in kinds)
    nearest = next(filter(None, close), [])
    chains = {node.name: chain for node, chain in zip(graph.nodes, scope_chains(graph), strict=True)}
    around = chains[name][-1].path if chains.get(name) else "" if name in chains else None
    return NoSuchBlock(name, tuple(nearest), blocks, around)


def block_graph(graph: Graph, scope: Scope) -> Graph:
    """The inside of ``scope``, names without its path; its inputs are named after the layers that they come from.

    Receptive fields of it are those within the block.
    """
    chains = scope_chains(graph)
    inside = [i for i, chain in enumerate(chains) if any(s is scope or s.path == scope.path for s in chain)]
    members = set(inside)
    outside = list(dict.fromkeys(s for i in inside for s in graph.nodes[i].inputs if s not in members))
    new = {old: place for place, old in enumerate((*outside, *inside))}
    names = _names(graph, outside)
    inputs = [_entrance(graph, graph.nodes[i], name) for i, name in zip(outside, names, strict=True)]
    prefix = f"{scope.path}."
    nodes = [
        Node(
            node.name.removeprefix(prefix), node.op, tuple(new[i] for i in node.inputs), node.shape, node.parameters,
            node.span, node.origin,
        )
        for node in (graph.nodes[i] for i in inside)
    ]  # fmt: skip
    inner = tuple(
        replace(s, path=s.path.removeprefix(prefix)) for s in graph.scopes if s.path.startswith(prefix)
    )
    title = scope.title or scope.path
    return Graph(title, (*inputs, *nodes), _exits(graph, inside, members, new), inner)


def _names(graph: Graph, outside: Iterable[int]) -> list[str]:
    """Names of inputs: one alone is the input, several say where they come from."""
    sources = list(outside)
    return ["input"] if len(sources) == 1 else [f"from {graph.nodes[i].name}" for i in sources]


def _entrance(graph: Graph, node: Node, name: str) -> Node:
    return Node(name, replace(graph.nodes[0].op, shape=node.shape), (), node.shape)  # type: ignore[call-arg]


def _exits(
    graph: Graph, inside: list[int], members: set[int], new: dict[int, int]
) -> tuple[GraphOutput, ...]:
    """What others read, or the network gives; of one alone no name is needed."""
    read = {
        i
        for place, node in enumerate(graph.nodes)
        if place not in members
        for i in node.inputs
        if i in members
    }
    given = {output.node: output for output in graph.outputs if output.node in members}
    leaving = [i for i in inside if i in read or i in given]
    if len(leaving) == 1:
        only = given.get(leaving[0])
        return (GraphOutput("output", new[leaving[0]], only.auxiliary if only else False),)
    return tuple(
        GraphOutput(graph.nodes[i].name.rpartition(".")[2], new[i], i in given and given[i].auxiliary)
        for i in leaving
    )
