"""The parts of one level against those of another: the alignment of two sequences that has the most likeness.

Dynamic programming after Needleman and Wunsch 1970, without a cost for gaps. Equal ends are cut off first. Where the rest
is long (a flat network of thousands of layers), only pairs near the diagonal are looked at: the work is bounded, and what
is inserted in the middle is still found while it is shorter than the band.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .likeness import Likeness
from .parts import Part, Parts

_CELLS = 300_000
"""So many pairs of parts are looked at for a level, about 0.1 s."""
_LEAST_BAND = 16


@dataclass(frozen=True, slots=True, eq=False)
class Matching:
    """Two levels and the positions in them that correspond, rising in both."""

    ones: Parts
    others: Parts
    pairs: tuple[tuple[int, int], ...]
    likeness: int


def matching(ones: Parts, others: Parts, likeness: Likeness) -> Matching:
    """The alignment of two levels."""
    front, back = _equal_ends(ones, others, _identical)
    middle = ones[front : len(ones) - back], others[front : len(others) - back]
    if len(middle[0]) * len(middle[1]) > _CELLS:
        # Names were counted on from the first layer that was inserted: ends are looked at without them.
        more_front, more_back = _equal_ends(*middle, _equal)
        front, back = front + more_front, back + more_back
        middle = ones[front : len(ones) - back], others[front : len(others) - back]
    pairs = [(i, i) for i in range(front)]
    pairs += [(front + i, front + j) for i, j in _path(*middle, likeness)]
    pairs += [(len(ones) - i, len(others) - i) for i in range(back, 0, -1)]
    return Matching(ones, others, tuple(pairs), sum(_whole(ones[i], others[j], likeness) for i, j in pairs))


def _whole(one: Part, other: Part, likeness: Likeness) -> int:
    return likeness.marked(one, other) if one.mark == other.mark else likeness.unmarked(one, other)


def _identical(one: Part, other: Part) -> bool:
    return one.key == other.key and one.mark == other.mark


def _equal(one: Part, other: Part) -> bool:
    return one.key == other.key


def _equal_ends(ones: Parts, others: Parts, same: Callable[[Part, Part], bool]) -> tuple[int, int]:
    shorter = min(len(ones), len(others))
    front = 0
    while front < shorter and same(ones[front], others[front]):
        front += 1
    back = 0
    while back < shorter - front and same(ones[-1 - back], others[-1 - back]):
        back += 1
    return front, back


@dataclass(frozen=True, slots=True, eq=False)
class _Row:
    """One row of the table from column ``start`` on: the best sums, and whether the last pair is taken."""

    start: int
    sums: Sequence[int]
    steps: bytearray

    def sum_at(self, column: int) -> int:
        """The sum at a column; beyond the band that of its edge: parts there are left alone."""
        return self.sums[min(column - self.start, len(self.sums) - 1)]


_PAIR, _UP, _LEFT = 0, 1, 2


def _path(ones: Parts, others: Parts, likeness: Likeness) -> list[tuple[int, int]]:
    if not ones or not others:
        return []
    half = max(_LEAST_BAND, _CELLS // (2 * len(ones)))
    banded = len(ones) * len(others) > _CELLS
    rows = [_Row(0, [0] * (len(others) + 1), bytearray())]
    for i, one in enumerate(ones, 1):
        centre = i * len(others) // len(ones)
        start = max(1, centre - half) if banded else 1
        stop = min(len(others), centre + half) if banded else len(others)
        rows.append(_row(rows[-1], one, others[start - 1 : stop], start, likeness))
    return _traced(rows, len(others))


def _row(above: _Row, one: Part, others: Parts, start: int, likeness: Likeness) -> _Row:
    known, mark = likeness.row(one), one.mark
    left = diagonal = above.sum_at(start - 1)
    sums, steps = [left], bytearray([_UP])
    for column, other in enumerate(others, start):
        gain = known.get(other.key)
        if gain is None:
            gain = likeness.unmarked(one, other)
        if other.mark == mark:
            gain = likeness.marked(one, other)
        up = above.sum_at(column)
        best, step = (up, _UP) if up >= left else (left, _LEFT)
        if diagonal + gain > best:  # of equal ones the earliest: what is added stands at the end
            best, step = diagonal + gain, _PAIR
        sums.append(best)
        steps.append(step)
        left, diagonal = best, up
    return _Row(start - 1, sums, steps)


def _traced(rows: list[_Row], column: int) -> list[tuple[int, int]]:
    pairs = []
    line = len(rows) - 1
    while line and column:
        row = rows[line]
        column = min(column, row.start + len(row.sums) - 1)
        step = row.steps[column - row.start]
        if step == _PAIR:
            pairs.append((line - 1, column - 1))
        line -= step != _LEFT
        column -= step != _UP
    return pairs[::-1]
