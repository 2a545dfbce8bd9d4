"""Shapes of an SVG as paths: lines and cubic curves."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from ..failures import ConversionFailed
from .reading import Style, number, numbers

Point = tuple[float, float]
_ROUND = 0.5522847498
"""How far a quarter of a circle's handles reach, in radii."""


@dataclass(frozen=True)
class Step:
    """``points``: one to move or draw a line to, three for a curve, none to close."""

    name: str
    points: tuple[Point, ...] = ()


def outline(name: str, style: Style) -> list[Step]:
    """The path of an element of that name. Raises `ConversionFailed` for what is no path."""
    match name:
        case "path":
            return _path(style.get("d", ""))
        case "polygon" | "polyline":
            return _joined(_pairs(style.get("points", "")), closed=name == "polygon")
        case "line":
            ends = [(number(style, f"x{i}"), number(style, f"y{i}")) for i in (1, 2)]
            return _joined(ends, closed=False)
        case "rect":
            return _rectangle(style)
        case _:
            return _ellipse(style)


def bounds(steps: list[Step]) -> tuple[float, float, float, float]:
    """Left, top, width and height of a box around a path and its handles."""
    points = [point for step in steps for point in step.points]
    if not points:
        return 0.0, 0.0, 0.0, 0.0
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)


class _Pen:
    """Takes down what fontTools reads of a path."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.here: Point = (0.0, 0.0)

    def _add(self, name: str, *points: Point) -> None:
        self.steps.append(Step(name, points))
        self.here = points[-1]

    def moveTo(self, point: Point) -> None:
        self._add("move", point)

    def lineTo(self, point: Point) -> None:
        self._add("line", point)

    def curveTo(self, one: Point, other: Point, end: Point) -> None:
        self._add("curve", one, other, end)

    def qCurveTo(self, handle: Point, end: Point) -> None:
        one, other = (
            (point[0] + 2 / 3 * (handle[0] - point[0]), point[1] + 2 / 3 * (handle[1] - point[1]))
            for point in (self.here, end)
        )
        self._add("curve", one, other, end)

    def closePath(self) -> None:
        self.steps.append(Step("close"))

    def endPath(self) -> None:
        """An open path needs no mark."""


def _path(text: str) -> list[Step]:
    from fontTools.svgLib.path import parse_path

    pen = _Pen()
    try:
        parse_path(text, pen)
    except (ValueError, TypeError, AssertionError, IndexError, ArithmeticError) as error:
        raise ConversionFailed(f"a path of the drawing cannot be read: {error or text[:60]!r}") from None
    return pen.steps


def _pairs(text: str) -> list[Point]:
    found = numbers(text)
    return list(zip(found[::2], found[1::2], strict=False))


def _joined(points: list[Point], closed: bool) -> list[Step]:
    steps = [Step("line" if i else "move", (point,)) for i, point in enumerate(points)]
    return [*steps, Step("close")] if closed and steps else steps


def _rectangle(style: Style) -> list[Step]:
    x, y, w, h = (number(style, key) for key in ("x", "y", "width", "height"))
    if w <= 0 or h <= 0:
        return []
    rx, ry = number(style, "rx", -1), number(style, "ry", -1)
    rx, ry = (ry if rx < 0 else rx), (rx if ry < 0 else ry)
    rx, ry = min(max(rx, 0), w / 2), min(max(ry, 0), h / 2)
    if not rx or not ry:
        return _joined([(x, y), (x + w, y), (x + w, y + h), (x, y + h)], closed=True)
    r, b, kx, ky = x + w, y + h, rx * (1 - _ROUND), ry * (1 - _ROUND)
    return [
        Step("move", ((x + rx, y),)),
        Step("line", ((r - rx, y),)),
        Step("curve", ((r - kx, y), (r, y + ky), (r, y + ry))),
        Step("line", ((r, b - ry),)),
        Step("curve", ((r, b - ky), (r - kx, b), (r - rx, b))),
        Step("line", ((x + rx, b),)),
        Step("curve", ((x + kx, b), (x, b - ky), (x, b - ry))),
        Step("line", ((x, y + ry),)),
        Step("curve", ((x, y + ky), (x + kx, y), (x + rx, y))),
        Step("close"),
    ]


def _ellipse(style: Style) -> list[Step]:
    cx, cy = number(style, "cx"), number(style, "cy")
    rx, ry = (number(style, key, number(style, "r")) for key in ("rx", "ry"))
    if rx <= 0 or ry <= 0:
        return []
    quarters = [(1, 0), (0, 1), (-1, 0), (0, -1), (1, 0)]
    steps = [Step("move", ((cx + rx, cy),))]
    for (a, b), (c, d) in pairwise(quarters):
        one = (cx + rx * (a + c * _ROUND), cy + ry * (b + d * _ROUND))
        other = (cx + rx * (c + a * _ROUND), cy + ry * (d + b * _ROUND))
        steps.append(Step("curve", (one, other, (cx + rx * c, cy + ry * d))))
    return [*steps, Step("close")]
