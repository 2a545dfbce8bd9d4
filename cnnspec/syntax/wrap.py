"""Long lines of canonical text, broken at the commas of a bracket."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

_PAIRS = {"(": ")", "[": "]"}


@dataclass
class _Bracket:
    """A bracket of a line: where it opens and closes, and where its own commas are."""

    start: int
    depth: int
    commas: list[int] = field(default_factory=list)
    end: int = 0


def wrapped(text: str, indent: int, width: int, step: int) -> list[str]:
    """``text``, indented, as lines of up to ``width`` characters where its brackets allow that.

    The outermost bracket with commas, of several the longest, gets a line for each item and a comma after
    the last.
    """
    line = " " * indent + text
    if len(line) <= width:
        return [line]
    brackets = [b for b in _brackets(text) if b.commas]
    if not brackets:
        return [line]
    outermost = min(b.depth for b in brackets)
    chosen = max((b for b in brackets if b.depth == outermost), key=lambda b: b.end - b.start)
    lines = [" " * indent + text[: chosen.start + 1]]
    bounds = [chosen.start, *chosen.commas, chosen.end]
    for start, end in itertools.pairwise(bounds):
        item = text[start + 1 : end].strip()
        if item:
            lines += wrapped(f"{item},", indent + step, width, step)
    return [*lines, " " * indent + text[chosen.end :]]


def _brackets(text: str) -> list[_Bracket]:
    """The round and square brackets of ``text`` that close in it; what is in quotes is none."""
    found: list[_Bracket] = []
    stack: list[_Bracket] = []
    at = 0
    while at < len(text):
        character = text[at]
        if character in "\"'":
            at = _end_of_string(text, at)
        elif character in _PAIRS:
            stack.append(_Bracket(at, len(stack)))
        elif character == "," and stack:
            stack[-1].commas.append(at)
        elif character in ")]" and stack:
            stack[-1].end = at
            found.append(stack.pop())
        at += 1
    return found


def _end_of_string(text: str, start: int) -> int:
    at = start + 1
    while at < len(text) and text[at] != text[start]:
        at += 2 if text[at] == "\\" else 1
    return at
