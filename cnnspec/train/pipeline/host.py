"""Images read and changed on the host, one by one."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ..augment.base import Pixels
from ..imaging.engine import Engine, Size
from .drawn import Drawn, DrawnGroup

if TYPE_CHECKING:
    from .plan import Group

_NEAR = 1e-6
_SHARP = 2.0
"""Encoded images are read at a fraction of their size where that leaves so many pixels for one of the result; not for
bicubic interpolation, which is asked for where values are to be those of another program."""


def changed(image: Any, drawn: Drawn, groups: int, number: int, using: Engine) -> Any:
    """``image`` after the first ``groups`` groups, as drawn for the image ``number`` of the batch."""
    for group in drawn.groups[:groups]:
        image = _by_group(image, group, number, using)
    return image


def _by_group(image: Any, drawn: DrawnGroup, number: int, using: Engine) -> Any:
    if drawn.matrices is None:
        for leaf in drawn.leaves:
            step = leaf.leaf.step
            if leaf.is_on(number) and isinstance(step, Pixels):
                image = step.apply(image, leaf.parameters[number], using)
        return image
    matrix, size = drawn.matrices[number], _pair(drawn.sizes[number])
    expected, found = _pair(drawn.before[number]), using.size(image)
    if expected != found:  # read at a fraction of its size
        matrix = np.diag([found[1] / expected[1], found[0] / expected[0], 1.0]) @ matrix
    if found == size and np.abs(matrix - np.eye(3)).max() < _NEAR:
        return image
    if drawn.group.kind == "frame":
        return framed(image, matrix, size, drawn.group, using)
    return using.warped(image, matrix[:2], size, drawn.group.fill, drawn.group.interpolation)


def _pair(size: np.ndarray) -> Size:
    return int(size[0]), int(size[1])


def framed(image: Any, matrix: np.ndarray, size: Size, group: Group, using: Engine) -> Any:
    """An image scaled, cut, padded and mirrored along its axes."""
    height, width = size
    wide, left, mirrored = _axis(matrix[0, 0], matrix[0, 2], width)
    tall, top, upside_down = _axis(matrix[1, 1], matrix[1, 2], height)
    if _whole(wide, left) and _whole(tall, top):
        made = using.placed(image, -round(left), -round(top), size, group.fill)
    else:
        made = _scaled(image, (wide, left), (tall, top), size, group, using)
    return using.flipped(made, mirrored, upside_down) if mirrored or upside_down else made


def _axis(scale: float, start: float, length: int) -> tuple[float, float, bool]:
    """The scale without its sign, where the result begins in the image, and whether it is mirrored."""
    return (-scale, start + scale * length, True) if scale < 0 else (scale, start, False)


def _whole(scale: float, start: float) -> bool:
    return abs(scale - 1) < _NEAR and abs(start - round(start)) < _NEAR


def _scaled(
    image: Any,
    across: tuple[float, float],
    down: tuple[float, float],
    size: Size,
    group: Group,
    using: Engine,
) -> Any:
    height, width = using.size(image)
    first, last, left, right = _inside(*across, size[1], width)
    upper, lower, top, bottom = _inside(*down, size[0], height)
    if last <= first or lower <= upper:
        return using.placed(image, size[1] + width, 0, size, group.fill)
    inner, box = (lower - upper, last - first), (left, top, right, bottom)
    if group.cuts_first and all(edge == round(edge) for edge in box):
        cut = (round(bottom - top), round(right - left))
        image, box = (
            using.placed(image, -round(left), -round(top), cut, 0),
            (0.0, 0.0, float(cut[1]), float(cut[0])),
        )
    made = using.scaled(image, box, inner, group.interpolation)
    return made if inner == size else using.placed(made, first, upper, size, group.fill)


def _inside(scale: float, start: float, length: int, limit: int) -> tuple[int, int, float, float]:
    """The pixels of the result that show the image, from first to last, and where they begin and end in the image."""
    first = max(0, math.ceil(-start / scale - _NEAR))
    last = min(length, math.floor((limit - start) / scale + _NEAR))
    return first, last, _edge(max(0.0, start + first * scale)), _edge(min(float(limit), start + last * scale))


def _edge(place: float) -> float:
    """A place that is a whole number but for rounding is one: then a crop is exactly that."""
    return float(round(place)) if abs(place - round(place)) < _NEAR else place


def least_size(drawn: Drawn, groups: int, number: int) -> Size | None:
    """The height and width down to which the image may be read smaller; None where it must be read as it is."""
    if not groups or drawn.groups[0].matrices is None or drawn.groups[0].group.kind != "frame":
        return None
    if drawn.groups[0].group.interpolation == "bicubic":
        return None
    matrix = drawn.groups[0].matrices[number]
    tall, wide = abs(float(matrix[1, 1])), abs(float(matrix[0, 0]))
    if min(tall, wide) <= _SHARP:
        return None
    height, width = _pair(drawn.sizes[number])
    return math.ceil(height * _SHARP / tall), math.ceil(width * _SHARP / wide)
