"""Maximum pooling by kernels of our own, channels last; its gradient goes to the first of equal elements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....ir import Op, Shape
from .base import Layer, Pass, Place

if TYPE_CHECKING:
    from tinygrad import Tensor


def _chooses(op: Op, inputs: tuple[Shape, ...], place: Place) -> bool:
    return place.native and op.call_name == "maxpool"


def _forward(layer: Layer, inputs: tuple[Tensor, ...], run: Any, tail: tuple[Layer, ...]) -> Tensor:
    from ..native.pooling import Pool, max_pool

    op = layer.op
    n, h, w, c = (int(size) for size in inputs[0].shape)
    left, _, top, _ = op.sides((c, h, w))
    size = op.output_shape((c, h, w))[1:]
    pool = Pool((n, h, w, c), op.kernel, op.step, op.dilation, (top, left), size)
    return max_pool(inputs[0], pool)


PASS = Pass("max_pool", "maximum pooling by kernels of our own, channels last", _chooses, _forward)
