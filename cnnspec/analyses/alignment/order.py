"""Two orders as one."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Iterator
from itertools import pairwise

Numbers = tuple[int, int]


def merged(pairs: Iterable[Numbers], ones: int, others: int) -> Iterator[tuple[int | None, int | None]]:
    """All numbers below ``ones`` and below ``others``, each once, around the pairs (rising in both)."""
    for (i, j), (k, m) in pairwise([(-1, -1), *pairs, (ones, others)]):
        yield from ((x, None) for x in range(i + 1, k))
        yield from ((None, y) for y in range(j + 1, m))
        if k < ones:
            yield k, m


def rising(pairs: Iterable[Numbers]) -> Iterator[Numbers]:
    """Those of the pairs, sorted by the first, that rise in the second too."""
    last = -1
    for one, other in sorted(pairs):
        if other > last:
            last = other
            yield one, other


def add_rising(pairs: list[Numbers], pair: Numbers) -> None:
    """Put ``pair`` among pairs that rise, if they still do with it."""
    place = bisect(pairs, pair)
    after_the_one_before = not place or (pairs[place - 1][0] < pair[0] and pairs[place - 1][1] < pair[1])
    if after_the_one_before and (place == len(pairs) or pairs[place][1] > pair[1]):
        pairs.insert(place, pair)
