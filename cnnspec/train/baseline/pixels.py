"""Features ``pixels``: nothing is made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .descriptor import DESCRIPTORS, Descriptor

if TYPE_CHECKING:
    import numpy as np

    from .descriptor import Batches, Describe


@DESCRIPTORS.register("pixels")
class PlainPixels(Descriptor):
    """The values of all pixels, one after another: what a linear classifier comes to without any features."""

    def fitted(self, images: Batches, seed: int) -> Describe:
        def describe(batch: np.ndarray) -> np.ndarray:
            import numpy as np

            return batch.reshape(len(batch), -1).astype(np.float32)

        return describe
