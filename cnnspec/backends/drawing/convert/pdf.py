"""SVG as PDF, drawn by reportlab."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from ..failures import ConversionFailed
from .embedding import font_name
from .fonts import boxes
from .reading import (
    Element,
    Sheet,
    Style,
    children,
    inherited,
    kind,
    number,
    numbers,
    opacity,
    own_style,
    transforms,
    visible,
)
from .shapes import Step, bounds, outline
from .texts import Piece, pieces

_LONGEST = 14400
"""Points a side that a page can have: 200 inches."""
_CAPS = {"butt": 0, "round": 1, "square": 2}
_JOINS = {"miter": 0, "round": 1, "bevel": 2}
_RGB = re.compile(r"rgba?\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)\s*\)")
_FROM_RIGHT, _FROM_LEFT = ("R", "AL"), ("L", "EN", "AN")

Colour = tuple[float, float, float]


def painted(sheet: Sheet) -> bytes:
    """The content of a PDF file. Raises `ConversionFailed` for what it cannot hold."""
    from reportlab.pdfgen.canvas import Canvas

    fit = min(1.0, _LONGEST / max(sheet.width, sheet.height))
    width, height = sheet.width * fit, sheet.height * fit
    stream = io.BytesIO()
    first = font_name(boxes(), " ")  # else Helvetica would be named, and not be in the file
    canvas = Canvas(stream, (width, height), invariant=1, pageCompression=1, initialFontName=first)
    canvas.setTitle(sheet.title)
    canvas.setCreator("cnnspec")
    canvas.setAuthor("")
    left, top, wide, high = sheet.view
    unit = min(width / wide, height / high)
    canvas.translate(
        (width - wide * unit) / 2 - left * unit, height - (height - high * unit) / 2 + top * unit
    )
    canvas.scale(unit, -unit)
    canvas.setLineWidth(1)
    canvas.setMiterLimit(4)
    _Painter(canvas, sheet.gradients()).paint(sheet.root, {}, 1.0)
    canvas.save()
    return stream.getvalue()


class _Painter:
    """Paints elements onto reportlab's canvas, on which y goes downwards as in SVG."""

    def __init__(self, canvas: Any, gradients: dict[str, Element]) -> None:
        self.canvas = canvas
        self.gradients = gradients

    def paint(self, element: Element, outer: Style, shown: float) -> None:
        """An element and all in it; ``shown`` is the opacity of what is around it."""
        style = inherited(outer, element)
        if style.get("display") == "none":
            return
        shown *= opacity(own_style(element), "opacity")
        matrices = list(transforms(style))
        with self._kept() if matrices else nullcontext():
            for matrix in matrices:
                self.canvas.transform(*matrix)
            self._paint(kind(element), element, style, shown)

    def _paint(self, name: str, element: Element, style: Style, shown: float) -> None:
        if name == "text":
            for piece in pieces(element, style):
                self._write(piece, shown)
        elif name in ("svg", "g", "a"):
            for child in children(element):
                self.paint(child, style, shown)
        elif visible(style):
            self._shape(outline(name, style), style, shown)

    @contextmanager
    def _kept(self) -> Iterator[None]:
        self.canvas.saveState()
        yield
        self.canvas.restoreState()

    def _shape(self, steps: list[Step], style: Style, shown: float) -> None:
        if not steps:
            return
        path = self._path(steps)
        rule = 0 if style.get("fill-rule") == "evenodd" else 1
        fill = style.get("fill", "black")
        if fill.startswith("url("):
            self._gradient(path, bounds(steps), fill, rule, shown * opacity(style, "fill-opacity"))
            fill = "none"
        filled = self._set_fill(fill, style, shown)
        stroked = self._set_stroke(style, shown)
        if filled or stroked:
            self.canvas.drawPath(path, stroke=stroked, fill=filled, fillMode=rule)

    def _path(self, steps: list[Step]) -> Any:
        path = self.canvas.beginPath()
        draw = {"move": path.moveTo, "line": path.lineTo, "curve": path.curveTo, "close": path.close}
        for step in steps:
            draw[step.name](*(value for point in step.points for value in point))
        return path

    def _set_fill(self, fill: str, style: Style, shown: float) -> bool:
        colour = _colour(fill, style)
        if colour is not None:
            self.canvas.setFillColorRGB(*colour)
            self.canvas.setFillAlpha(shown * opacity(style, "fill-opacity"))
        return colour is not None

    def _set_stroke(self, style: Style, shown: float) -> bool:
        colour = _colour(style.get("stroke", "none"), style)
        width = number(style, "stroke-width", 1.0)
        if colour is None or width <= 0:
            return False
        self.canvas.setStrokeColorRGB(*colour)
        self.canvas.setStrokeAlpha(shown * opacity(style, "stroke-opacity"))
        self.canvas.setLineWidth(width)
        self.canvas.setLineCap(_CAPS.get(style.get("stroke-linecap", "butt"), 0))
        self.canvas.setLineJoin(_JOINS.get(style.get("stroke-linejoin", "miter"), 0))
        dashes = numbers(style.get("stroke-dasharray", ""))
        self.canvas.setDash(dashes * (1 + len(dashes) % 2) if sum(dashes) > 0 else [])
        return True

    def _gradient(self, path: Any, box: tuple[float, ...], fill: str, rule: int, shown: float) -> None:
        gradient = self.gradients.get(fill.removeprefix("url(").rstrip(") ").strip("'\"#"))
        if gradient is None:
            raise ConversionFailed(f"fill={fill!r} is no gradient of the drawing")
        stops = [own_style(stop) for stop in gradient if kind(stop) == "stop"]
        if any(opacity(stop, "stop-opacity") < 1 for stop in stops):
            raise ConversionFailed("a gradient that can be seen through cannot be PDF here")
        colours = [self._stop(stop) for stop in stops]
        places = [_share(stop.get("offset", "0")) for stop in stops]
        style = own_style(gradient)
        with self._kept():
            self.canvas.setFillAlpha(shown)
            self.canvas.clipPath(path, stroke=0, fill=0, fillMode=rule)
            if style.get("gradientUnits", "objectBoundingBox") == "objectBoundingBox":
                self.canvas.transform(box[2], 0, 0, box[3], box[0], box[1])
            if kind(gradient) == "linearGradient":
                ends = [
                    _share(style.get(key, d))
                    for key, d in (("x1", "0"), ("y1", "0"), ("x2", "1"), ("y2", "0"))
                ]
                self.canvas.linearGradient(*ends, colours, places)
            else:
                circle = [_share(style.get(key, "0.5")) for key in ("cx", "cy", "r")]
                self.canvas.radialGradient(*circle, colours, places)

    def _stop(self, stop: Style) -> Any:
        from reportlab.lib.colors import Color

        return Color(*(_colour(stop.get("stop-color", "black"), stop) or (0.0, 0.0, 0.0)))

    def _write(self, piece: Piece, shown: float) -> None:
        if not self._set_fill(piece.style.get("fill", "black"), piece.style, shown):
            return
        with self._kept():
            self.canvas.transform(piece.stretch, 0, 0, -1, piece.x, piece.y)
            self.canvas.setFont(font_name(piece.face, piece.text, boxed=not piece.known), piece.size)
            self.canvas.drawString(0, 0, _seen(piece.text))


