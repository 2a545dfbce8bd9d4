"""Linear layers by kernels of our own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ....ir import Op, Shape
from .base import Pass, Place

if TYPE_CHECKING:
    from tinygrad import Tensor


def _chooses(op: Op, inputs: tuple[Shape, ...], place: Place) -> bool:
    return place.native and op.call_name == "linear"


def _forward(op: Any, inputs: tuple[Tensor, ...], parameters: Mapping[str, Tensor], run: Any) -> Tensor:
    from ..native.linear import linear

    return linear(inputs[0], parameters["weight"], parameters.get("bias"))


PASS = Pass("linear", "linear layers by kernels of our own", _chooses, _forward)
