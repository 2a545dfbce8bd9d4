"""Going on after a mistake: the text without the part that is wrong.

The part is blanked (offsets stay), a line of a body where that is safe, else the whole top-level
item. Where neither is, nothing more is reported: no message is better than a false one.
"""

from __future__ import annotations

import re

from ..source import Source, Span
from .scan import Lexeme, Scan, scan

MAX_ERRORS = 20

_BEFORE = ("{", "}", ")", "]", "|")
_AFTER = ("}", "|")


def without_error(text: str, span: Span | None) -> str | None:
    """``text`` with the statement or item around ``span`` blanked; None where that is not safe."""
    if span is None:
        return None
    found = scan(text, Source("", text), 0, len(text))
    index = found.at(span.start)
    if found.problems or index >= len(found.lexemes):
        return None
    return _without_line(text, found, index) or _without_item(text, found, index)


def _blank(text: str, start: int, end: int) -> str:
    return text[:start] + re.sub(r"[^\n]", " ", text[start:end]) + text[end:]


def _line(text: str, offset: int) -> tuple[int, int]:
    end = text.find("\n", offset)
    return text.rfind("\n", 0, offset) + 1, len(text) if end < 0 else end


def _without_line(text: str, found: Scan, index: int) -> str | None:
    start, end = _line(text, found.lexemes[index].start)
    first = found.at(start)
    after = found.at(end)
    if first == index or not _balanced(found.lexemes[first:after]):
        return None
    stack = found.open_before(first)
    if not stack or stack[-1].text != "{":
        return None
    before = found.lexemes[first - 1]
    following = found.lexemes[after]
    if not (before.text in _BEFORE or before.kind in ("name", "number", "string")):
        return None
    if not (following.text in _AFTER or (following.kind == "name" and following.text != "else")):
        return None
    return _blank(text, start, end)


def _balanced(lexemes: list[Lexeme]) -> bool:
    depth = 0
    for lexeme in lexemes:
        depth += (lexeme.kind == "open") - (lexeme.kind == "close")
        if depth < 0:
            return False
    return depth == 0


def _without_item(text: str, found: Scan, index: int) -> str | None:
    """Blank a top-level item, up to the next line that begins in column 1 outside brackets."""
    starts, depth = [], 0
    for i, lexeme in enumerate(found.lexemes):
        if depth == 0 and (lexeme.start == 0 or text[lexeme.start - 1] == "\n") and lexeme.kind == "name":
            starts.append(i)
        depth += (lexeme.kind == "open") - (lexeme.kind == "close")
    before = [i for i in starts if i <= index]
    after = [i for i in starts if i > index]
    if not before or before[-1] == index:
        return None
    end = found.lexemes[after[0]].start if after else len(text)
    return _blank(text, found.lexemes[before[-1]].start, end)
