"""Printing where the encoding lacks some of what is printed."""

from __future__ import annotations

import codecs
from io import TextIOWrapper
from typing import TextIO

_NAME = "cnnspec.like"
_LIKE = {
    "─": "-", "═": "=", "│": "|", "║": "|", "→": "->", "←": "<-", "…": "...", "−": "-", "–": "-", "—": "-",
    "×": "x", "·": "*", "•": "*", "≠": "!=", "≈": "~", "≤": "<=", "≥": ">=", "±": "+-", "µ": "u", "μ": "u",
    "√": "sqrt", "²": "^2", "³": "^3", "█": "#", "▏": "|", "✓": "+", "✗": "x", "\N{NO-BREAK SPACE}": " ",
}  # fmt: skip
"""What stands for a character that cannot be encoded; of any other it is a question mark."""


def printing_all(stream: TextIO) -> None:
    """Let ``stream`` replace what its encoding lacks, which it keeps: whoever reads the file or terminal expects it.

    One that was told to replace them otherwise (PYTHONIOENCODING=ascii:xmlcharrefreplace) stays as it is, and so does
    one that can encode everything.
    """
    if not isinstance(stream, TextIOWrapper) or codecs.lookup(stream.encoding).name.startswith("utf"):
        return
    if stream.errors in ("strict", "backslashreplace", "surrogateescape"):
        codecs.register_error(_NAME, _like)
        stream.reconfigure(errors=_NAME)


def _like(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(map(_ascii, lacking)), error.end


def _ascii(character: str) -> str:
    """Its likeness, a letter without its accent, or "?"."""
    from unicodedata import normalize

    plain = _LIKE.get(character) or normalize("NFKD", character).encode("ascii", "ignore").decode()
    return plain or "?"
