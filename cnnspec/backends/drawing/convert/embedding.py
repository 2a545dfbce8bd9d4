"""Fonts in a PDF: those parts of them that it needs."""

from __future__ import annotations

import functools
import hashlib
import io
import re
from typing import Any

from ..failures import ConversionFailed
from .fonts import BOX, Face, unreadable

_TOO_LONG = re.compile("<([0-9A-F]{5,6})>")
"""A code point that takes two numbers of UTF-16."""


def font_name(face: Face, letters: str, boxed: bool = False) -> str:
    """The name under which reportlab can write ``letters`` in ``face``; a box for each where ``boxed``."""
    name = "" if boxed else _whole(face)
    try:
        return name or _built(face, "".join(sorted(set(letters))), boxed)
    except unreadable() as error:
        raise ConversionFailed(f"the font {face.path} cannot be put into a PDF: {error}") from None


@functools.cache
def _whole(face: Face) -> str:
    """The name of a font that reportlab reads as it is; "" where it does not: it knows TrueType's quadratic curves only."""
    from reportlab.pdfbase.ttfonts import TTFError

    try:
        return _register(f"{face.path}#{face.number}", face.path, face.number)
    except TTFError:
        return ""


@functools.cache
def _built(face: Face, letters: str, boxed: bool) -> str:
    """A font of these letters alone, made anew; outlines change by 1/1000 em at most."""
    from fontTools.ttLib import TTFont

    key = f"{face.path}#{face.number} {boxed} {letters}"
    with TTFont(face.path, fontNumber=face.number, lazy=True) as font:
        names = font.getBestCmap()
        glyphs = {ord(letter): names[ord(BOX if boxed else letter)] for letter in letters}
        return _register(key, _font_file(font, glyphs, f"cnnspec-{_short(key)}"), 0)


def _font_file(font: Any, cmap: dict[int, str], name: str) -> io.BytesIO:
    """A TrueType font of those glyphs of ``font`` that ``cmap`` has for code points."""
    from fontTools.fontBuilder import FontBuilder

    order = [".notdef", *sorted({glyph for glyph in cmap.values() if glyph != ".notdef"})]
    built = FontBuilder(font["head"].unitsPerEm, isTTF=True)
    built.updateHead(created=0, modified=0)  # else no two files of a drawing would be equal
    built.setupGlyphOrder(order)
    built.setupCharacterMap(cmap)
    built.setupGlyf({glyph: _outline(font, glyph) for glyph in order})
    built.setupHorizontalMetrics({glyph: font["hmtx"][glyph] for glyph in order})
    built.setupHorizontalHeader(ascent=font["hhea"].ascent, descent=font["hhea"].descent)
    built.setupNameTable({"familyName": name, "styleName": "Regular", "psName": name})
    built.setupOS2()
    built.setupPost()
    stream = io.BytesIO()
    built.save(stream)
    stream.seek(0)
    return stream


def _outline(font: Any, glyph: str) -> Any:
    from fontTools.pens.cu2quPen import Cu2QuPen
    from fontTools.pens.recordingPen import DecomposingRecordingPen
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    drawn = DecomposingRecordingPen(font.getGlyphSet())
    font.getGlyphSet()[glyph].draw(drawn)
    pen = TTGlyphPen(None)
    drawn.replay(Cu2QuPen(pen, font["head"].unitsPerEm / 1000, reverse_direction="CFF " in font))
    return pen.glyph()


def _register(key: str, source: Any, number: int) -> str:
    from reportlab.pdfbase import pdfmetrics

    name = f"cnnspec{_short(key)}"
    pdfmetrics.registerFont(_font_class()(name, source, subfontIndex=number))
    return name


@functools.cache
def _font_class() -> Any:
    """Reportlab's, which would say of letters above U+FFFF that they are others."""
    from reportlab.pdfbase.ttfonts import TTFont

    def add_objects(self: Any, doc: Any) -> None:
        before = set(doc.idToObject)
        TTFont.addObjects(self, doc)
        for name in set(doc.idToObject) - before:
            if name.startswith("toUnicodeCMap:"):
                stream = doc.idToObject[name]
                stream.content = _TOO_LONG.sub(_two_halves, stream.content)

    return type("Font", (TTFont,), {"addObjects": add_objects})


def _two_halves(found: re.Match[str]) -> str:
    return f"<{chr(int(found[1], 16)).encode('utf-16-be').hex().upper()}>"


def _short(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
