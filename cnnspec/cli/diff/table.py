"""The rows of a diff as text."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from textwrap import wrap

from .figures import DIGITS, FIGURES, Figure
from .folding import folded
from .rows import Row
from .words import KEPT, RESTS, kept

_GAP = "  "
_NARROWEST = (14, 18)
"""So many letters the columns of text have at least, if there is more to say: names, and what differs."""
_BROKEN = 4
"""At most one line in so many goes on in the next, or figures are told in fewer digits, and then left out."""
_CORE = 2
_DEEP = 3
_STYLES = {"+": "32", "\N{MINUS SIGN}": "31", "≠": "33", "~": "36", "\N{MIDDLE DOT}": "2"}


def table(
    rows: Sequence[Row],
    width: int,
    color: bool,
    everything: bool = False,
    chosen: Sequence[Figure] | None = None,
) -> list[str]:
    """The rows in ``width`` columns; figures that differ nowhere are left out, and those that do not fit are named last.

    ``chosen``: these figures and no others; those that do not fit are in tables of their own below.
    """
    texts = _Texts(rows, everything)
    wanted = FIGURES if chosen is None else chosen
    shown = [figure for figure in wanted if any(texts.cells(figure, DIGITS[0]))]
    if chosen is None:
        layout = _best(texts, shown, width)
        return [*layout.lines(color), *_left_out(shown[len(layout.figures) :], width)]
    lines = _split(texts, shown, width, color)
    same = [figure.title for figure in chosen if figure not in shown]
    return [*lines, *folded(f"the same throughout: {', '.join(same)}", width)] if same else lines


def _split(texts: _Texts, figures: Sequence[Figure], width: int, color: bool) -> list[str]:
    """All figures, in as many tables as it takes; all but the first have the names of rows alone."""
    layout = _widest(texts, figures, width)
    lines, left = layout.lines(color), figures[len(layout.figures) :]
    if not left:
        return lines
    return [*lines, "", *_split(_Texts(texts.rows, texts.everything, words=False), left, width, color)]


def _widest(texts: _Texts, figures: Sequence[Figure], width: int) -> _Layout:
    """The layout with the most figures in which no word is broken, or the one that comes nearest to it."""
    found = [
        _Layout(texts, figures[:number], digits, width)
        for number in range(len(figures), min(1, len(figures)) - 1, -1)
        for digits in DIGITS
    ]
    return min(found, key=lambda layout: (layout.missing, -len(layout.figures)))


def _left_out(figures: Sequence[Figure], width: int) -> list[str]:
    if not figures:
        return []
    *most, last = (figure.title for figure in figures)
    verb = "differ" if most else "differs"
    option = f"--columns{KEPT}{','.join(figure.name for figure in figures)}"
    text = f"{', '.join(most)}{' and ' if most else ''}{last} {verb} too: {option}"
    return [line.replace(KEPT, " ") for line in wrap(text, width, break_on_hyphens=False)]


class _Texts:
    """What stands in the columns of rows."""

    def __init__(self, rows: Sequence[Row], everything: bool, words: bool = True) -> None:
        self.rows, self.everything = rows, everything
        self.names = [f"{'  ' * row.level}{row.sign} {row.name}" for row in rows]
        self.words = [row.what if words else "" for row in rows]
        self.longest = max(map(len, self.names)), max(map(len, self.words))
        self.least = _least(self.names, _NARROWEST[0]), _least(self.words, _NARROWEST[1])
        self._lengths = [sorted(map(len, texts)) for texts in (self.names, self.words)]
        self._cells: dict[tuple[str, int], list[str]] = {}

    def longer(self, first: int, second: int) -> int:
        """How many names and words are longer than so many letters."""
        widths = zip(self._lengths, (first, second), strict=True)
        return sum(len(lengths) - bisect_right(lengths, width) for lengths, width in widths)

    def cells(self, figure: Figure, digits: int) -> list[str]:
        key = figure.name, digits
        if key not in self._cells:
            cells = (figure.cell(row.part, row.rest, self.everything, digits) for row in self.rows)
            self._cells[key] = list(cells)
        return self._cells[key]


@dataclass(frozen=True)
class _Layout:
    """Some figures, in so many digits, beside names and words in a ``width``."""

    texts: _Texts
    figures: Sequence[Figure]
    digits: int
    width: int

    @cached_property
    def cells(self) -> list[list[str]]:
        return [self.texts.cells(figure, self.digits) for figure in self.figures]

    @cached_property
    def widths(self) -> tuple[int, ...]:
        """Of all columns: names, words, and figures."""
        figures = [_width(f.title, cells) for f, cells in zip(self.figures, self.cells, strict=True)]
        room = self.width - sum(figures) - len(_GAP) * (1 + len(figures))
        return *_shares(self.texts, room), *figures

    @cached_property
    def folded(self) -> list[tuple[list[str], list[str]]]:
        """Of each row the lines of its name and of its words."""
        texts = zip(self.texts.rows, self.texts.names, self.texts.words, strict=True)
        return [self._folded(row, name, words) for row, name, words in texts]

    def _folded(self, row: Row, name: str, words: str) -> tuple[list[str], list[str]]:
        """Of a row that did not change, words begin further to the right where that keeps it in one line."""
        first, second = self.widths[:2]
        more = len(name) - first
        if words in RESTS.values() and 0 < more <= second - len(words):
            return [name + _GAP + words], []
        return _lines_of(name, first, " " * (2 * row.level + 2)), _lines_of(words, second, "")

    @property
    def total(self) -> int:
        """How wide it is."""
        return sum(self.widths) + len(_GAP) * (len(self.widths) - 1)

    @property
    def missing(self) -> int:
        """How much wider a terminal would have to be so that no word is broken."""
        least = zip(self.texts.least, self.widths, strict=False)
        return max(0, self.total - self.width) + sum(max(0, word - width) for word, width in least)

    @cached_property
    def broken(self) -> int:
        """How many lines there are beyond one a row."""
        return sum(max(map(len, texts)) - 1 for texts in self.folded)

    @cached_property
    def deepest(self) -> int:
        """The most lines that a row takes."""
        return max(max(map(len, texts)) for texts in self.folded)

    def lines(self, color: bool) -> list[str]:
        lines = _head([figure.title for figure in self.figures], self.widths, self.total)
        for place, (row, (names, words)) in enumerate(zip(self.texts.rows, self.folded, strict=True)):
            cells = [cells[place] for cells in self.cells]
            for name, told in zip_longest(names, words, fillvalue=""):
                line = _line((name, told), cells, self.widths)
                lines.append(f"\x1b[{_STYLES[row.sign]}m{line}\x1b[0m" if color else line)
                cells = []
        return lines


def _best(texts: _Texts, figures: Sequence[Figure], width: int) -> _Layout:
    """The layout with the most figures, in the most digits, in which few lines are broken; in a narrow terminal the first
    two figures all the same, unless words would have to be broken, or rows take more than ``_DEEP`` lines."""
    least = min(_CORE, len(figures))
    core = []
    for number in range(len(figures), least - 1, -1):
        core = [_Layout(texts, figures[:number], digits, width) for digits in DIGITS]
        for layout in core:
            if not layout.missing and layout.broken * _BROKEN <= len(texts.rows):
                return layout
    alone = [_Layout(texts, figures[:1], digits, width) for digits in DIGITS]
    chosen = min([*core, *alone], key=lambda layout: (layout.missing, -len(layout.figures), layout.broken))
    fewer = min(alone, key=lambda layout: (layout.missing, layout.broken))
    return fewer if fewer.missing <= chosen.missing and fewer.deepest <= _DEEP < chosen.deepest else chosen


def _least(texts: Sequence[str], narrowest: int) -> int:
    """What a column of text takes at least, its longest word unbroken."""
    longest = max((len(word) for text in texts for word in _words(text)), default=0)
    return max(longest, min(narrowest, max(map(len, texts), default=0)))


def _words(text: str) -> list[str]:
    """The words of a text; indentation and sign belong to the first."""
    begin = len(text) - len(text.lstrip())
    return [word + "_" * begin for word in _kept(text.lstrip()).split(" ")]


def _kept(text: str) -> str:
    """With a sign that no line ends in."""
    sign, blank, name = text.partition(" ")
    return f"{sign}{KEPT}{kept(name)}" if blank and sign in _STYLES else kept(text)


def _width(title: str, cells: Sequence[str]) -> int:
    """At least what it takes to have the title in two lines."""
    words = title.split()
    halves = ((" ".join(words[:n]), " ".join(words[n:])) for n in range(len(words)))
    return max(min(max(map(len, both)) for both in halves), *map(len, cells))


def _shares(texts: _Texts, room: int) -> tuple[int, int]:
    """How wide the two columns of text are in ``room``: so that as few rows as can be go on in a next line."""
    longest, least = texts.longest, texts.least
    if sum(longest) <= room:
        return longest
    if sum(least) > room:  # words are broken
        return min(least[0], max(_NARROWEST[0], room - least[1])), max(
            _NARROWEST[1], min(least[1], room - least[0])
        )
    splits = range(max(least[0], room - longest[1]), min(longest[0], room - least[1]) + 1)
    first = min(splits, key=lambda split: texts.longer(split, room - split))
    return first, room - first


def _lines_of(text: str, width: int, indent: str) -> list[str]:
    if len(text) <= width:
        return [text]
    begin = text[: len(text) - len(text.lstrip())]
    lines = folded(_kept(text.lstrip()), width - len(begin), indent.removeprefix(begin))
    return [begin + line for line in lines]


def _line(texts: Sequence[str], cells: Sequence[str], widths: Sequence[int]) -> str:
    if len(texts[0]) > widths[0]:  # words stand in it
        left = [texts[0].ljust(widths[0] + len(_GAP) + widths[1])]
    else:
        left = [text.ljust(width) for text, width in zip(texts, widths[:2], strict=True)]
    right = [cell.rjust(width) for cell, width in zip(cells, widths[2:], strict=False)]
    return _GAP.join([*left, *right]).rstrip()


def _head(titles: Sequence[str], widths: Sequence[int], total: int) -> list[str]:
    """Titles over their columns, each word in a line where that is narrow."""
    words = [
        wrap(title, width, break_long_words=False) for title, width in zip(titles, widths[2:], strict=True)
    ]
    deep = max(map(len, words), default=0)
    lines = zip(*([""] * (deep - len(column)) + column for column in words), strict=True)
    return [*(_line(("", ""), cells, widths) for cells in lines), "─" * total] if titles else []
