"""The mean of whole maps where channels come last."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ....ir import Op, Shape
from .base import Pass, Place

if TYPE_CHECKING:
    from tinygrad import Tensor


def _chooses(op: Op, inputs: tuple[Shape, ...], place: Place) -> bool:
    return place.native and op.call_name == "global_avgpool"


def _forward(op: Any, inputs: tuple[Tensor, ...], parameters: Mapping[str, Tensor], run: Any) -> Tensor:
    return inputs[0].mean((1, 2), keepdim=True)


PASS = Pass("global_pool", "the mean of whole maps, channels last", _chooses, _forward)
