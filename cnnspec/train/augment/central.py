"""The middle of an image, as much of it as its size says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...ir import Float, arg
from ..imaging.engine import Size
from .base import AUGMENTATIONS, Geometry

if TYPE_CHECKING:
    import numpy as np


@AUGMENTATIONS.register("central_crop")
class CentralCrop(Geometry):
    """Cuts a square out of the middle, whose side is ``fraction`` of the image's shorter side.

    The side is rounded down; of an odd number of pixels one more is left out at the left, and at the top. So EfficientNet
    is evaluated (``_decode_and_center_crop`` in the source of Tan & Le 2019), for a network's input of 224 with
    ``central_crop(224 / 256)``, after which ``resize`` brings it to the input.
    """

    examples = (
        "central_crop(0.875)",
        "central_crop(240 / 272)",
    )
    also_called = ("CentralCrop", "center_square")
    sets_size = True
    cuts = True
    fraction: float = arg(
        Float(above=0, maximum=1), "side of the square, as a share of the image's shorter side"
    )

    def output_size(self, size: Size | None) -> Size | None:
        if size is None:
            return None
        side = max(1, int(self.fraction * min(size)))
        return side, side

    def geometry(self, parameters: np.ndarray, sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        import numpy as np

        from .matrices import scaled_and_moved

        side = np.maximum(1, np.floor(self.fraction * sizes.min(1))).astype(np.int64)
        top, left = (sizes.T - side + 1) // 2
        ones = np.ones(len(sizes))
        return scaled_and_moved(ones, ones, left, top), np.stack([side, side], axis=1)
