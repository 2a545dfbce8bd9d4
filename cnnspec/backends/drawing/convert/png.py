"""SVG as PNG, drawn by resvg. Texts are placed here: where no font has a letter, resvg would leave out all that follow."""

from __future__ import annotations

from copy import deepcopy
from typing import Any
from xml.etree import ElementTree

from ..failures import ConversionFailed
from .reading import NAMESPACE, Element, Sheet, Style, children, inherited, kind, own_style
from .texts import Piece, pieces


def painted(sheet: Sheet, size: tuple[int, int]) -> bytes:
    """The content of a PNG file with so many pixels across and down. Raises `ConversionFailed` with resvg's words."""
    import resvg_py

    root = deepcopy(sheet.root)
    root.attrib.update(zip(("width", "height"), map(str, size), strict=True))
    root.attrib.update({"viewBox": " ".join(map(str, sheet.view)), "preserveAspectRatio": "none"})
    files: dict[str, None] = {}
    try:
        _place_texts(root, {}, files)
        text = ElementTree.tostring(root, encoding="unicode")
        drawn: Any = resvg_py.svg_to_bytes(
            svg_string=text, dpi=96.0, skip_system_fonts=True, font_files=list(files)
        )
    except ValueError as error:
        raise ConversionFailed(f"the drawing could not be made a PNG: {error}") from None
    return bytes(drawn)


def _place_texts(element: Element, outer: Style, files: dict[str, None]) -> None:
    """Put a text for each piece, in a font of ``files``, in place of each text inside."""
    style = inherited(outer, element)
    for place, child in enumerate(list(element)):
        if kind(child) == "text":
            parts = pieces(child, inherited(style, child))
            files.update(dict.fromkeys(part.face.path for part in parts))
            element[place] = _group(child, parts)
    for child in children(element):
        if kind(child) != "text" and not child.get("data-placed"):
            _place_texts(child, style, files)


def _group(text: Element, parts: list[Piece]) -> Element:
    group = ElementTree.Element(f"{NAMESPACE}g", {"data-placed": "1"})
    style = own_style(text)
    group.attrib.update({key: style[key] for key in ("opacity", "transform") if key in style})
    group.extend(_text(part) for part in parts)
    return group


def _text(part: Piece) -> Element:
    style = {key: part.style[key] for key in ("fill", "fill-opacity") if key in part.style}
    style |= {
        "transform": f"translate({part.x:.4f} {part.y:.4f}) scale({part.stretch:.5f} 1)",
        "font-family": f"'{part.face.family}'",
        "font-size": f"{part.size:.4f}",
        "font-weight": str(part.face.weight),
        "font-style": "italic" if part.face.slanted else "normal",
        "text-anchor": "start",
        "dominant-baseline": "auto",
        "{http://www.w3.org/XML/1998/namespace}space": "preserve",
    }
    made = ElementTree.Element(f"{NAMESPACE}text", style)
    made.text = part.shown
    return made
