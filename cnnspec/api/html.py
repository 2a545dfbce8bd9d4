"""Pieces of HTML for notebooks; all text of a person's is escaped."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from html import escape

from ..train.wording import printable

_LEFT, _RIGHT = "text-align: left; white-space: pre", "text-align: right"


def escaped(text: object) -> str:
    """Text with nothing in it that a browser would obey."""
    return escape(printable(str(text)))


def table(head: Sequence[str], rows: Iterable[Sequence[str]], texts: int = 1) -> str:
    """A table; the first ``texts`` columns are text, the others figures."""
    styles = [_LEFT if place < texts else _RIGHT for place in range(len(head))]
    lines = [_row("th", head, styles), *(_row("td", row, styles) for row in rows)]
    return f"<table>\n<thead>{lines[0]}</thead>\n<tbody>\n" + "\n".join(lines[1:]) + "\n</tbody>\n</table>"


def _row(tag: str, cells: Sequence[str], styles: Sequence[str]) -> str:
    inner = (
        f'<{tag} style="{style}">{escaped(cell)}</{tag}>' for cell, style in zip(cells, styles, strict=True)
    )
    return f"<tr>{''.join(inner)}</tr>"


def lines(texts: Iterable[str]) -> str:
    """Text as it stands, line by line."""
    return f"<pre>{chr(10).join(map(escaped, texts))}</pre>"


def picture(png: bytes, about: str) -> str:
    """A PNG that the page holds itself."""
    return f'<img alt="{escaped(about)}" src="data:image/png;base64,{base64.b64encode(png).decode()}">'
