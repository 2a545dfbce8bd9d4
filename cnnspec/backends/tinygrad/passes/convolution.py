"""Convolutions by kernels of our own, channels last."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ....ir import Op, Shape
from .base import Pass, Place

if TYPE_CHECKING:
    from tinygrad import Tensor


def _chooses(op: Op, inputs: tuple[Shape, ...], place: Place) -> bool:
    if not place.native or op.call_name != "conv":
        return False
    conv: Any = op
    spread = any(s > 1 and d > 1 for s, d in zip(conv.stride, conv.dilation, strict=True))
    return not spread


def _forward(op: Any, inputs: tuple[Tensor, ...], parameters: Mapping[str, Tensor], run: Any) -> Tensor:
    from ..native.convolution import convolve
    from ..native.depthwise import convolve_depthwise, is_depthwise
    from ..native.jobs import Convolution

    n, h, w, c = (int(size) for size in inputs[0].shape)
    bias = parameters.get("bias")
    sides = op.sides((c, h, w))
    layer = Convolution(
        (n, h, w, c), op.channels, op.kernel, op.stride, op.dilation, sides, op.groups, bias is not None
    )
    form = convolve_depthwise if is_depthwise(layer) else convolve
    return form(inputs[0], parameters["weight"], bias, layer)


PASS = Pass("convolution", "convolutions by kernels of our own, channels last", _chooses, _forward)
