"""Which font a letter is drawn in.

Graphviz takes the widths of Helvetica, Times and Courier for granted. Serif letters come from STIX, as wide as Times, and
those of fixed width from DejaVu Sans Mono; both come with matplotlib. Sans-serif ones come from a font of the system that is
as wide as Helvetica, or else from DejaVu Sans, made narrower.
"""

from __future__ import annotations

import functools
import importlib.util
import logging
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Literal

Generic = Literal["sans", "serif", "mono", "wide"]
"""``wide``: DejaVu Sans as it is."""

_NAMES: dict[str, Generic] = {
    "helvetica": "sans", "arial": "sans", "liberation sans": "sans", "sans-serif": "sans", "system-ui": "sans",
    "times": "serif", "times new roman": "serif", "times-roman": "serif", "stixgeneral": "serif", "stix": "serif",
    "liberation serif": "serif", "serif": "serif", "georgia": "serif",
    "courier": "mono", "courier new": "mono", "monospace": "mono", "dejavu sans mono": "mono", "menlo": "mono",
    "consolas": "mono", "ui-monospace": "mono", "dejavu sans": "wide", "verdana": "wide",
}  # fmt: skip
# Of each: regular, bold, italic, bold italic.
_DEJAVU = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSans-Oblique.ttf", "DejaVuSans-BoldOblique.ttf")
_STIX = ("STIXGeneral.ttf", "STIXGeneralBol.ttf", "STIXGeneralItalic.ttf", "STIXGeneralBolIta.ttf")
_MONO = (
    "DejaVuSansMono.ttf",
    "DejaVuSansMono-Bold.ttf",
    "DejaVuSansMono-Oblique.ttf",
    "DejaVuSansMono-BoldOblique.ttf",
)
_LIKE_HELVETICA = (
    (
        "LiberationSans-Regular.ttf",
        "LiberationSans-Bold.ttf",
        "LiberationSans-Italic.ttf",
        "LiberationSans-BoldItalic.ttf",
    ),
    ("Arimo-Regular.ttf", "Arimo-Bold.ttf", "Arimo-Italic.ttf", "Arimo-BoldItalic.ttf"),
    ("arial.ttf", "arialbd.ttf", "ariali.ttf", "arialbi.ttf"),
    ("Arial.ttf", "Arial Bold.ttf", "Arial Italic.ttf", "Arial Bold Italic.ttf"),
)
_NARROW = 0.9
"""Of DejaVu Sans, for letters of which Helvetica's width is not known."""
_PREFERRED = (
    "NotoSans",
    "NotoSansCJK",
    "SourceHanSans",
    "wqy",
    "Droid",
    "PingFang",
    "Hiragino",
    "msyh",
    "malgun",
    "Noto",
)


BOX = "\N{WHITE SQUARE}"
"""Stands for a letter that no font has."""


@dataclass(frozen=True)
class _Facts:
    """What a font says of itself: ``widths`` in ems by glyph, ``weight`` from 100 to 900."""

    family: str
    weight: int
    slanted: bool
    widths: dict[str, float]


@dataclass(frozen=True)
class Face:
    """A font of a file: the ``number``-th of those in it. ``narrowed``: it stands for Helvetica and is wider."""

    path: str
    number: int = 0
    narrowed: str = ""

    @property
    def family(self) -> str:
        """The name by which programs know it."""
        return _facts(self.path, self.number).family

    @property
    def weight(self) -> int:
        """From 100 to 900; 400 is regular."""
        return _facts(self.path, self.number).weight

    @property
    def slanted(self) -> bool:
        """Whether it is italic or oblique."""
        return _facts(self.path, self.number).slanted

    @property
    def sound(self) -> bool:
        """Whether all that is needed of it can be read."""
        try:
            return bool(self.family)
        except unreadable():
            return False

    def has(self, letter: str) -> bool:
        """Whether it can draw a letter."""
        return ord(letter) in _glyphs(self.path, self.number)

    def width(self, text: str) -> float:
        """In ems."""
        widths, glyphs = _facts(self.path, self.number).widths, _glyphs(self.path, self.number)
        return sum(widths.get(glyphs.get(ord(letter), ".notdef"), 0.5) for letter in text)

    def stretch(self, text: str) -> float:
        """By what its letters are made wider."""
        if not self.narrowed or not text:
            return 1.0
        own = [self.width(letter) for letter in text]
        wanted = [
            _helvetica(letter, self.narrowed) or _NARROW * w for letter, w in zip(text, own, strict=True)
        ]
        return sum(wanted) / sum(own) if sum(own) else 1.0


@functools.cache
def face_for(letter: str, generic: Generic, bold: bool, italic: bool) -> Face | None:
    """The font for a letter, the same for all of a text where it can be; None where no font here has it."""
    faces = chain(_preferred(generic, bold, italic), _of_system())
    return next((face for face in faces if face.has(letter) and face.sound), None)


def generic_of(families: str) -> Generic:
    """What the names in a ``font-family`` ask for; sans-serif where none is known."""
    names = (name.strip(" '\"").lower() for name in families.split(","))
    return next((_NAMES[name] for name in names if name in _NAMES), "sans")


