"""Which boxes a network of any size is drawn with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import chain

from ....analyses.freezing import starts_of
from ....ir import Graph, Node, is_map, size
from ..grouping import FOLLOWERS, Kind
from ..label import words
from ..model import units_at
from ..parts import Links, Unit
from ..view import View

MOST = 24
"""Boxes that a page holds."""


@dataclass(frozen=True, slots=True)
class Group:
    """A unit, and the layers after it that change no map's size: they are told in words at its box."""

    unit: Unit
    followers: tuple[int, ...] = ()

    @property
    def nodes(self) -> tuple[int, ...]:
        return (*self.unit.nodes, *self.followers)


def groups_of(graph: Graph) -> list[Group]:
    """The boxes: as much detail as there is room for.

    A network without branches is drawn layer by layer, others by their parts; where these are too many, similar ones that
    follow each other are one box.
    """
    whole = _whole(graph)
    for groups in whole:
        if len(groups) <= MOST:
            return groups
    short = [_grouped(graph, units_at(graph, View(level="model"))), _joined(graph, whole[0], _of_one_size)]
    fitting = [groups for groups in short if len(groups) <= MOST]
    return max(fitting, key=len) if fitting else min(short, key=len)


def _whole(graph: Graph) -> list[list[Group]]:
    """Ways to draw a network in which at most equal boxes are put together, those with more detail first."""
    parts = _grouped(graph, units_at(graph, View(level="stage")))
    if not _is_chain(graph):
        return [parts]
    layers = _grouped(graph, units_at(graph, View(level="layer")))
    return [layers, _joined(graph, layers, _equal), parts]


def _is_chain(graph: Graph) -> bool:
    readers = Counter(chain.from_iterable(node.inputs for node in graph.nodes))
    return all(len(node.inputs) <= 1 for node in graph.nodes) and max(readers.values(), default=0) <= 1


def _grouped(graph: Graph, units: list[Unit]) -> list[Group]:
    read = _times_read(graph)
    found: list[Group] = []
    for unit in units:
        if found and _follows(graph, found[-1], unit, read):
            found[-1] = replace(found[-1], followers=(*found[-1].followers, *unit.nodes))
        else:
            found.append(_without_views(graph, unit))
    return found


def _times_read(graph: Graph) -> Counter[int]:
    """How many layers read each layer; an output counts as one."""
    return Counter(chain((i for node in graph.nodes for i in node.inputs), (o.node for o in graph.outputs)))


def _without_views(graph: Graph, unit: Unit) -> Group:
    """A unit's box is as large as its map, not as what a flatten at its end makes of it."""
    kept = unit.nodes
    while unit.times == 1 and len(kept) > 1 and graph.nodes[kept[-1]].op.is_view:
        kept = kept[:-1]
    if len(kept) == len(unit.nodes):
        return Group(unit)
    return Group(replace(unit, nodes=kept, ends=(kept[-1],)), unit.nodes[len(kept) :])


def _follows(graph: Graph, before: Group, unit: Unit, read: Counter[int]) -> bool:
    nodes = [graph.nodes[i] for i in unit.nodes]
    return (
        unit.kind in ("layer", "part")
        and nodes[0].inputs == (before.nodes[-1],)
        and all(_changes_nothing(graph, node, read) for node in nodes)
    )


def _changes_nothing(graph: Graph, node: Node, read: Counter[int]) -> bool:
    """Whether it can be told in words: pointwise, or other names for the elements of a map that nobody else reads."""
    if node.op.family != "reshape":
        return node.op.family in FOLLOWERS
    before = node.inputs[0]
    return read[before] == 1 and size(node.shape) == size(graph.nodes[before].shape)


Alike = Callable[[Graph, Group, Group], bool]


def _joined(graph: Graph, groups: list[Group], alike: Alike) -> list[Group]:
    """Groups that follow each other and are alike, as one each."""
    links = Links(graph, [replace(g.unit, nodes=g.nodes) for g in groups])
    rows: list[list[int]] = []
    for place, group in enumerate(groups):
        last = rows[-1][-1] if rows else -1
        follows = last in links.sources[place] and last not in links.leaving
        if follows and alike(graph, groups[last], group):
            rows[-1].append(place)
        else:
            rows.append([place])
    return [_one(graph, [groups[place] for place in row]) for row in rows]


def _one(graph: Graph, row: list[Group]) -> Group:
    if len(row) == 1:
        return row[0]
    first, last = row[0], row[-1]
    inner = [group.nodes for group in row[:-1]] + [last.unit.nodes]
    same = all(group.unit.kind == "layer" and _equal(graph, first, group) for group in row)
    ends = tuple(end for group in row for end in group.unit.ends) if same else (last.unit.nodes[-1],)
    kind: Kind = "layer" if same else "part"
    unit = replace(first.unit, kind=kind, nodes=sum(inner, ()), period=(), ends=ends)
    return Group(unit, last.followers)


def _equal(graph: Graph, one: Group, other: Group) -> bool:
    first, second = ([graph.nodes[i] for i in g.nodes] for g in (one, other))
    return [_what(n) for n in first] == [_what(n) for n in second]


def _what(node: Node) -> tuple[object, ...]:
    return words(node), node.shape, starts_of(node)


def _of_one_size(graph: Graph, one: Group, other: Group) -> bool:
    """Maps of one height and width, or vectors of one family; the input stays alone."""
    if not one.unit.nodes[0]:
        return False
    first, second = (graph.nodes[g.unit.ends[-1]].shape for g in (one, other))
    if is_map(first) and is_map(second):
        return first[1:] == second[1:]
    families = [graph.nodes[g.unit.nodes[-1]].op.family for g in (one, other)]
    return len(first) == len(second) and families[0] == families[1]
