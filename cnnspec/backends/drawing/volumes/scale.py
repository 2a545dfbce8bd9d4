"""From shapes to pixels: sides grow with the square root, so that 6 x 6 is still seen beside 227 x 227."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod, sqrt

from ....ir import Shape, is_map
from .solid import SLANT, Solid
from .svg import Point

_SIDE, _THICK, _LONG = 170.0, 64.0, 150.0
"""Pixels of the largest side, of most channels, of the longest vector."""
_LEAST_SIDE, _LEAST_THICK, _LEAST_LONG = 4.0, 4.0, 16.0
_FEW_CHANNELS, _FEW_FEATURES, _FEW_PIXELS = 64, 256, 16
"""A network that has less than this is not drawn as large as it could be."""
_BAR, _BAR_SHIFT = 9.0, 5.0


def is_bar(shape: Shape) -> bool:
    """Whether a shape is drawn as a vector: without pixels, or with one alone."""
    return not is_map(shape) or shape[1:] == (1, 1)


class Scale:
    """Sizes of one drawing's boxes; a larger shape is never drawn smaller."""

    def __init__(self, shapes: Sequence[Shape], down: bool) -> None:
        maps = [s for s in shapes if not is_bar(s)]
        self._down = down
        self._side = max([_FEW_PIXELS, *(n for s in maps for n in s[1:])])
        self._channels = max([_FEW_CHANNELS, *(s[0] for s in maps)])
        self._features = max([_FEW_FEATURES, *(prod(s) for s in shapes if is_bar(s))])

    def solid(self, shape: Shape) -> Solid:
        """The box of a feature map or vector, its front's corner at (0, 0)."""
        if is_bar(shape):
            length = _grown(prod(shape), self._features, _LONG, _LEAST_LONG)
            front: Point = (length, _BAR) if self._down else (_BAR, length)
            return Solid(0, 0, *front, _BAR_SHIFT, self._down)
        thick = _grown(shape[0], self._channels, _THICK, _LEAST_THICK)
        tall, wide = (_grown(n, self._side, _SIDE, _LEAST_SIDE) for n in shape[1:])
        if self._down:
            return Solid(0, 0, wide, thick, tall * SLANT, True)
        return Solid(0, 0, thick, tall, wide * SLANT)


def _grown(number: int, most: int, pixels: float, least: float) -> float:
    return least + (pixels - least) * sqrt(number / most)
