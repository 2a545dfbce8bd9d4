"""Batch normalisation in training by kernels of our own, channels last."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ....ir import Op, Shape
from .base import Pass, Place

if TYPE_CHECKING:
    from tinygrad import Tensor


def _chooses(op: Op, inputs: tuple[Shape, ...], place: Place) -> bool:
    norm: Any = op
    return bool(place.native and op.call_name == "bn" and norm.affine)


def _forward(op: Any, inputs: tuple[Tensor, ...], parameters: Mapping[str, Tensor], run: Any) -> Tensor:
    from ..native.channels import normalise

    x = inputs[0].contiguous()
    y, mean, variance = normalise(x, parameters["weight"], parameters["bias"], op.eps)
    op.move_statistics(parameters, mean, variance, int(x.numel()) // int(x.shape[-1]))
    return y


PASS = Pass(
    "norm", "batch normalisation in training by kernels of our own", _chooses, _forward, training_only=True
)
