"""Tracks side by side along channels where these come last, so that no map is turned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....ir import Op, Shape
from .base import Layer, Pass, Place

if TYPE_CHECKING:
    from tinygrad import Tensor


def _chooses(op: Op, inputs: tuple[Shape, ...], place: Place) -> bool:
    return place.native and op.call_name == "concat"


def _forward(layer: Layer, inputs: tuple[Tensor, ...], run: Any, tail: tuple[Layer, ...]) -> Tensor:
    return inputs[0].cat(*inputs[1:], dim=-1)


PASS = Pass("concat", "concatenation along channels that come last", _chooses, _forward)
