"""Where the shapes of generated pictures are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from ..imaging.engine import Size
from .shape_draws import first
from .shape_outlines import outline

if TYPE_CHECKING:
    import numpy as np

_APART = 0.9
"""How far apart two shapes are, as a share of the sum of their radii: below 1, so that they may overlap a little."""


def extents(names: Sequence[str], shapes: np.ndarray, turns: np.ndarray) -> np.ndarray:
    """(B, 4): left, top, right and bottom of shapes of radius 1, from their centres."""
    import numpy as np

    found = np.empty((len(shapes), 4))
    for number, name in enumerate(names):
        chosen = shapes == number
        x, y = turned(outline(name).corners, turns[chosen])
        found[chosen] = np.stack([x.min(1), y.min(1), x.max(1), y.max(1)], axis=1)
    return found


@cache
def unit_circle() -> np.ndarray:
    """(360, 2): cosine and sine of each degree, from a table so that they do not depend on NumPy's own."""
    import numpy as np

    return np.array([(math.cos(math.radians(k)), math.sin(math.radians(k))) for k in range(360)])


def turned(corners: Any, turns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """x and y (B, V) of corners turned by ``turns`` (B,) degrees."""
    import numpy as np

    x, y = np.array(corners).T
    cosine, sine = unit_circle()[turns].T[:, :, None]
    return cosine * x - sine * y, sine * x + cosine * y


def anywhere(size: Size, extents: np.ndarray, u: np.ndarray) -> np.ndarray:
    """Centres (…, 2) anywhere that the whole shape is in the picture; ``u`` (…, 2)."""
    import numpy as np

    room = np.array([size[1], size[0]]) - (extents[..., 2:] - extents[..., :2])
    centres: np.ndarray = u * room - extents[..., :2]
    return centres


def apart(size: Size, extents: np.ndarray, radii: np.ndarray, u: np.ndarray) -> np.ndarray:
    """Centres (B, O, 2) of several shapes in a picture, one after another; ``u`` (B, O, T, 2) are T tries for each.

    The first try that is far enough from the shapes before it is taken, else the one that is the furthest.
    """
    import numpy as np

    tries = anywhere(size, extents[:, :, None], u)
    centres = tries[:, :, 0].copy()
    for k in range(1, centres.shape[1]):
        between = tries[:, k, :, None] - centres[:, None, :k]
        reach = radii[:, k, None] + radii[:, :k]
        clear = np.sqrt((between**2).sum(axis=3)) / reach[:, None]
        centres[:, k] = tries[np.arange(len(tries)), k, first(clear.min(axis=2), _APART)]
    return centres
