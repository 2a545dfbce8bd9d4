"""A chain of boxes in rows that fill a slide: the first from left to right, the next from right to left, and so on."""

from __future__ import annotations

from itertools import combinations

from .model import Box, Picture

_ASPECT = 16 / 9
_LETTER, _ARROW, _ROW, _HEADING = 0.12, 1.7, 1.3, 1.3
"""What a letter, the margins of a box with its arrow, a row and the heading take, about, in inches."""
_SHORT = 5


def snake(drawn: Picture) -> list[list[str]] | None:
    """Keys of the boxes of the trunk, row by row as they are seen from the left; None where a picture is no chain, or
    would have arrows over rows."""
    if any(box.frames or box.state in ("removed", "added") for box in drawn.boxes):
        return None
    follows = {arrow.tail: arrow.head for arrow in drawn.arrows if arrow.main and not arrow.auxiliary}
    chain = [drawn.boxes[0].key]
    while chain[-1] in follows:
        chain.append(follows[chain[-1]])
    beside = [box for box in drawn.boxes if box.key not in chain and not box.auxiliary]
    if len(chain) <= _SHORT or len(beside) > len(chain) // 4:
        return None
    wide = _width([box for box in drawn.boxes if box.key in chain])
    length = min(range(2, len(chain) + 1), key=lambda n: _unlike(n, len(chain), wide))
    rows = [chain[start : start + length] for start in range(0, len(chain), length)]
    row_of = {key: number for number, row in enumerate(rows) for key in row}
    ends = [(row_of.get(arrow.tail), row_of.get(arrow.head)) for arrow in drawn.arrows]
    if any(tail is not None and head is not None and head - tail > 1 for tail, head in ends):
        return None
    return [row if number % 2 == 0 else row[::-1] for number, row in enumerate(rows)]


def _width(boxes: list[Box]) -> float:
    """Of a box with its arrow on the average, in inches."""
    longest = [max(map(len, box.label.texts)) for box in boxes]
    return _ARROW + _LETTER * sum(longest) / len(longest)


def _unlike(length: int, boxes: int, wide: float) -> float:
    """How far rows of a length are from a slide; a last row of one box is worse."""
    rows = -(-boxes // length)
    return abs(length * wide / (rows * _ROW + _HEADING) - _ASPECT) + (boxes % length == 1)


def columns(rows: list[list[str]]) -> list[list[str]]:
    """Boxes that stand under each other. Rows that go back are filled from the right."""
    length = max(map(len, rows), default=0)
    found: list[list[str]] = [[] for _ in range(length)]
    for number, row in enumerate(rows):
        start = length - len(row) if number % 2 else 0
        for place, key in enumerate(row):
            found[start + place].append(key)
    return found


def turned(rows: list[list[str]]) -> set[tuple[str, str]]:
    """(tail, head) of all arrows that lead from right to left in a row."""
    return {(right, left) for row in rows[1::2] for left, right in combinations(row, 2)}
