"""Where each piece of a text stands, and in which font."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from ..failures import ConversionFailed
from .fonts import BOX, Face, boxes, face_for, generic_of
from .reading import Element, Sheet, Style, inherited, kind, number, numbers, visible

_BASELINES = {
    "auto": 0.0,
    "alphabetic": 0.0,
    "middle": 0.26,
    "central": 0.35,
    "hanging": 0.73,
    "text-before-edge": 0.9,
}
"""How far below its place a line of text stands, in ems."""
_SHIFTS = {"start": 0.0, "middle": 0.5, "end": 1.0}
_ABSOLUTE_SIZES = {"xx-small": 9.0, "x-small": 10.0, "small": 13.0, "medium": 16.0, "large": 18.0}


@dataclass(frozen=True)
class Piece:
    """Letters of one font and one look, from (``x``, ``y``) on; ``stretch``: how much wider than the font has them.

    ``known``: whether ``face`` has them.
    """

    text: str
    style: Style
    size: float
    face: Face
    known: bool
    x: float = 0.0
    y: float = 0.0

    @property
    def shown(self) -> str:
        """What is seen: boxes where there is no font."""
        return self.text if self.known else BOX * len(self.text)

    @property
    def stretch(self) -> float:
        return self.face.stretch(self.shown)

    @property
    def width(self) -> float:
        return self.face.width(self.shown) * self.size * self.stretch


@dataclass(frozen=True)
class _Span:
    """A part of a text that looks the same; it starts where ``x`` and ``y`` say, or else after the one before it."""

    text: str
    style: Style
    x: float | None
    y: float | None
    dx: float
    dy: float


def pieces(element: Element, style: Style) -> list[Piece]:
    """All of a ``<text>``, whose attributes with the inherited ones are ``style``."""
    if style.get("stroke", "none") != "none":
        raise ConversionFailed("texts with an outline can be neither PNG nor PDF here")
    placed: list[Piece] = []
    line: list[Piece] = []
    x = y = 0.0
    for span in _spaced(list(_spans(element, style)), _preserved(element)):
        if span.x is not None or span.y is not None:
            placed += _anchored(line)
            line = []
        x = span.dx + (x if span.x is None else span.x)
        y = span.dy + (y if span.y is None else span.y)
        for piece in _cut(span):
            line.append(replace(piece, x=x, y=y + _lowered(piece)))
            x += piece.width
    return placed + _anchored(line)


def unknown_letters(sheet: Sheet) -> str:
    """Letters of which there is no font, once each."""
    texts = ((e, inherited({}, e)) for e in sheet.root.iter() if kind(e) == "text")
    lacking = (piece.text for element, style in texts for piece in pieces(element, style) if not piece.known)
    return "".join(dict.fromkeys("".join(lacking)))


def _anchored(line: list[Piece]) -> list[Piece]:
    if not line:
        return []
    anchor = line[0].style.get("text-anchor", "start")
    if anchor not in _SHIFTS:
        raise ConversionFailed(f"text-anchor={anchor!r} is not known here")
    back = _SHIFTS[anchor] * (line[-1].x + line[-1].width - line[0].x)
    return [replace(piece, x=piece.x - back) for piece in line]


def _lowered(piece: Piece) -> float:
    name = piece.style.get("dominant-baseline", "auto")
    if name not in _BASELINES:
        raise ConversionFailed(f"dominant-baseline={name!r} is not known here")
    return _BASELINES[name] * piece.size


def _spans(element: Element, style: Style, x: float | None = None, y: float | None = None) -> Iterator[_Span]:
    """``x`` and ``y`` are those of an element around it that had no text before this."""
    if not visible(style):
        return
    own = dict(style)
    starts = {key: _place(own, key) for key in ("x", "y", "dx", "dy")}
    x = x if starts["x"] is None else starts["x"]
    y = y if starts["y"] is None else starts["y"]
    yield _Span(element.text or "", style, x, y, starts["dx"] or 0.0, starts["dy"] or 0.0)
    for child in element:
        if kind(child) == "tspan":
            yield from _spans(child, inherited(style, child))
        yield _Span(child.tail or "", style, None, None, 0.0, 0.0)


def _place(style: Style, key: str) -> float | None:
    text = style.get(key)
    if text is None:
        return None
    if len(numbers(text)) != 1:
        raise ConversionFailed(f"{key}={text!r} of a text is not known here")
    if text.strip().endswith("em"):
        return numbers(text)[0] * _size(style)
    return number(style, key)


def _preserved(element: Element) -> bool:
    return element.get("{http://www.w3.org/XML/1998/namespace}space") == "preserve"


def _spaced(spans: list[_Span], preserved: bool) -> list[_Span]:
    """White space as SVG has it: one blank between words, and none around a text, where it is not preserved."""
    found: list[_Span] = []
    blank = True  # whether a blank now would be the second, or the first of all
    for span in spans:
        text = "".join(" " if c in "\t\r\n" else c for c in span.text)
        if not preserved:
            letters = []
            for letter in text:
                if letter != " " or not blank:
                    letters.append(letter)
                blank = letter == " "
            text = "".join(letters)
        found.append(replace(span, text=text))
    last = max((i for i, span in enumerate(found) if span.text), default=-1)
    if last >= 0 and not preserved:
        found[last] = replace(found[last], text=found[last].text.rstrip(" "))
    return found


def _cut(span: _Span) -> Iterator[Piece]:
    """A span's letters by their fonts; marks stay with the letter before them."""
    size = _size(span.style)
    generic = generic_of(span.style.get("font-family", ""))
    bold, italic = _bold(span.style), span.style.get("font-style", "normal") in ("italic", "oblique")
    found: list[tuple[Face | None, str]] = []
    for letter in span.text:
        face = face_for(letter, generic, bold, italic)
        category = unicodedata.category(letter)
        if face is None and category in ("Cf", "Mn", "Me", "Cc"):
            continue
        if found and (category in ("Mn", "Me") or letter == " ") and _fits(found[-1][0], letter):
            face = found[-1][0]
        found.append((face, letter))
    for face, group in groupby(found, key=lambda pair: pair[0]):
        text = "".join(letter for _, letter in group)
        yield Piece(text, span.style, size, face or boxes(), face is not None)


def _fits(face: Face | None, letter: str) -> bool:
    return face is not None and face.has(letter)


def _size(style: Style) -> float:
    text = style.get("font-size", "medium").strip()
    return _ABSOLUTE_SIZES[text] if text in _ABSOLUTE_SIZES else number(style, "font-size")


def _bold(style: Style) -> bool:
    weight = style.get("font-weight", "normal").strip()
    return float(weight) >= 600 if weight.isdecimal() else weight in ("bold", "bolder")
