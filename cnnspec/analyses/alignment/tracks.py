"""Tracks that are joined by one layer: in which order a spec has them makes no difference to what they compute."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

from ...ir import Graph
from .order import Numbers
from .parts import Contents
from .reordering import consumers


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """The nodes that only one input of a join is computed from, rising, each with the number of what it computes: equal
    numbers, equal computations. ``names`` are those of the nodes."""

    graph: Graph
    numbers: dict[int, int]
    names: tuple[str, ...]

    @property
    def content(self) -> int:
        return self.numbers[self.last]

    @property
    def last(self) -> int:
        return next(reversed(self.numbers))

    def taken(self, index: int) -> list[int]:
        """Of what a node takes those in the track; by their numbers where their order makes no difference."""
        node = self.graph.nodes[index]
        inside = [i for i in node.inputs if i in self.numbers]
        by_number = sorted(inside, key=lambda i: (self.numbers[i], self.graph.nodes[i].name))
        return by_number if node.op.commutative else inside


def tracks_alike(first: Graph, second: Graph, pairs: Sequence[Numbers], contents: Contents) -> list[int]:
    """The second network's nodes in an order in which tracks stand as their likes do in the first; ``pairs`` are layers
    that correspond."""
    ones, others = _Reader(first, contents), _Reader(second, contents)
    order, done = _Order(len(second.nodes)), set[int]()
    for i, j in reversed(pairs):  # tracks before what is inside of them
        if j not in done and len(first.nodes[i].inputs) > 1 < len(second.nodes[j].inputs):
            tracks = _arranged(ones.tracks(i), others.tracks(j))
            order.put([node for one, other in tracks for node in _nodes_like(one, other)])
            done.update(
                n for one, other in tracks if one and one.content == other.content for n in other.numbers
            )
    return order.nodes


def tracks_sorted(graph: Graph, contents: Contents) -> list[int]:
    """The nodes in an order in which the tracks of each join stand by what they compute: the same in all networks of one
    ``contents``."""
    reader, order = _Reader(graph, contents), _Order(len(graph.nodes))
    for join in reversed(range(len(graph.nodes))):  # tracks before what is inside of them
        if len(graph.nodes[join].inputs) > 1:
            tracks = sorted(reader.tracks(join), key=lambda track: track.content)
            order.put([node for track in tracks for node in track.numbers])
    return order.nodes


class _Order:
    """The numbers below ``count`` in an order, and where each stands in it."""

    def __init__(self, count: int) -> None:
        self.nodes, self._places = list(range(count)), list(range(count))

    def put(self, nodes: Sequence[int]) -> None:
        """Nodes that stand side by side in an order of their own."""
        if list(nodes) == sorted(nodes):  # till now they were exchanged as a whole
            return
        here = [self._places[node] for node in nodes]
        if max(here) - min(here) + 1 == len(here):
            self.nodes[min(here) : max(here) + 1] = nodes
            for place, node in enumerate(nodes, min(here)):
                self._places[node] = place


def _nodes_like(one: Track | None, other: Track) -> list[int]:
    """The other's nodes as they stand in a track of the same content."""
    nodes = list(other.numbers)
    if one is None or one.content != other.content or len(one.numbers) != len(nodes):
        return nodes
    found: dict[int, int] = {}
    waiting = [(one.last, other.last)]
    while waiting:
        i, j = waiting.pop()
        if i not in found:
            found[i] = j
            waiting += zip(one.taken(i), other.taken(j), strict=True)
    return [found[i] for i in one.numbers] if len(set(found.values())) == len(nodes) else nodes


def _arranged(ones: Sequence[Track], others: Sequence[Track]) -> list[tuple[Track | None, Track]]:
    """The others in the order of the ones, each with its like: those that have the same content and names, then the same
    content, then the same first name, and the rest as it is."""
    places: dict[int, int] = {}
    for key in (_by_both, _by_content, _by_name):
        _match(ones, others, places, key)
    left = [place for place in range(len(ones)) if place not in places.values()]
    rest = [place for place in range(len(others)) if place not in places]
    places |= dict(zip(rest, left, strict=False))
    order = sorted(range(len(others)), key=lambda place: places.get(place, len(ones)))
    return [(ones[places[place]] if place in places else None, others[place]) for place in order]


def _match(
    ones: Sequence[Track], others: Sequence[Track], places: dict[int, int], key: Callable[[Track], Hashable]
) -> None:
    taken = set(places.values())
    there: dict[Hashable, list[int]] = {}
    for place, one in enumerate(ones):
        if place not in taken:
            there.setdefault(key(one), []).append(place)
    for place, other in enumerate(others):
        if place not in places and there.get(key(other)):
            places[place] = there[key(other)].pop(0)


def _by_both(track: Track) -> Hashable:
    return track.content, track.names


def _by_content(track: Track) -> Hashable:
    return track.content


def _by_name(track: Track) -> Hashable:
    return track.names[0]


class _Reader:
    """Finds the tracks of one network."""

    def __init__(self, graph: Graph, contents: Contents) -> None:
        self.graph, self.contents = graph, contents
        self.takers = consumers(graph)
        self.outputs = {output.node for output in graph.outputs}

    def tracks(self, join: int) -> list[Track]:
        """In the order of their nodes; those of no nodes are none."""
        found = [self._nodes(join, source) for source in dict.fromkeys(self.graph.nodes[join].inputs)]
        return [self._track(nodes) for nodes in sorted(found) if nodes]

    def _nodes(self, join: int, source: int) -> list[int]:
        """Those from which all ways lead into the join by one of its inputs."""
        held: set[int] = set()
        waiting = [-source]
        while waiting:
            index = -heappop(waiting)
            node = self.graph.nodes[index]
            takers = self.takers[index]
            own = takers == [join] if index == source else all(taker in held for taker in takers)
            if own and index not in held and index not in self.outputs and node.inputs:
                held.add(index)
                for each in node.inputs:
                    heappush(waiting, -each)
        return sorted(held)

    def _track(self, nodes: Sequence[int]) -> Track:
        known: dict[int, int] = {}
        for index in nodes:
            node = self.graph.nodes[index]
            taken = [known.get(i, -1) for i in node.inputs]
            taken = sorted(taken) if node.op.commutative else taken
            known[index] = self.contents.number((self.contents.layer(node), *taken))
        return Track(self.graph, known, tuple(self.graph.nodes[index].name for index in nodes))
