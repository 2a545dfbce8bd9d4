"""Features ``hog``: where edges run which way."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ...ir import BadValue, Int, OpError, Shape, arg
from .descriptor import DESCRIPTORS, Descriptor, need

if TYPE_CHECKING:
    import numpy as np

    from .descriptor import Batches, Describe


@DESCRIPTORS.register("hog")
class Hog(Descriptor):
    """Histograms of oriented gradients: in each cell, how strong edges are by their direction.

    Histograms of neighbouring cells are normalised together, in blocks that overlap (L2-Hys). Of colour images each
    pixel counts with the channel whose gradient is largest. Dalal and Triggs, Histograms of Oriented Gradients for Human
    Detection, CVPR 2005; their figures are the defaults. Computed by scikit-image.
    """

    orientations: int = arg(Int(2, 64), "directions that are told apart, from 0 to 180 degrees", 9)
    cell: int = arg(Int(2, 256), "side of a cell, in pixels", 8)
    block: int = arg(Int(1, 16), "side of a block, in cells", 2)

    def check(self, shape: Shape) -> None:
        _, height, width = shape
        if min(height, width) < self.cell * self.block:
            problem = (
                f"pictures of {height} x {width} don't hold a block of {self.block} x {self.block} cells of "
                f"{self.cell} x {self.cell} pixels"
            )
            raise OpError(BadValue(call=self.call_name, problem=problem), "cell")
        need("skimage.feature", "scikit-image", "baseline", "HOG features")

    def fitted(self, images: Batches, seed: int) -> Describe:
        from skimage.feature import hog

        one = partial(
            hog,
            orientations=self.orientations,
            pixels_per_cell=(self.cell, self.cell),
            cells_per_block=(self.block, self.block),
            block_norm="L2-Hys",
            channel_axis=-1,
        )

        def describe(batch: np.ndarray) -> np.ndarray:
            import numpy as np

            return np.stack([one(image) for image in batch]).astype(np.float32)

        return describe
