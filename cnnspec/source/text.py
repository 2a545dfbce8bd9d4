"""Source texts and spans into them.

A span is two offsets; lines and columns are computed only when shown.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property

from .values import Value


@dataclass(frozen=True, eq=False, repr=False)
class Source(Value):
    """A text that spec fragments come from: a file, ``--set``, or the command line.

    ``name`` is what a person calls it (a path as they typed it).
    """

    name: str
    text: str = field(repr=False)

    @cached_property
    def _line_starts(self) -> tuple[int, ...]:
        return (0, *(i + 1 for i, character in enumerate(self.text) if character == "\n"))

    def line_column(self, offset: int) -> tuple[int, int]:
        """Line and column of ``offset``, both counted from 1."""
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1

    @property
    def line_count(self) -> int:
        return len(self._line_starts)

    def line(self, number: int) -> str:
        """The text of line ``number`` (from 1), without its line end."""
        start = self._line_starts[number - 1]
        end = self._line_starts[number] - 1 if number < self.line_count else len(self.text)
        return self.text[start:end].rstrip("\r")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Span(Value):
    """Characters ``start`` to ``end`` (exclusive) of ``source``."""

    source: Source
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]

    @property
    def first(self) -> tuple[int, int]:
        """Line and column of the first character, from 1."""
        return self.source.line_column(self.start)

    @property
    def last(self) -> tuple[int, int]:
        """Line and column just past the last character, from 1."""
        return self.source.line_column(self.end)

    def to(self, other: Span) -> Span:
        """From the start of this span to the end of ``other``, in the same source."""
        return Span(self.source, self.start, max(self.end, other.end))

    def around(self, text: str) -> Span:
        """Where ``text`` stands in this span; all of it where it is not written so."""
        place = self.source.text.find(text, self.start, self.end)
        return self if place < 0 else Span(self.source, place, place + len(text))

    def __str__(self) -> str:
        line, column = self.first
        return f"{self.source.name}:{line}:{column}"
