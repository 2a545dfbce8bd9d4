"""How wide a text is, and how it is cut so that it fits.

Nobody knows the font that a reader has, so widths are those of a wide one (DejaVu Sans); in a narrower one there is some
room left.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from unicodedata import category, east_asian_width

ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
ASCENT, DESCENT = 0.8, 0.24
"""Parts of the size above and below the baseline."""
LEADING = 1.22
"""Distance of two baselines, in sizes."""

_BOLD = 1.13
_BY_WIDTH = {
    0.30: "ijl'",
    0.36: " .,:;|!\N{MIDDLE DOT}",
    0.42: "frtI()[]{}/\\-`",
    0.54: 'cksvxyz?_"*',
    0.64: "abdeghnopqu0123456789LJF$",
    0.72: "ABCEKPRSTVXYZ&",
    0.84: "DGHNOQUwM+<>=~^#\N{MULTIPLICATION SIGN}\N{RIGHTWARDS ARROW}\N{SQUARE ROOT}",
    1.0: "mW@%\N{HORIZONTAL ELLIPSIS}\N{PROPORTIONAL TO}",
}
_WIDTHS = {c: w for w, characters in _BY_WIDTH.items() for c in characters}
_SPACES = re.compile(r"\s+(?!\N{MULTIPLICATION SIGN})")
_BREAKS = re.compile(r"(?<=[.,:_(])")


@dataclass(frozen=True, slots=True)
class Font:
    size: float
    bold: bool = False
    italic: bool = False

    @property
    def leading(self) -> float:
        return self.size * LEADING

    def width(self, text: str) -> float:
        """Pixels that ``text`` takes, rather too many than too few."""
        return sum(map(_share, text)) * self.size * (_BOLD if self.bold else 1.0)


@cache
def _share(character: str) -> float:
    known = _WIDTHS.get(character)
    if known is not None:
        return known
    if east_asian_width(character) in "WF":
        return 1.1
    return 0.3 if category(character) == "Mn" else 1.05


def shortened(text: str, font: Font, room: float) -> str:
    """``text`` where it fits into ``room`` pixels, else its beginning and an ellipsis."""
    if font.width(text) <= room:
        return text
    return _fitting(text, font, room - font.width(ELLIPSIS)).rstrip() + ELLIPSIS


def wrapped(text: str, font: Font, room: float, most: int) -> tuple[str, ...]:
    """``text`` in at most ``most`` lines of ``room`` pixels, the last one cut where it does not fit."""
    lines: list[str] = []
    rest = text.strip()
    while rest and len(lines) < most - 1 and font.width(rest) > room:
        line, rest = _line(rest, font, room)
        lines.append(line)
    return (*lines, shortened(rest, font, room)) if rest else tuple(lines)


def _line(text: str, font: Font, room: float) -> tuple[str, str]:
    """The longest beginning that fits, ending where a line may break if possible; and the rest."""
    longest = len(_fitting(text, font, room)) or 1
    for breaks in (_SPACES, _BREAKS):
        places = [m for m in breaks.finditer(text) if 0 < m.start() <= longest]
        if places and places[-1].start() * 3 >= longest:
            return text[: places[-1].start()], text[places[-1].end() :]
    return text[:longest], text[longest:]


def _fitting(text: str, font: Font, room: float) -> str:
    used, scale = 0.0, font.width("m") / _share("m")
    for place, character in enumerate(text):
        used += _share(character) * scale
        if used > room:
            return text[:place]
    return text
