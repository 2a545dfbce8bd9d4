"""Two trees of parts, aligned level by level, with scopes opened where only one of the networks has them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from .likeness import ALIKE, Likeness, alike
from .moving import moved, without
from .parts import Bag, Part, Parts
from .sequences import Matching, matching

_ENOUGH = 0.9
"""Levels that share so much of what the lesser of them holds are aligned as they are."""
_BETTER = 1.1
_LARGE = 3
"""A scope that holds a third of its level may be what wraps the other network's whole level."""


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """Collects the ``layers`` (indices) and the ``scopes`` (paths) that correspond; layers that were ``moved`` are apart,
    as they do not rise with the others."""

    likeness: Likeness
    layers: list[tuple[int, int]] = field(default_factory=list)
    scopes: list[tuple[str, str]] = field(default_factory=list)
    moved: list[tuple[int, int]] = field(default_factory=list)

    def walk(self, ones: Parts, others: Parts) -> None:
        found = self._in_order(self._opened(matching(ones, others, self.likeness)))
        for i, j in found.pairs:
            self._join(found.ones[i], found.others[j])
        ends = [(-1, -1), *found.pairs, (len(found.ones), len(found.others))]
        for (i, j), (k, m) in pairwise(ends):
            self._left_over(found.ones[i + 1 : k], found.others[j + 1 : m])

    def _in_order(self, found: Matching) -> Matching:
        """The alignment of what is left beside the parts that were moved."""
        away = moved(found)
        if not away:
            return found
        for i, j in away:
            self.moved.extend(zip(found.ones[i].indices, found.others[j].indices, strict=True))
        rest = without(found.ones, {i for i, _ in away}), without(found.others, {j for _, j in away})
        return matching(*rest, self.likeness)

    def _join(self, one: Part, other: Part) -> None:
        if one.scope is None or other.scope is None:
            self.layers.append((one.start, other.start))
            return
        self.scopes.append((one.scope.path, other.scope.path))
        if one.content == other.content:
            for inner, outer in zip(one.parts, other.parts, strict=True):
                self._join(inner, outer)
        else:
            self.walk(one.parts, other.parts)

    def _opened(self, closed: Matching) -> Matching:
        """The better alignment with what wraps a level opened, or the one given."""
        ones, others = closed.ones, closed.others
        if closed.likeness >= _ENOUGH * 100 * min(self._bag(ones).weight, self._bag(others).weight):
            return closed
        best = closed
        for opened, beside in (
            *((o, others) for o in _openings(ones)),
            *((ones, o) for o in _openings(others)),
        ):
            found = matching(opened, beside, self.likeness)
            if found.likeness > max(best.likeness, _BETTER * closed.likeness):
                best = found
        return best

    def _left_over(self, ones: Parts, others: Parts) -> None:
        """Parts between two pairs that found no counterpart: scopes of the one against loose layers of the other."""
        loose_one, loose_other = _has_layer(ones), _has_layer(others)
        opened = _open(ones) if loose_other else ones, _open(others) if loose_one else others
        if not ones or not others or (len(opened[0]), len(opened[1])) == (len(ones), len(others)):
            return
        if alike(self._bag(ones), self._bag(others)) >= ALIKE:
            self.walk(*opened)

    def _bag(self, parts: Parts) -> Bag:
        return Bag.of(self.likeness.contents.bags[p.content] for p in parts)


def _has_layer(parts: Parts) -> bool:
    return any(p.scope is None for p in parts)


def _open(parts: Parts) -> Parts:
    return [inner for p in parts for inner in (p.parts if p.scope else (p,))]


def _openings(parts: Parts) -> Iterator[Parts]:
    """The level with its largest scope opened, again and again while that is a large one."""
    total = sum(p.size for p in parts)
    while True:
        at, largest = max(
            enumerate(parts), key=lambda numbered: (numbered[1].scope is not None, numbered[1].size)
        )
        if largest.scope is None or largest.size * _LARGE < total:
            return
        parts = [*parts[:at], *largest.parts, *parts[at + 1 :]]
        yield parts
