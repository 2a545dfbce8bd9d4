"""The epochs gone by, as a table that grows line by line above the live panel."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from ..columns import Column, columns_of, fitting, groups, row
from ..records import PARTS, first_measure, is_loss, value_text, words
from ..run import LARGEST
from ..wording import rate_text
from .texts import seconds_text

_OTHERS = {"learning_rate": ("lr", 8, 8), "images_per_second": ("images/s", 7, 8), "seconds": ("time", 5, 7)}
"""Keys that are no measures: title, rank and least width."""
_WIDTH = len("training")


@dataclass(frozen=True)
class _Line:
    columns: tuple[Column, ...]
    cells: tuple[str, ...]


class EpochTable:
    """Makes the lines; the head comes before the first one, and again where other columns fit than before."""

    def __init__(self, epochs: int, percents: Collection[str]) -> None:
        self._epochs, self._percents = epochs, percents
        self._shown: tuple[tuple[Column, ...], list[int]] = ((), [])

    def lines(self, record: Mapping[str, Any], best: bool, width: int) -> tuple[list[str], str]:
        """The lines of the head, if it is due, and that of ``record``, none wider than ``width`` if it can be."""
        line = self._line(record, best)
        kept = fitting(line.columns, [c.least for c in line.columns], width)
        columns = tuple(line.columns[i] for i in kept)
        widths = [max(c.least, columns_of(c.title)) for c in columns]
        head: list[str] = []
        if self._shown != (columns, widths):
            self._shown = (columns, widths)
            head = [groups(columns, widths), row(columns, widths, [c.title for c in columns])]
        return head, row(columns, widths, [line.cells[i] for i in kept])

    def _line(self, record: Mapping[str, Any], best: bool) -> _Line:
        digits = len(str(self._epochs))
        place = f"{record['epoch']:>{digits}}/{self._epochs}"
        found = [(Column("epoch", 0, least=max(len("epoch"), len(place))), place)]
        found += [(self._measure(key, record), self._text(key, value)) for key, value in _measures(record)]
        found = _widened(found)
        for key, (title, rank, least) in _OTHERS.items():
            if record.get(key) is not None:
                found.append((Column(title, rank, least=least), self._other(key, record[key])))
        found.append((Column("", 0, right=False, least=1), "*" if best else ""))
        return _Line(tuple(c for c, _ in found), tuple(cell for _, cell in found))

    def _measure(self, key: str, record: Mapping[str, Any]) -> Column:
        part, _, name = key.partition("_")
        title = words(name)
        return Column(title, _rank(key, record), group=PARTS[part], least=max(_WIDTH, columns_of(title)))

    def _text(self, key: str, value: Any) -> str:
        return value_text(key.partition("_")[2], value, self._percents)

    def _other(self, key: str, value: float) -> str:
        if key == "learning_rate":
            return rate_text(value)
        return f"{value:,.0f}" if key == "images_per_second" else seconds_text(value)


def _measures(record: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Measures of training, then of validation."""
    return [(k, v) for part in PARTS for k, v in record.items() if k.startswith(f"{part}_")]


def _rank(key: str, record: Mapping[str, Any]) -> int:
    """What is left out where there is little room: the higher, the sooner."""
    part, _, name = key.partition("_")
    if key == first_measure(record):
        return 1
    if name == "loss":
        return 2 if part == "val" else 3
    if name == LARGEST or is_loss(name):
        return 10
    return 4 if part == "train" else 6


def _widened(found: list[tuple[Column, str]]) -> list[tuple[Column, str]]:
    """A group of a single column is as wide as its name needs."""
    names = [column.group for column, _ in found]
    return [
        (Column(c.title, c.rank, c.right, c.group, max(c.least, len(c.group) + 2)), cell)
        if c.group and names.count(c.group) == 1
        else (c, cell)
        for c, cell in found
    ]
