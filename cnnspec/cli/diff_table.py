"""The rows of a diff as text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest
from textwrap import wrap

from .diff_figures import FIGURES, Figure
from .diff_rows import Row

_GAP = "  "
_NARROWEST = (14, 18)
"""So many letters the columns of text have at least, if there is more to say: names, and what differs."""
_KEPT = "\N{NO-BREAK SPACE}"
_LONG = 28
_CHANGE = re.compile(r"[^ ,;]+ \S+ → \S+")
_TIMES = re.compile(r" (?=×)")
"""Where a line is not broken: in a change that is not too long, and before how many there are."""
_STYLES = {"+": "32", "\N{MINUS SIGN}": "31", "≠": "33", "~": "36", "\N{MIDDLE DOT}": "2"}


def table(
    rows: Sequence[Row],
    width: int,
    color: bool,
    everything: bool = False,
    chosen: Sequence[str] | None = None,
) -> list[str]:
    """The rows in ``width`` columns; figures that differ nowhere are left out, and those that do not fit are named last.

    ``chosen`` are names of figures: these and no others.
    """
    wanted = [f for f in FIGURES if chosen is None or f.name in chosen]
    columns = {f: [f.cell(row.part, row.rest, everything) for row in rows] for f in wanted}
    there = [f for f in wanted if any(columns[f])]
    kept = list(there)
    names = [f"{'  ' * row.level}{row.sign} {row.name}" for row in rows]
    words = [row.what for row in rows]
    while chosen is None and len(kept) > 1 and _least(names, words, kept, columns) > width:
        kept.pop()
    lines = _laid_out(rows, names, words, [(f.title, columns[f]) for f in kept], width, color)
    left_out = [f for f in there if f not in kept]
    if left_out:
        told = f"{' and '.join(f.title for f in left_out)} differ{'' if len(left_out) > 1 else 's'} too:"
        lines += wrap(f"{told} --columns {','.join(f.name for f in left_out)}", width, break_on_hyphens=False)
    return lines


def _least(
    names: Sequence[str], words: Sequence[str], kept: Sequence[Figure], columns: dict[Figure, list[str]]
) -> int:
    text = _least_text(names, _NARROWEST[0]) + _least_text(words, _NARROWEST[1])
    return text + len(_GAP) * (1 + len(kept)) + sum(_width(f.title, columns[f]) for f in kept)


def _least_text(texts: Sequence[str], narrowest: int) -> int:
    """What a column of text takes at least, its longest word unbroken."""
    longest = max((len(w) for t in texts for w in _indented(t)), default=0)
    return max(longest, min(narrowest, max(map(len, texts), default=0)))


def _indented(text: str) -> list[str]:
    """The words of a text; indentation and sign belong to the first."""
    begin = len(text) - len(text.lstrip())
    return [word + "_" * begin for word in _kept(text.lstrip()).split(" ")]


def _kept(text: str) -> str:
    sign, blank, name = text.partition(" ")
    if sign in _STYLES:
        text = f"{sign}{_KEPT}{name}" if blank else sign
        return _TIMES.sub(_KEPT, text)
    text = _CHANGE.sub(lambda m: m[0] if len(m[0]) > _LONG else m[0].replace(" ", _KEPT), text)
    return _TIMES.sub(_KEPT, text)


def _width(title: str, cells: Sequence[str]) -> int:
    return max(*map(len, title.split()), *map(len, cells))


def _laid_out(
    rows: Sequence[Row],
    names: Sequence[str],
    words: Sequence[str],
    figures: Sequence[tuple[str, list[str]]],
    width: int,
    color: bool,
) -> list[str]:
    widths = [_width(title, cells) for title, cells in figures]
    left = width - sum(widths) - len(_GAP) * (1 + len(widths))
    least = _least_text(names, _NARROWEST[0]), _least_text(words, _NARROWEST[1])
    first, second = _shares((max(map(len, names)), max(map(len, words))), least, left)
    lines = _head([title for title, _ in figures], widths, first, second)
    for place, row in enumerate(rows):
        cells = _GAP.join(c[place].rjust(w) for (_, c), w in zip(figures, widths, strict=True))
        indent = " " * (2 * row.level + 2)
        found = zip_longest(
            _folded(names[place], first, indent), _folded(words[place], second, ""), fillvalue=""
        )
        for name, told in found:
            line = f"{name.ljust(first)}{_GAP}{told.ljust(second)}{_GAP}{cells}".rstrip()
            cells = ""
            lines.append(f"\x1b[{_STYLES[row.sign]}m{line}\x1b[0m" if color else line)
    return lines


def _shares(whole: tuple[int, int], least: tuple[int, int], room: int) -> tuple[int, int]:
    """How wide the two columns of text are in ``room``: the wider one is narrowed, to what it must have at ``least``; in a
    very narrow room further, and words are broken."""
    first, second = whole
    for ends in (least, _NARROWEST):
        while first + second > room and (first > ends[0] or second > ends[1]):
            if second > ends[1] and (second >= first or first <= ends[0]):
                second -= 1
            else:
                first -= 1
    return first, second


def _folded(text: str, width: int, indent: str) -> list[str]:
    begin = " " * (len(text) - len(text.lstrip()))
    lines = wrap(_kept(text.lstrip()), width, initial_indent=begin, subsequent_indent=indent)
    return [line.replace(_KEPT, " ") for line in lines] or [""]


def _head(titles: Sequence[str], widths: Sequence[int], first: int, second: int) -> list[str]:
    words = [wrap(title, width, break_long_words=False) for title, width in zip(titles, widths, strict=True)]
    deep = max(map(len, words), default=0)
    lines = []
    for place in range(deep):
        cells = [
            (column[place - deep + len(column)] if place >= deep - len(column) else "").rjust(width)
            for column, width in zip(words, widths, strict=True)
        ]
        lines.append(f"{' ' * first}{_GAP}{' ' * second}{_GAP}{_GAP.join(cells)}".rstrip())
    total = first + second + sum(widths) + len(_GAP) * (1 + len(widths))
    return [*lines, "─" * total] if titles else []
