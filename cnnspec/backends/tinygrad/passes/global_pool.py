"""The mean of whole maps where channels come last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....ir import Op, Shape
from .base import Layer, Pass, Place

if TYPE_CHECKING:
    from tinygrad import Tensor


def _chooses(op: Op, inputs: tuple[Shape, ...], place: Place) -> bool:
    return place.native and op.call_name == "global_avgpool"


def _forward(layer: Layer, inputs: tuple[Tensor, ...], run: Any, tail: tuple[Layer, ...]) -> Tensor:
    return inputs[0].mean((1, 2), keepdim=True)


PASS = Pass("global_pool", "the mean of whole maps, channels last", _chooses, _forward)
