"""What a pass is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ....ir import Op, Shape


@dataclass(frozen=True)
class Place:
    """A device as passes see it: ``native`` where it runs C kernels of our own (clang's target, one CPU)."""

    device: str
    native: bool


@dataclass(frozen=True)
class Pass:
    """``chooses`` says of a layer and its input shapes (without batch) whether the pass computes it, on a place.

    ``forward`` takes what ``Op.forward`` does, but feature maps as (N, H, W, C), and gives them so.
    ``training_only``: elsewhere the layer is computed plainly. ``default``: whether the pass is on unless told.
    """

    name: str
    about: str
    chooses: Callable[[Op, tuple[Shape, ...], Place], bool]
    forward: Callable[[Any, tuple[Any, ...], Mapping[str, Any], Any], Any]
    training_only: bool = False
    default: bool = True


def is_float(x: Any) -> bool:
    """Whether a tensor is of the one type that the kernels compute in."""
    from tinygrad import dtypes

    return bool(x.dtype == dtypes.float32)
