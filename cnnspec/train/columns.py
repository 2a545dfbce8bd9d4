"""Tables of a few columns that fit the terminal: what matters least is left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from unicodedata import combining, east_asian_width

GAP = "  "


@dataclass(frozen=True)
class Column:
    """``rank`` says in which order columns are left out, the highest first; 0 stays. ``group`` stands above it."""

    title: str
    rank: int = 0
    right: bool = True
    group: str = ""
    least: int = 0

    def put(self, text: str, width: int) -> str:
        """``text`` in ``width`` columns."""
        space = " " * (width - columns_of(text))
        return space + text if self.right else text + space


def columns_of(text: str) -> int:
    """How many columns a terminal takes for ``text``: letters of East Asia are two wide, accents alone take none."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def fitting(columns: Sequence[Column], widths: Sequence[int], width: int | None) -> list[int]:
    """The places of the columns that fit ``width`` columns of the terminal; all where it is None."""
    left = list(range(len(columns)))
    while width is not None and _total([widths[i] for i in left]) > width:
        last = max(left, key=lambda i: columns[i].rank)
        if not columns[last].rank:
            break
        left.remove(last)
    return left


def row(columns: Sequence[Column], widths: Sequence[int], cells: Sequence[str]) -> str:
    """One line of the table."""
    put = (c.put(cell, width) for c, cell, width in zip(columns, cells, widths, strict=True))
    return GAP.join(put).rstrip()


def groups(columns: Sequence[Column], widths: Sequence[int]) -> str:
    """The line above the titles, each group's name in a rule over its columns."""
    parts: list[tuple[str, int]] = []
    for column, width in zip(columns, widths, strict=True):
        if parts and column.group and parts[-1][0] == column.group:
            parts[-1] = (column.group, parts[-1][1] + len(GAP) + width)
        else:
            parts.append((column.group, width))
    return GAP.join(
        f" {name} ".center(width, "─")[:width] if name else " " * width for name, width in parts
    ).rstrip()


def table(
    columns: Sequence[Column],
    cells: Sequence[Sequence[str]],
    width: int | None = None,
    paint: Callable[[str, str], str] = lambda title, cell: cell,
) -> list[str]:
    """The titles and a line a row, in ``width`` columns as far as that can be done.

    ``paint`` gets each title and cell, padded, and may put colour into it.
    """
    titles = [c.title for c in columns]
    widths = [max(map(columns_of, each)) for each in zip(titles, *cells, strict=True)]
    kept = fitting(columns, widths, width)
    lines = [row([columns[i] for i in kept], [widths[i] for i in kept], [titles[i] for i in kept])]
    for each in cells:
        put = [paint(titles[i], columns[i].put(each[i], widths[i])) for i in kept]
        lines.append(GAP.join(put).rstrip())
    return lines


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + len(GAP) * (len(widths) - 1)
