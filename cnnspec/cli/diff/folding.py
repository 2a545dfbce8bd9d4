"""Texts in lines of a width: broken between words, in narrow columns also inside of names and changes, and last of all
inside of words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .words import KEPT, kept

_INSIDE = re.compile(r"(?<=[._(,])|(?=[)…])")
"""Where a word can be broken that is too long for its column."""

Atom = tuple[str, str]
"""What stands before a piece of text in a line, and the piece."""


def folded(text: str, width: int, indent: str = "") -> list[str]:
    """Lines of at most ``width`` letters; all but the first begin with ``indent``. Spaces of ``KEPT`` hold what they are
    between in one line where that is long enough for it."""
    room = max(1, width - len(indent))
    lines = [""]
    for glue, piece in _atoms(text, room):
        here = lines[-1]
        begin = indent if len(lines) > 1 else ""
        longer = f"{here}{glue if here != begin else ''}{piece}"
        if len(longer) <= width or here == begin:
            lines[-1] = longer
        else:
            lines.append(indent + piece)
    return [line.replace(KEPT, " ").rstrip() for line in lines]


def paragraph(text: str, width: int) -> list[str]:
    """A sentence in lines, all but the first further in."""
    return folded(KEPT * 2 + kept(text), width, "    ")


def lines_of(text: str, width: int) -> list[str]:
    """A sentence in lines."""
    return folded(kept(text), width)


def _atoms(text: str, room: int) -> Iterator[Atom]:
    for word in text.split(" "):
        glue = " "
        for part in [word] if len(word) <= room else word.split(KEPT):
            yield from _pieces(part, room, glue)
            glue = " "


def _pieces(word: str, room: int, glue: str) -> Iterator[Atom]:
    for part in [word] if len(word) <= room else _INSIDE.split(word):
        for start in range(0, max(1, len(part)), room):
            yield glue, part[start : start + room]
            glue = ""