def _seen(text: str) -> str:
    """Letters from left to right, as they are seen: words that are written from the right turned."""
    found = list(text)
    kinds = [unicodedata.bidirectional(letter) for letter in text]
    start = end = -1
    for place, direction in enumerate([*kinds, "L"]):
        if direction in _FROM_RIGHT:
            start, end = (place if start < 0 else start), place + 1
        elif direction in _FROM_LEFT and start >= 0:
            found[start:end] = found[start:end][::-1]
            start = -1
    return "".join(found)


def _share(text: str) -> float:
    value = numbers(text)
    if len(value) != 1:
        raise ConversionFailed(f"{text!r} of a gradient is no number")
    return value[0] / 100 if text.strip().endswith("%") else value[0]


def _colour(text: str, style: Style) -> Colour | None:
    """Red, green and blue from 0 to 1, None for none."""
    from reportlab.lib.colors import getAllNamedColors

    name = text.strip().lower()
    if name == "currentcolor":
        name = style.get("color", "black").strip().lower()
    if name in ("none", "transparent", ""):
        return None
    if re.fullmatch(r"#([0-9a-f]{3}|[0-9a-f]{6})", name):
        digits = name[1:] if len(name) == 7 else "".join(2 * c for c in name[1:])
        red, green, blue = bytes.fromhex(digits)
        return red / 255, green / 255, blue / 255
    if found := _RGB.fullmatch(name):
        return int(found[1]) / 255, int(found[2]) / 255, int(found[3]) / 255
    known = getAllNamedColors().get(name)
    if known is None:
        raise ConversionFailed(f"{text!r} is no colour that is known here")
    return known.red, known.green, known.blue
