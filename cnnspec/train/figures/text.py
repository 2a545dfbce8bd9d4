"""Text of users in pictures: never a formula, never wider than its place."""

from __future__ import annotations

import unicodedata
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_JOINERS = "\u200c\u200d"
"""Invisible, and part of how Persian, Hindi and others are written."""


def plain(text: str) -> str:
    """``text`` on one line, without what is invisible, steers the direction of writing, or is half a character."""
    whole = text.encode("utf-8", "replace").decode()
    shown = "".join(" " if unicodedata.category(c) == "Cc" else c for c in whole)
    kept = (c for c in shown if unicodedata.category(c) != "Cf" or c in _JOINERS)
    return " ".join("".join(kept).split()) or "–"


def literal(text: str) -> str:
    """``text`` with nothing in it that matplotlib would take for a formula."""
    return text.replace("$", r"\$")


def shortened(text: str, points: float, size: float) -> str:
    """``text``, as :func:`literal`, shortened in its middle so that at font ``size`` it is at most ``points`` wide."""
    whole = plain(text)
    if wide(whole, size) <= points:
        return literal(whole)
    low, high = (
        0,
        len(whole) - 1,
    )  # characters that fit beside the ellipsis: ``low`` do, more than ``high`` do not
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if wide(_cut(whole, middle), size) <= points else (low, middle - 1)
    return literal(_cut(whole, low))


def wrapped(text: str, points: float, size: float, lines: int) -> str:
    """``text``, as :func:`literal`, in at most so many lines of at most ``points``."""
    rows: list[str] = []
    rest = plain(text).split(" ")
    while rest and len(rows) < lines - 1:
        count = _fitting(rest, points, size)
        rows.append(shortened(" ".join(rest[:count]), points, size))
        rest = rest[count:]
    return "\n".join([*rows, shortened(" ".join(rest), points, size)] if rest else rows)


def _fitting(words: list[str], points: float, size: float) -> int:
    count = 1
    while count < len(words) and wide(" ".join(words[: count + 1]), size) <= points:
        count += 1
    return count


def _cut(text: str, count: int) -> str:
    """``count`` characters of ``text``: more of its start than of its end, where names differ too."""
    tail = count * 2 // 5
    end = text[len(text) - tail :]
    while end and unicodedata.combining(end[0]):
        end = end[1:]
    return text[: count - tail].rstrip() + "…" + end.lstrip()


def wide(text: str, size: float) -> float:
    """Width in points, at font ``size``."""
    from matplotlib.backends.backend_agg import RendererAgg
    from matplotlib.font_manager import FontProperties

    with unknown_letters():
        return float(
            RendererAgg(1, 1, 72).get_text_width_height_descent(text, FontProperties(size=size), False)[0]
        )


@contextmanager
def unknown_letters() -> Iterator[None]:
    """Letters that the font lacks are drawn as boxes, without a warning each."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"Glyph \d+")
        warnings.filterwarnings("ignore", "Matplotlib currently does not support")
        yield
