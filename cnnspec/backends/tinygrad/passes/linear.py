"""Linear layers by kernels of our own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....ir import Op, Shape
from ..native.activations import ACTIVATIONS
from .base import Layer, Pass, Place
from .costs import pays

if TYPE_CHECKING:
    from tinygrad import Tensor


def _chooses(op: Op, inputs: tuple[Shape, ...], place: Place) -> bool:
    return place.native and op.call_name == "linear" and pays("linear", op, inputs)


def _forward(layer: Layer, inputs: tuple[Tensor, ...], run: Any, tail: tuple[Layer, ...]) -> Tensor:
    from ..native.linear import linear

    activation = max((ACTIVATIONS[each.op.call_name] for each in tail), default=0)
    return linear(inputs[0], layer.parameters["weight"], layer.parameters.get("bias"), activation)


PASS = Pass("linear", "linear layers by kernels of our own", _chooses, _forward)
