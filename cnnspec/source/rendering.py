"""Diagnostics as people and programs read them: carets on a terminal, JSON for tools."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from textwrap import wrap
from typing import Any

from .diagnostics import Diagnostic
from .text import Span

_STYLES = {"error": "1;31", "warning": "1;33", "rule": "1;34", "bold": "1", "hint": "1;36"}
_MAX_WIDTH = 160


def _paint(text: str, style: str, color: bool) -> str:
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if color else text


def _visible(text: str) -> str:
    """Tabs as one space and control characters made visible, so carets stay in their columns."""
    return "".join(
        " " if c == "\t" else "�" if unicodedata.category(c) in ("Cc", "Cf", "Cs") else c for c in text
    )


def _cells(text: str) -> int:
    """Width in terminal cells: wide characters take two, combining marks none."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text
    )


def _window(line: str, start: int, end: int, most: int) -> tuple[str, int, int]:
    """The part of an over-long line around columns ``start`` to ``end`` (from 0), with marks where it is cut."""
    if len(line) <= most:
        return line, start, min(end, len(line))
    left = max(0, min(start - most // 4, len(line) - most))
    part = line[left : left + most]
    if left:
        part = "…" + part[1:]
    if left + most < len(line):
        part = part[:-1] + "…"
    return part, start - left, min(end - left, len(part))


def _folded(prefix: str, text: str, style: str, color: bool, width: int | None) -> str:
    """A text after a plain ``prefix`` that is already printed, in lines of at most ``width`` cells."""
    if width is None:
        return _paint(text, style, color) if style else text
    lines = wrap(
        text, width, initial_indent=" " * len(prefix), subsequent_indent="    ",
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
    told = [lines[0][len(prefix) :], *lines[1:]] if lines else [text]
    return "\n".join(_paint(line, style, color) if style else line for line in told)


def _excerpt(span: Span, mark: str, style: str, color: bool, width: int | None) -> list[str]:
    line_number, column = span.first
    last_line, last_column = span.last
    whole = span.source.line(line_number)
    end = last_column - 1 if last_line == line_number else len(whole)
    gutter = " " * len(str(line_number))
    text, start, end = _window(whole, column - 1, end, (width or _MAX_WIDTH + 4) - len(gutter) - 3)
    carets = mark * max(1, _cells(_visible(text[start:end])))
    padding = " " * _cells(_visible(text[:start]))
    rule = _paint("|", "rule", color)
    return [
        f"{gutter}{_paint('-->', 'rule', color)} {span}",
        f"{gutter} {rule}",
        f"{_paint(str(line_number), 'rule', color)} {rule} {_visible(text)}",
        f"{gutter} {rule} {padding}{_paint(carets, style, color)}",
    ]


def render(diagnostic: Diagnostic, color: bool = False, width: int | None = None) -> str:
    """One diagnostic as text: message, place, the line with carets, notes and hints; folded to ``width`` cells, if given."""
    head = f"{diagnostic.severity}[{diagnostic.code}]"
    message = _folded(f"{head}: ", _visible(diagnostic.text), "bold", color, width)
    lines = [f"{_paint(head, diagnostic.severity, color)}: {message}"]
    if diagnostic.span:
        lines += _excerpt(diagnostic.span, "^", diagnostic.severity, color, width)
    elif diagnostic.file:
        lines.append(f"{_paint('-->', 'rule', color)} {diagnostic.file}")
    for note in diagnostic.notes:
        told = _visible(note.message) + (f" ({note.span})" if note.span else "")
        lines.append(f"  {_paint('note', 'bold', color)}: {_folded('  note: ', told, '', color, width)}")
    for hint in diagnostic.hints:
        told = _folded("  hint: ", _visible(hint), "", color, width)
        lines.append(f"  {_paint('hint', 'hint', color)}: {told}")
    return "\n".join(lines)


def render_all(diagnostics: Iterable[Diagnostic], color: bool = False, width: int | None = None) -> str:
    """All of them, a blank line between, and a closing count."""
    found = list(diagnostics)
    errors = sum(d.severity == "error" for d in found)
    counts = [(errors, "error"), (len(found) - errors, "warning")]
    closing = ", ".join(f"{n} {word}{'s' if n != 1 else ''}" for n, word in counts if n)
    return "\n\n".join([*(render(d, color, width) for d in found), closing])


def as_json(diagnostic: Diagnostic) -> dict[str, Any]:
    """The diagnostic as the object that ``check --json`` promises."""
    span = diagnostic.span
    line, column = span.first if span else (None, None)
    end_line, end_column = span.last if span else (None, None)
    return {
        "file": span.source.name if span else diagnostic.file,
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
        "severity": diagnostic.severity,
        "code": diagnostic.code,
        "message": diagnostic.text,
        "hints": list(diagnostic.hints),
        "notes": [{"message": n.message, "place": str(n.span) if n.span else None} for n in diagnostic.notes],
    }
