"""Plane figures as polygons: the centre of their area at 0, the point that is furthest from it at 1."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

Point = tuple[float, float]
_FINE = 96


@dataclass(frozen=True, slots=True)
class Outline:
    """Corners in order, y downwards; ``hole`` is cut out."""

    corners: tuple[Point, ...]
    hole: tuple[Point, ...] = ()

    @property
    def area(self) -> float:
        """What it covers, without the hole."""
        return _moments(self.corners)[0] - _moments(self.hole)[0]


@cache
def outline(name: str) -> Outline:
    """The figure ``name``, such as "star"."""
    corners = _CORNERS[name]()
    area, x, y = _moments(corners)
    moved = [(a - x / area, b - y / area) for a, b in corners]
    size = max(math.hypot(a, b) for a, b in moved)
    hole = _polygon(_FINE, 0.55) if name == "ring" else ()
    return Outline(tuple((a / size, b / size) for a, b in moved), tuple(hole))


def _moments(corners: Sequence[Point]) -> tuple[float, float, float]:
    """The area of a polygon, and the integrals of x and y over it."""
    area = x = y = 0.0
    for (a, b), (c, d) in zip(corners, (*corners[1:], *corners[:1]), strict=True):
        cross = a * d - b * c
        area, x, y = area + cross / 2, x + (a + c) * cross / 6, y + (b + d) * cross / 6
    return area, x, y


def _polygon(corners: int, *radii: float) -> list[Point]:
    """Corners around a circle from the top, at ``radii`` in turns."""
    turns = [2 * math.pi * k / corners for k in range(corners)]
    return [
        (radii[k % len(radii)] * math.sin(t), -radii[k % len(radii)] * math.cos(t))
        for k, t in enumerate(turns)
    ]


def _cross(arm: float) -> list[Point]:
    quarter = [(-arm, -1.0), (arm, -1.0), (arm, -arm)]
    turned = [quarter]
    for _ in range(3):
        turned.append([(-y, x) for x, y in turned[-1]])
    return [point for part in turned for point in part]


def _heart() -> list[Point]:
    turns = [2 * math.pi * k / _FINE for k in range(_FINE)]
    return [
        (
            16 * math.sin(t) ** 3,
            5 * math.cos(2 * t) + 2 * math.cos(3 * t) + math.cos(4 * t) - 13 * math.cos(t),
        )
        for t in turns
    ]


def _moon(bite: float, away: float) -> list[Point]:
    """A disc of radius 1 without one of radius ``bite``, whose centre is ``away`` to the right."""
    x = (1 - bite**2 + away**2) / (2 * away)
    outer, inner = math.acos(x), math.acos((x - away) / bite)
    half = _FINE // 2
    outside = [outer + (2 * math.pi - 2 * outer) * k / half for k in range(half + 1)]
    inside = [2 * math.pi - inner - (2 * math.pi - 2 * inner) * k / half for k in range(1, half)]
    return [
        *((math.cos(t), math.sin(t)) for t in outside),
        *((away + bite * math.cos(t), bite * math.sin(t)) for t in inside),
    ]


_CORNERS: dict[str, Callable[[], list[Point]]] = {
    "circle": lambda: _polygon(_FINE, 1.0),
    "square": lambda: _polygon(4, 1.0),
    "triangle": lambda: _polygon(3, 1.0),
    "star": lambda: _polygon(10, 1.0, 0.42),
    "cross": lambda: _cross(0.32),
    "ring": lambda: _polygon(_FINE, 1.0),
    "heart": _heart,
    "moon": lambda: _moon(0.8, 0.5),
}
