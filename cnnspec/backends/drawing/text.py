"""Texts of a drawing as Graphviz's HTML-like labels, in which nothing a person wrote is markup."""

from __future__ import annotations

import html
import re
import textwrap
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from .label import TIMES, Label

_SEQUENCE = re.compile(r"\\(?=[GNETHL])")
_WIDE = frozenset("WF")


def lines(text: str, width: int) -> list[str]:
    """``text`` cut into lines of at most ``width`` letters, at spaces where there are any; wide letters count twice."""
    parts = [clean(part) for part in text.splitlines()] or [""]
    return [line for part in parts for line in _wrapped(part, width) or [""]]


def _wrapped(text: str, width: int) -> list[str]:
    if text.isascii() or all(unicodedata.east_asian_width(c) not in _WIDE for c in text):
        return textwrap.wrap(text, width)
    return textwrap.wrap(text, max(1, width // 2))


def clean(text: str) -> str:
    """Spaces for tabs and the like; a visible mark for characters that XML and DOT cannot hold."""
    return "".join(
        c if c.isprintable() else " " if c.isspace() else "\N{REPLACEMENT CHARACTER}" for c in text
    )


def escape(line: str) -> str:
    """Literal text. Graphviz replaces backslash sequences (``\\N`` by the node's name) even here and even
    where written as entities, but not across the end of an element."""
    return _SEQUENCE.sub(r"<FONT>\\</FONT>", html.escape(line)) or "&#160;"


@dataclass(frozen=True, slots=True)
class Ink:
    """Sizes and colours of a label's texts; ``colour`` None: that of the box."""

    wrap: int
    small: float
    faint: str | None = None
    align: str = "CENTER"


def markup(text: str, ink: Ink, bold: bool = False, small: bool = False) -> str:
    """Escaped text, its lines broken."""
    broken = f'<BR ALIGN="{ink.align}"/>'.join(escape(line) for line in lines(text, ink.wrap))
    if ink.align != "CENTER":
        broken += f'<BR ALIGN="{ink.align}"/>'
    if bold:
        broken = f"<B>{broken}</B>"
    colour = f' COLOR="{ink.faint}"' if ink.faint else ""
    return f'<FONT POINT-SIZE="{ink.small:g}"{colour}>{broken}</FONT>' if small else broken


def stack(parts: Iterable[str]) -> str:
    """Markup lines under one another, as a whole label."""
    return "<" + "<BR/>".join(parts) + ">"


def label_markup(label: Label, ink: Ink, extra: tuple[str, ...] = ()) -> str:
    """A box's label as HTML-like text; ``extra`` are more lines in small print."""
    if label.beside.startswith(TIMES):
        head = markup(f"{label.head} {label.beside}", ink, bold=True)
    elif label.beside:
        together = len(label.head) + len(label.beside) < ink.wrap
        head = markup(label.head, ink, bold=True) + (" " if together else "<BR/>") + markup(label.beside, ink)
    else:
        head = markup(label.head, ink, bold=True)
    below = [markup(text, ink) for text in label.lines]
    return stack([head, *below, *(markup(text, ink, small=True) for text in (*label.small, *extra))])
