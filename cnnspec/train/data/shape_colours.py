"""Colours of generated pictures: of shapes, and of what is behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..imaging.engine import LUMA
from .shape_draws import first

if TYPE_CHECKING:
    import numpy as np

HUES = {"red": 0.0, "yellow": 0.15, "green": 0.33, "cyan": 0.5, "blue": 0.64, "magenta": 0.84}
"""Colours by their place on the circle, 0 to 1."""
_JITTER = 0.025
_CONTRAST = 0.34


def near(numbers: np.ndarray, u: np.ndarray) -> np.ndarray:
    """(B,) hues near those of the colours with these ``numbers``."""
    import numpy as np

    hues: np.ndarray = np.array(list(HUES.values()))[numbers] + _JITTER * (2 * u - 1)
    return hues


def vivid(hues: np.ndarray, u: np.ndarray) -> np.ndarray:
    """(B, 3): of much colour, and bright; ``u`` (2, B)."""
    return _from_hsv(hues, 0.7 + 0.3 * u[0], 0.75 + 0.25 * u[1])


def _from_hsv(hue: np.ndarray, saturation: np.ndarray, value: np.ndarray) -> np.ndarray:
    """(B, 3) of red, green and blue."""
    import numpy as np

    places = (np.array([5.0, 3.0, 1.0]) + 6 * hue[:, None]) % 6
    rises = np.clip(np.minimum(places, 4 - places), 0, 1)
    colours: np.ndarray = value[:, None] * (1 - saturation[:, None] * rises)
    return colours


def behind(colours: np.ndarray, u: np.ndarray) -> np.ndarray:
    """(B, 3): of little colour, and darker or brighter than ``colours``, so that gray pictures show the shape too."""
    import numpy as np

    luma = (colours * np.array(LUMA)).sum(axis=1)
    darker, brighter = np.maximum(0, luma - _CONTRAST - 0.1), np.maximum(0, 0.95 - luma - _CONTRAST)
    place = u[0] * (darker + brighter)
    level = np.where(place < darker, 0.1 + place, luma + _CONTRAST + place - darker)
    return _pale(level, u[1:])


def behind_all(colours: np.ndarray, there: np.ndarray, u: np.ndarray) -> np.ndarray:
    """(B, 3): of little colour, and as far as may be darker or brighter than those ``colours`` (B, O, 3) that are ``there``.

    The first rows of ``u`` are levels to choose from, the last two are for the tint.
    """
    import numpy as np

    levels = 0.1 + 0.85 * u[:-2].T
    luma = (colours * np.array(LUMA)).sum(axis=2)
    contrast = np.abs(levels[:, :, None] - luma[:, None])
    least = np.where(there[:, None], contrast, np.inf).min(axis=2)
    return _pale(levels[np.arange(len(levels)), first(least, _CONTRAST)], u[-2:])


def _pale(level: np.ndarray, u: np.ndarray) -> np.ndarray:
    """(B, 3): as bright as ``level``, with a tint."""
    import numpy as np

    tints = _from_hsv(u[0], np.ones_like(level), np.ones_like(level))
    tints -= (tints * np.array(LUMA)).sum(axis=1, keepdims=True)
    backgrounds: np.ndarray = level[:, None] + 0.2 * u[1][:, None] * tints
    return backgrounds
