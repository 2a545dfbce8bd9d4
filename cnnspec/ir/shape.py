"""Shapes of one sample: (C, H, W) for a feature map, (N,) for a vector; the batch is left out."""

from __future__ import annotations

from collections.abc import Iterable
from math import prod

Shape = tuple[int, ...]


def size(shape: Shape) -> int:
    """Number of elements."""
    return prod(shape)


def show(shape: Shape) -> str:
    """``64 x 56 x 56``."""
    return " x ".join(map(str, shape))


def show_sides(sides: Iterable[object], between: str = " x ") -> str:
    """``3 x 5`` of a height and a width; one of them, ``3``, where both are equal."""
    texts = [str(side) for side in sides]
    return texts[0] if len(set(texts)) == 1 else between.join(texts)


def is_map(shape: Shape) -> bool:
    return len(shape) == 3
