"""Pairs of scopes, judged by the layers in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ...ir import Graph, scopes_around
from .model import Pair
from .order import Numbers, add_rising, merged, rising

_NOWHERE = "."  # no scope's path


def partners(first: Graph, second: Graph, found: Iterable[tuple[str, str]]) -> list[Numbers]:
    """The numbers of the scopes that correspond, rising in both; ``found`` are the paths of those with layers."""
    ones, others = Scopes(first), Scopes(second)
    paths = _each_once(found)
    numbers = list(rising((ones.numbers[one], others.numbers[other]) for one, other in paths.items()))
    for one, other in _empty(ones, others, paths):
        add_rising(numbers, (ones.numbers[one], others.numbers[other]))
    return numbers


def scope_pairs(
    first: Graph, second: Graph, layers: tuple[Pair[int], ...], found: Sequence[Numbers]
) -> Iterator[Pair[str]]:
    """Every scope of both networks in one pair; ``found`` are the numbers of those that correspond."""
    ones, others = Scopes(first), Scopes(second)
    judged = _Judged(ones, others, layers, {ones.paths[i]: others.paths[j] for i, j in found})
    for i, j in merged(found, len(ones.paths), len(others.paths)):
        if i is None or j is None:
            one, other = None if i is None else ones.paths[i], None if j is None else others.paths[j]
            yield Pair(one, other, "added" if one is None else "removed")
        else:
            yield judged.pair(ones.paths[i], others.paths[j])


class Scopes:
    """The scopes of a network, in its order, the scopes around each layer, and how many layers each holds."""

    def __init__(self, graph: Graph) -> None:
        self.paths = [s.path for s in graph.scopes]
        self.numbers = {path: number for number, path in enumerate(self.paths)}
        chains = scopes_around((node.name for node in graph.nodes), graph.scopes)
        self.around = [tuple(scope.path for scope in chain) for chain in chains]
        self.sizes = Counter(path for chain in self.around for path in chain)
        outer = scopes_around(self.paths, graph.scopes)
        self._outer = {
            path: chain[-1].path if chain else "" for path, chain in zip(self.paths, outer, strict=True)
        }

    def split(self, path: str) -> tuple[str, str]:
        """The scope around a scope ("" for none), and the path as seen from there."""
        outer = self._outer[path]
        return outer, path[len(outer) + 1 :] if outer else path


def _each_once(found: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The first pair of each scope: one that was torn apart is found again and again."""
    paths: dict[str, str] = {}
    taken = set()
    for one, other in found:
        if one not in paths and other not in taken:
            paths[one] = other
            taken.add(other)
    return paths


def _empty(ones: Scopes, others: Scopes, paths: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Scopes that hold no layers here or there, and their namesakes in the partner of the scope around."""
    taken = set(paths.values())
    left = {others.split(path): path for path in others.paths if path not in taken}
    known = dict(paths)
    for one in (path for path in ones.paths if path not in paths):
        outer, name = ones.split(one)
        namesake = left.get((known.get(outer, _NOWHERE) if outer else "", name))
        if namesake is not None and not (ones.sizes[one] and others.sizes[namesake]):
            known[one] = namesake
            yield one, namesake


class _Judged:
    def __init__(
        self, ones: Scopes, others: Scopes, layers: tuple[Pair[int], ...], paths: Mapping[str, str]
    ) -> None:
        self.ones, self.others = ones, others
        self.same, self.only_shape = Counter[str](), Counter[str]()
        for pair in layers:
            if pair.first is None or pair.second is None:
                continue
            there = others.around[pair.second]
            held = [path for path in ones.around[pair.first] if paths.get(path) in there]
            self.same.update(held if pair.change == "same" else ())
            self.only_shape.update(held if pair.only_shape else ())

    def pair(self, one: str, other: str) -> Pair[str]:
        sizes = {self.ones.sizes[one], self.others.sizes[other]}
        if sizes == {self.same[one]}:
            return Pair(one, other, "same")
        return Pair(one, other, "changed", only_shape=sizes == {self.same[one] + self.only_shape[one]})
