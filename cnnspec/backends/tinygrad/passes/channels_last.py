"""Convolutions in tinygrad's own operations, channels last and with gradients of their own, for any device."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....ir import Op, Shape
from .base import Layer, Pass, Place

if TYPE_CHECKING:
    from tinygrad import Tensor


def _chooses(op: Op, inputs: tuple[Shape, ...], place: Place) -> bool:
    conv: Any = op
    return bool(op.call_name == "conv" and conv.groups == 1)


def _forward(layer: Layer, inputs: tuple[Tensor, ...], run: Any, tail: tuple[Layer, ...]) -> Tensor:
    from ..channels_last import conv2d

    op, given = layer.op, layer.parameters
    x = inputs[0].permute(0, 3, 1, 2)
    sides = op.sides((int(x.shape[1]), int(x.shape[2]), int(x.shape[3])))
    y = conv2d(x, given["weight"], given.get("bias"), op.stride, op.dilation, sides)
    return y.permute(0, 2, 3, 1)


PASS = Pass(
    "channels_last",
    "convolutions of one group in tinygrad's operations, channels last, in training; off: it takes more memory",
    _chooses,
    _forward,
    training_only=True,
    default=False,
)
