"""SVG elements as text, in which nothing that a person wrote is markup."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from ..text import clean

Point = tuple[float, float]


def element(name: str, *children: str, **attributes: str | float | None) -> str:
    """One element; ``children`` are elements, written as they are. An underscore in an attribute's name is a hyphen,
    one at its end is left out, and attributes that are None are too."""
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_value(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{given}>{''.join(children)}</{name}>" if children else f"<{name}{given}/>"


def literal(text: str) -> str:
    """Text between tags."""
    return escape(clean(text), quote=False)


def title(text: str) -> str:
    """A tooltip of lines: the complete text of what is drawn in short."""
    return f"<title>{escape(chr(10).join(map(clean, text.split(chr(10)))), quote=False)}</title>"


def _value(value: str | float) -> str:
    return escape(clean(value)) if isinstance(value, str) else number(value)


def number(value: float) -> str:
    """At most two decimals, as short as can be."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def points(corners: Iterable[Point]) -> str:
    return " ".join(f"{number(x)},{number(y)}" for x, y in corners)


def path(corners: Sequence[Point], radius: float = 0) -> str:
    """A line through ``corners``, which are rounded where ``radius`` is given."""
    parts = [f"M{_pair(corners[0])}"]
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        near, far = _towards(corner, before, radius), _towards(corner, after, radius)
        parts.append(f"L{_pair(near)}Q{_pair(corner)} {_pair(far)}" if radius else f"L{_pair(corner)}")
    return "".join([*parts, f"L{_pair(corners[-1])}"])


def _pair(point: Point) -> str:
    return f"{number(point[0])} {number(point[1])}"


def _towards(start: Point, end: Point, distance: float) -> Point:
    """The point at ``distance`` from ``start``, at most half of the way to ``end``."""
    x, y = end[0] - start[0], end[1] - start[1]
    length = max(abs(x), abs(y)) or 1.0
    share = min(distance / length, 0.5)
    return start[0] + x * share, start[1] + y * share