@functools.cache
def boxes() -> Face:
    """The font that has `BOX`."""
    return Face(_bundled(_DEJAVU[0]))


@functools.cache
def _preferred(generic: Generic, bold: bool, italic: bool) -> tuple[Face, ...]:
    style = bold + 2 * italic
    dejavu, stix, mono = (Face(_bundled(names[style])) for names in (_DEJAVU, _STIX, _MONO))
    narrowed = Face(dejavu.path, narrowed="Helvetica-Bold" if bold else "Helvetica")
    first: dict[Generic, tuple[Face, ...]] = {
        "sans": (*_like_helvetica(style), narrowed),
        "serif": (stix, dejavu),
        "mono": (mono, dejavu),
        "wide": (dejavu,),
    }
    upright = (Face(_bundled(names[bold])) for names in (_DEJAVU, _STIX))
    return (*first[generic], *upright, boxes())


@functools.cache
def _like_helvetica(style: int) -> tuple[Face, ...]:
    there = _system_files()
    sets = (names for names in _LIKE_HELVETICA if all(name in there for name in names))
    return tuple(Face(there[names[style]]) for names in sets)[:1]


def _bundled(name: str) -> str:
    found = importlib.util.find_spec("matplotlib")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("matplotlib is not installed", name="matplotlib")
    return str(Path(found.origin).parent / "mpl-data" / "fonts" / "ttf" / name)


def _of_system() -> Iterator[Face]:
    """Fonts of the system that have outlines, those known for many letters first."""
    logging.getLogger("fontTools").addHandler(logging.NullHandler())  # it tells of small faults in them
    files = sorted(_system_files().items(), key=lambda item: (_rank(item[0]), item[0]))
    return (face for _, path in files for face in _faces(path))


def _rank(name: str) -> tuple[bool, int]:
    places = [i for i, start in enumerate(_PREFERRED) if name.startswith(start)]
    return "Regular" not in name and "regular" not in name, min(places, default=len(_PREFERRED))


@functools.cache
def _system_files() -> dict[str, str]:
    """Path by name; of several with one name, the first."""
    found: dict[str, str] = {}
    for folder in _folders():
        for path in sorted(folder.rglob("*.[tToO][tT][fFcC]")):
            found.setdefault(path.name, str(path))
    return found


def _folders() -> list[Path]:
    home = Path(os.path.expanduser("~"))
    if sys.platform == "win32":
        local = Path(os.environ.get("LOCALAPPDATA", home))
        return [
            Path(os.environ.get("WINDIR", "C:/Windows")) / "Fonts",
            local / "Microsoft" / "Windows" / "Fonts",
        ]
    if sys.platform == "darwin":
        return [home / "Library/Fonts", Path("/Library/Fonts"), Path("/System/Library/Fonts")]
    data = Path(os.environ.get("XDG_DATA_HOME") or home / ".local/share")
    return [data / "fonts", home / ".fonts", Path("/usr/local/share/fonts"), Path("/usr/share/fonts")]


@functools.cache
def _faces(path: str) -> tuple[Face, ...]:
    """Those in a file; none where it cannot be read, or has bitmaps only."""
    from fontTools.ttLib import TTCollection, TTFont

    try:
        with open(path, "rb") as file:  # fontTools leaves one open that it opened and cannot read
            collected = path.lower().endswith("c")
            fonts = TTCollection(file, lazy=True).fonts if collected else [TTFont(file, lazy=True)]
            drawn = ["glyf" in font or "CFF " in font for font in fonts]
    except unreadable():
        return ()
    return tuple(Face(path, number) for number, good in enumerate(drawn) if good)


def unreadable() -> tuple[type[Exception], ...]:
    """What fontTools raises for files that are broken."""
    import struct

    from fontTools.ttLib import TTLibError

    return (
        TTLibError,
        OSError,
        AssertionError,
        KeyError,
        ValueError,
        IndexError,
        AttributeError,
        EOFError,
        struct.error,
    )


@functools.cache
def _facts(path: str, number: int) -> _Facts:
    from fontTools.ttLib import TTFont

    with TTFont(path, fontNumber=number, lazy=True) as font:
        units, about = font["head"].unitsPerEm, font["OS/2"]
        return _Facts(
            str(font["name"].getBestFamilyName()),
            int(about.usWeightClass),
            bool(about.fsSelection & 0x201 or font["head"].macStyle & 2),
            {glyph: advance / units for glyph, (advance, _) in font["hmtx"].metrics.items()},
        )


@functools.cache
def _glyphs(path: str, number: int) -> dict[int, str]:
    from fontTools.ttLib import TTFont

    try:
        with TTFont(path, fontNumber=number, lazy=True) as font:
            return font.getBestCmap() or {}
    except unreadable():
        return {}


@functools.cache
def _helvetica(letter: str, font: str) -> float | None:
    """Width in ems, where Helvetica has the letter."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    try:
        letter.encode("cp1252")
    except UnicodeEncodeError:
        return None
    return float(stringWidth(letter, font, 1))
