"""Convolutions by kernels of our own, channels last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....ir import Op, Shape
from ..native.activations import ACTIVATIONS
from .base import Layer, Pass, Place
from .costs import pays

if TYPE_CHECKING:
    from tinygrad import Tensor


def _chooses(op: Op, inputs: tuple[Shape, ...], place: Place) -> bool:
    if not place.native or op.call_name != "conv":
        return False
    conv: Any = op
    # The gradient to the input of such a convolution falls into parts of no regular pattern.
    spread = any(s > 1 and d > 1 for s, d in zip(conv.stride, conv.dilation, strict=True))
    return not spread and pays("convolution", op, inputs)


def _forward(layer: Layer, inputs: tuple[Tensor, ...], run: Any, tail: tuple[Layer, ...]) -> Tensor:
    from ..native.convolution import convolve
    from ..native.depthwise import convolve_depthwise, is_depthwise
    from ..native.jobs import Convolution

    op = layer.op
    n, h, w, c = (int(size) for size in inputs[0].shape)
    activation = max((ACTIVATIONS.get(each.op.call_name, 0) for each in tail), default=0)
    scale, bias = _folded(layer.parameters.get("bias"), tail)
    numbers = (op.channels, op.kernel, op.stride, op.dilation, op.sides((c, h, w)), op.groups)
    of = Convolution((n, h, w, c), *numbers, bias is not None, activation)
    form = convolve_depthwise if is_depthwise(of) else convolve
    return form(inputs[0], layer.parameters["weight"], bias, of, scale)


def _folded(bias: Tensor | None, tail: tuple[Layer, ...]) -> tuple[Tensor | None, Tensor | None]:
    """What multiplies the weights, and the bias, where batch normalisation follows (its running statistics)."""
    norm = next((each for each in tail if each.op.call_name == "bn"), None)
    if norm is None:
        return None, bias
    given = norm.parameters
    scale: Tensor = (given["running_var"] + norm.op.eps).rsqrt()
    shift = -given["running_mean"] if bias is None else bias - given["running_mean"]
    if norm.op.affine:
        scale = scale * given["weight"]
        return scale, shift * scale + given["bias"]
    return scale, shift * scale


PASS = Pass("convolution", "convolutions by kernels of our own, channels last", _chooses, _forward)
