"""What a drawing shows, before any DOT: boxes of one or more nodes, arrows between them, nested frames."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..analyses.freezing import starts_of, told
from ..ir import Graph, GraphOutput, Node, Scope

Kind = Literal["input", "layer", "join", "part"]
_FOLLOWERS = frozenset({"norm", "activation", "regularize"})


@dataclass(frozen=True, slots=True)
class Box:
    """``nodes`` are a layer and the pointwise layers that follow it, or those of a whole ``part``, which
    stands ``times`` times in a row; ``auxiliary``: only in training. ``scopes`` are those around it. ``frozen`` says in
    words what of it is not trained from the beginning."""

    kind: Kind
    nodes: tuple[int, ...]
    scopes: tuple[Scope, ...]
    auxiliary: bool
    part: Scope | None = None
    times: int = 1
    frozen: str = ""

    @property
    def number(self) -> int:
        return self.nodes[0]


@dataclass(frozen=True, slots=True)
class Arrow:
    """From box ``tail`` to box ``head`` (their numbers); ``main``: on the trunk, i.e. the longest
    path both into ``head`` and out of ``tail``."""

    tail: int
    head: int
    main: bool
    auxiliary: bool


@dataclass(frozen=True, slots=True)
class Exit:
    """An output of the network and the box that it leaves."""

    output: GraphOutput
    box: int


@dataclass(frozen=True, slots=True)
class Picture:
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    exits: tuple[Exit, ...]


def picture(graph: Graph, depth: int | None = None) -> Picture:
    """Boxes in the graph's order, so that every arrow leads to a later box.

    Parts nested deeper than ``depth`` levels (0: all parts) are one box each.
    """
    from .folding import folded_groups, in_rows

    chains = _scope_chains(graph)
    groups = _groups(graph, chains)
    needed = _needed(graph)
    if depth is not None:
        groups = folded_groups(groups, chains, depth)
    boxes = tuple(_box(graph, group, chains[group[0]], needed, depth) for group in groups)
    if depth is not None:
        boxes = in_rows(graph, boxes)
    owner = {node: box.number for box in boxes for node in box.nodes}
    exits = tuple(Exit(o, owner[o.node]) for o in graph.outputs)
    return Picture(boxes, _arrows(graph, boxes, owner), exits)


def _box(
    graph: Graph, group: list[int], chain: tuple[Scope, ...], needed: set[int], depth: int | None
) -> Box:
    auxiliary = needed.isdisjoint(group)
    frozen = told(frozenset[int | None]().union(*(starts_of(graph.nodes[i]) for i in group)))
    if depth is not None and len(chain) > depth:
        return Box("part", tuple(group), chain[:depth], auxiliary, chain[depth], frozen=frozen)
    return Box(_kind(graph.nodes[group[0]]), tuple(group), chain, auxiliary, frozen=frozen)


def entered(tail: Box, head: Box) -> tuple[Scope, ...]:
    """The scopes that an arrow from ``tail`` to ``head`` enters, outermost first."""
    shared = 0
    for one, other in zip(tail.scopes, head.scopes, strict=False):
        if one is not other:
            break
        shared += 1
    return head.scopes[shared:]


def _kind(node: Node) -> Kind:
    if not node.inputs:
        return "input"
    return "join" if node.op.family == "merge" and len(node.inputs) > 1 else "layer"


def _scope_chains(graph: Graph) -> list[tuple[Scope, ...]]:
    """The scopes around every node, outermost first."""
    scopes = {s.path: s for s in graph.scopes}
    chains: list[tuple[Scope, ...]] = []
    for node in graph.nodes:
        parts = node.name.split(".")
        paths = (".".join(parts[:n]) for n in range(1, len(parts)))
        chains.append(tuple(scopes[p] for p in paths if p in scopes))
    return chains


def _groups(graph: Graph, chains: list[tuple[Scope, ...]]) -> list[list[int]]:
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
    if node.op.family not in _FOLLOWERS or _kind(graph.nodes[before[0]]) != "layer":
        return False
    return readers[before[-1]] == 1


def _needed(graph: Graph) -> set[int]:
    """Nodes that some main output needs."""
    needed = {0, *(o.node for o in graph.main_outputs)}
    for index in range(len(graph.nodes) - 1, -1, -1):
        if index in needed:
            needed.update(graph.nodes[index].inputs)
    return needed


def _arrows(graph: Graph, boxes: tuple[Box, ...], owner: dict[int, int]) -> tuple[Arrow, ...]:
    tails = {b.number: _tails(graph, b, owner) for b in boxes}
    heads: dict[int, list[int]] = {b.number: [] for b in boxes}
    for box in boxes:
        for tail in tails[box.number]:
            heads[tail].append(box.number)
    above = _longest([b.number for b in boxes], tails)
    below = _longest([b.number for b in reversed(boxes)], heads)
    from_tail = {number: _middle_deepest(heads[number], below) for number in heads}
    into_head = {number: _middle_deepest(tails[number], above) for number in tails}
    return tuple(
        Arrow(t, b.number, into_head[b.number] == t and from_tail[t] == b.number, b.auxiliary)
        for b in boxes
        for t in tails[b.number]
    )


def _tails(graph: Graph, box: Box, owner: dict[int, int]) -> list[int]:
    """The boxes that arrows into ``box`` come from; a part has one arrow from each."""
    if box.kind != "part":
        return [owner[i] for i in graph.nodes[box.number].inputs]
    sources = (owner[i] for node in box.nodes for i in graph.nodes[node].inputs)
    return list(dict.fromkeys(tail for tail in sources if tail != box.number))


def _longest(order: list[int], before: dict[int, list[int]]) -> dict[int, int]:
    """Length of the longest path to each box from those that have nothing ``before`` them."""
    length: dict[int, int] = {}
    for number in order:
        length[number] = 1 + max((length[n] for n in before[number]), default=0)
    return length


def _middle_deepest(numbers: list[int], depth: dict[int, int]) -> int | None:
    """The one with the longest path; of several, the middle one, so that equal tracks lie around it."""
    if not numbers:
        return None
    deepest = max(depth[n] for n in numbers)
    equal = [n for n in numbers if depth[n] == deepest]
    return equal[(len(equal) - 1) // 2]
