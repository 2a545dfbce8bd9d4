"""What the argument ``fit`` of a data source stands for, where no step sets the size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..imaging.engine import Size
from .base import Geometry
from .frame import square_argument

if TYPE_CHECKING:
    import numpy as np


class Cover(Geometry):
    """Scales and cuts an image to ``size`` (``fit = crop``): the largest part in the middle of the proportions."""

    call_name = "fit = crop"
    sets_size = True
    scales = True
    cuts = True
    size: tuple[int, int] = square_argument()

    def output_size(self, size: Size | None) -> Size:
        return self.size

    def geometry(self, parameters: np.ndarray, sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        import numpy as np

        from .matrices import scaled_and_moved

        out = np.array(self.size)
        scale = (sizes / out).min(1)
        start = (sizes - scale[:, None] * out) / 2
        return scaled_and_moved(scale, scale, start[:, 1], start[:, 0]), np.broadcast_to(out, sizes.shape)


class Contain(Geometry):
    """Centres an image in zeros of ``size``, shrunk where it is larger (``fit = pad``)."""

    call_name = "fit = pad"
    sets_size = True
    scales = True
    pads = True
    size: tuple[int, int] = square_argument()

    def output_size(self, size: Size | None) -> Size:
        return self.size

    def geometry(self, parameters: np.ndarray, sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        import numpy as np

        from .matrices import scaled_and_moved

        out = np.array(self.size)
        factor = np.minimum(1.0, (out / sizes).min(1))
        inner = np.maximum(1, np.round(sizes * factor[:, None]))
        start = (out - inner) // 2
        scale = sizes / inner
        moved = scaled_and_moved(
            scale[:, 0], scale[:, 1], -start[:, 1] * scale[:, 1], -start[:, 0] * scale[:, 0]
        )
        return moved, np.broadcast_to(out, sizes.shape)
