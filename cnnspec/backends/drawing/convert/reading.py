"""What is in an SVG: its size, and its elements with the attributes that they inherit."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree

from ..failures import ConversionFailed

Element = ElementTree.Element
Matrix = tuple[float, float, float, float, float, float]
Style = Mapping[str, str]

NAMESPACE = "{http://www.w3.org/2000/svg}"
_SILENT = frozenset({"title", "desc", "metadata"})
_DRAWN = frozenset(
    {"svg", "g", "a", "rect", "circle", "ellipse", "line", "polyline", "polygon", "path", "text", "tspan"}
)
_PAINTS = frozenset({"defs", "linearGradient", "radialGradient", "stop"})
_REFUSED = frozenset({
    "filter", "mask", "clip-path", "marker", "marker-start", "marker-mid", "marker-end", "textLength", "letter-spacing",
    "word-spacing", "rotate", "writing-mode", "mix-blend-mode", "stroke-dashoffset", "baseline-shift", "gradientTransform",
})  # fmt: skip
"""Attributes that change how something looks and are not known here."""
_INHERITED = frozenset({
    "fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "fill-opacity",
    "stroke-opacity", "fill-rule", "font-family", "font-size", "font-weight", "font-style", "text-anchor",
    "dominant-baseline", "visibility", "color",
})  # fmt: skip
_MOST = 1e9
_POINTS = {"": 0.75, "px": 0.75, "pt": 1.0, "pc": 12.0, "in": 72.0, "cm": 72 / 2.54, "mm": 72 / 25.4}
_LENGTH = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*([a-z%]*)\s*")
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_TRANSFORM = re.compile(r"\s*,?\s*(\w+)\s*\(([^)]*)\)")
_ELSEWHERE = re.compile(r"url\(\s*['\"]?(?!#)", re.IGNORECASE)
_DEEPEST = 200


@dataclass(frozen=True)
class Sheet:
    """``width`` and ``height`` in points; ``view`` is the part of its plane that it shows: left, top, width, height."""

    root: Element
    width: float
    height: float
    view: tuple[float, float, float, float]

    @property
    def title(self) -> str:
        """The first title in it."""
        return next((e.text or "" for e in self.root.iter(f"{NAMESPACE}title")), "")

    def gradients(self) -> dict[str, Element]:
        """Those that are defined, by their names."""
        kinds = ("linearGradient", "radialGradient")
        return {e.get("id", ""): e for e in self.root.iter() if kind(e) in kinds}


def read_svg(svg: str) -> Sheet:
    """Raises `ConversionFailed` for what is not SVG, is not known here, or points outside of the text."""
    if "<!ENTITY" in svg:
        raise ConversionFailed("an SVG that defines entities is not read")
    try:
        root = ElementTree.fromstring(svg)
        _check(root)
    except (ElementTree.ParseError, UnicodeError, ValueError) as error:
        raise ConversionFailed(f"the drawing is not SVG: {error}") from None
    if _too_deep(root):
        raise ConversionFailed(f"the drawing is nested more than {_DEEPEST} times")
    if kind(root) != "svg":
        raise ConversionFailed("the drawing is not SVG: its root is no <svg>")
    return _sheet(root)


def _too_deep(root: Element) -> bool:
    level = [root]
    for _ in range(_DEEPEST):
        level = [child for element in level for child in element]
    return bool(level)


def _check(root: Element) -> None:
    for element in root.iter():
        name = kind(element)
        if name not in _SILENT | _DRAWN | _PAINTS or (name == "svg" and element is not root):
            raise ConversionFailed(f"<{name}> of an SVG can be neither PNG nor PDF here")
        for key, value in own_style(element).items():
            if key in _REFUSED and value.strip() not in ("none", "normal", "0"):
                raise ConversionFailed(f"{key}={value!r} of an SVG can be neither PNG nor PDF here")
            if _ELSEWHERE.search(value):
                raise ConversionFailed(f"{key}={value!r} of an SVG points outside of it")
        if name in _PAINTS and any(key.endswith("href") for key in element.attrib):
            raise ConversionFailed("gradients that are made of others can be neither PNG nor PDF here")


def _sheet(root: Element) -> Sheet:
    given = numbers(root.get("viewBox", ""))
    sides = [root.get("width", ""), root.get("height", "")]
    if len(given) == 4:
        sides = [
            own if own and "%" not in own else str(box) for own, box in zip(sides, given[2:], strict=True)
        ]
    width, height = (_points(side) for side in sides)
    left, top, wide, high = given if len(given) == 4 else (0.0, 0.0, width / 0.75, height / 0.75)
    if not all(side > 0 for side in (width, height, wide, high)):
        raise ConversionFailed("an SVG needs a width and a height above 0")
    return Sheet(root, width, height, (left, top, wide, high))


def _points(text: str) -> float:
    found = _LENGTH.fullmatch(text)
    if found is None or found[2] not in _POINTS:
        raise ConversionFailed(f"{text!r} is no size of an SVG that is known here")
    return numbers(found[1])[0] * _POINTS[found[2]]


def kind(element: Element) -> str:
    """The name of an element without its namespace; "" for a comment."""
    return element.tag.removeprefix(NAMESPACE) if isinstance(element.tag, str) else ""


def own_style(element: Element) -> dict[str, str]:
    """The attributes of an element, those inside of ``style`` too."""
    found = {key: value for key, value in element.items() if key != "style"}
    for entry in element.get("style", "").split(";"):
        key, colon, value = entry.partition(":")
        if colon:
            found[key.strip()] = value.strip()
    return found


def inherited(outer: Style, element: Element) -> dict[str, str]:
    """The attributes of an element and those that it has from the elements around it."""
    own = {key: value for key, value in own_style(element).items() if value != "inherit"}
    return {key: value for key, value in outer.items() if key in _INHERITED} | own


def visible(style: Style) -> bool:
    """Whether anything of an element is shown."""
    return style.get("display") != "none" and style.get("visibility") not in ("hidden", "collapse")


def children(element: Element) -> Iterator[Element]:
    """The elements inside, without those that are never drawn."""
    return (child for child in element if kind(child) in _DRAWN)


def numbers(text: str) -> list[float]:
    """All numbers of a list of them. Raises `ConversionFailed` for what is too large."""
    found = [float(each) for each in _NUMBER.findall(text)]
    if any(abs(each) > _MOST for each in found):
        raise ConversionFailed(f"the drawing has a number above {_MOST:g}")
    return found


def number(style: Style, key: str, default: float = 0.0) -> float:
    """A length in the units of the drawing."""
    text = style.get(key)
    if text is None:
        return default
    found = _LENGTH.fullmatch(text)
    if found is None or found[2] not in ("", "px", "pt"):
        raise ConversionFailed(f"{key}={text!r} is no length that is known here")
    return numbers(found[1])[0] * (4 / 3 if found[2] == "pt" else 1)


def opacity(style: Style, key: str) -> float:
    """From 0 to 1; 1 where nothing is said."""
    text = style.get(key, "1").strip()
    try:
        value = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        raise ConversionFailed(f"{key}={text!r} is no opacity") from None
    return min(1.0, max(0.0, value))


def transforms(style: Style) -> Iterator[Matrix]:
    """The matrices of an element's ``transform``, outermost first."""
    text = style.get("transform", "").strip()
    for name, given in _TRANSFORM.findall(text):
        yield _matrix(name, numbers(given))
    if _TRANSFORM.sub("", text).strip():
        raise ConversionFailed(f"transform={text!r} is not known here")


def _matrix(name: str, given: list[float]) -> Matrix:
    match name, given:
        case "translate", [x, *rest]:
            return (1, 0, 0, 1, x, rest[0] if rest else 0)
        case "scale", [x, *rest]:
            return (x, 0, 0, rest[0] if rest else x, 0, 0)
        case "rotate", [angle, *rest]:
            cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
            x, y = rest or (0.0, 0.0)
            return (cos, sin, -sin, cos, x - x * cos + y * sin, y - x * sin - y * cos)
        case "skewX", [angle]:
            return (1, 0, math.tan(math.radians(angle)), 1, 0, 0)
        case "skewY", [angle]:
            return (1, math.tan(math.radians(angle)), 0, 1, 0, 0)
        case "matrix", [a, b, c, d, e, f]:
            return (a, b, c, d, e, f)
    raise ConversionFailed(f"transform {name}({given}) is not known here")
