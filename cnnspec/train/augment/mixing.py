"""Steps that mix the images of a batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...ir import Float, arg
from ..imaging.engine import Size
from .base import AUGMENTATIONS, Mixing

if TYPE_CHECKING:
    import numpy as np


def beta(u: float, alpha: float) -> float:
    """A number distributed as Beta(alpha, alpha), from a uniform one."""
    from scipy.special import betaincinv

    return float(betaincinv(alpha, alpha, u))


def _alpha() -> float:
    value: float = arg(
        Float(above=0), "of the distribution Beta(alpha, alpha) of the share: small for little mixing", 1.0
    )
    return value


@AUGMENTATIONS.register("mixup")
class Mixup(Mixing):
    """Adds to each image another one of the batch, weighted; the loss is that of both targets, weighted alike.

    Zhang et al. 2018, equation 2. The weight is drawn for a batch.
    """

    examples = (
        "mixup",
        "mixup(0.2)",
    )
    also_called = ("MixUp", "mix_up")
    draws = 1
    parameters = ("share",)
    alpha: float = _alpha()

    def mix(self, u: np.ndarray, size: Size) -> np.ndarray:
        import numpy as np

        share = beta(float(u[0]), self.alpha)
        return np.array([share, share, 0, 0, size[1], size[0], share], np.float32)


@AUGMENTATIONS.register("cutmix")
class Cutmix(Mixing):
    """Puts a rectangle of another image of the batch into each image; the loss is that of both targets, weighted
    by their areas.

    Yun et al. 2019, equations 1 and 2. The rectangle is drawn for a batch and cut at the edges.
    """

    examples = ("cutmix",)
    also_called = ("CutMix", "cut_mix")
    draws = 3
    parameters = ("left", "top", "right", "bottom")
    alpha: float = _alpha()

    def mix(self, u: np.ndarray, size: Size) -> np.ndarray:
        import math

        import numpy as np

        height, width = size
        side = math.sqrt(1 - beta(float(u[0]), self.alpha)) / 2
        x, y = math.floor(u[1] * width), math.floor(u[2] * height)
        left, right = max(0, x - int(side * width)), min(width, x + int(side * width))
        top, bottom = max(0, y - int(side * height)), min(height, y + int(side * height))
        own = 1 - (right - left) * (bottom - top) / (width * height)
        return np.array([0, 1, left, top, right, bottom, own], np.float32)
