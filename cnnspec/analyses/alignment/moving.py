"""Labelled parts that are the same in both networks and stand elsewhere in the second."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Sequence

from .order import Numbers
from .parts import Parts
from .sequences import Matching


def moved(found: Matching) -> list[Numbers]:
    """The positions of parts of one label and content that no alignment in order can pair all at once: those that stand
    outside of the longest sequence that keeps its order. None where each has a counterpart of its content anyway."""
    namesakes = _namesakes(found.ones, found.others)
    partners = dict(found.pairs), {j: i for i, j in found.pairs}
    if all(_matched(found, partners, pair) for pair in namesakes):
        return []
    stay = _longest_rising([j for _, j in namesakes])
    return [pair for pair in namesakes if pair[1] not in stay]


def without(parts: Parts, positions: Collection[int]) -> Parts:
    """The other parts."""
    return [part for place, part in enumerate(parts) if place not in positions]


def _namesakes(ones: Parts, others: Parts) -> list[Numbers]:
    there = {part.mark: place for place, part in enumerate(others) if part.labelled}
    pairs = ((i, there[part.mark]) for i, part in enumerate(ones) if part.labelled and part.mark in there)
    return [(i, j) for i, j in pairs if ones[i].content == others[j].content]


def _matched(found: Matching, partners: tuple[dict[int, int], dict[int, int]], pair: Numbers) -> bool:
    """Whether both have counterparts of the same content."""
    content = found.ones[pair[0]].content
    there, here = partners[0].get(pair[0]), partners[1].get(pair[1])
    return (
        there is not None
        and here is not None
        and found.others[there].content == found.ones[here].content == content
    )


def _longest_rising(numbers: Sequence[int]) -> set[int]:
    """The numbers (each once) of a longest rising subsequence, by piles (Fredman 1975)."""
    tops: list[int] = []
    before: dict[int, int | None] = {}
    for number in numbers:
        pile = bisect_left(tops, number)
        before[number] = tops[pile - 1] if pile else None
        tops[pile : pile + 1] = [number]
    found: set[int] = set()
    last = tops[-1] if tops else None
    while last is not None:
        found.add(last)
        last = before[last]
    return found
