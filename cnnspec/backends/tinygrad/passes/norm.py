"""Batch normalisation in training by kernels of our own, channels last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....ir import Op, Shape
from .base import Layer, Pass, Place

if TYPE_CHECKING:
    from tinygrad import Tensor


def _chooses(op: Op, inputs: tuple[Shape, ...], place: Place) -> bool:
    norm: Any = op
    return bool(place.native and op.call_name == "bn" and norm.affine)


def _forward(layer: Layer, inputs: tuple[Tensor, ...], run: Any, tail: tuple[Layer, ...]) -> Tensor:
    from ..native.channels import normalise

    x, given = inputs[0].contiguous(), layer.parameters
    y, mean, variance = normalise(x, given["weight"], given["bias"], layer.op.eps)
    layer.op.move_statistics(given, mean, variance, int(x.numel()) // int(x.shape[-1]))
    return y


PASS = Pass(
    "norm", "batch normalisation in training by kernels of our own", _chooses, _forward, training_only=True
)
