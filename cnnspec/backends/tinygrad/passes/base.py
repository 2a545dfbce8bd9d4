"""What a pass is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ....ir import Op, Shape


@dataclass(frozen=True)
class Place:
    """A device as passes see it: ``native`` where it runs C kernels of our own (clang's target, one CPU)."""

    native: bool


@dataclass(frozen=True)
class Layer:
    """A layer with its parameters, the tensors of one forward pass."""

    op: Any
    parameters: Mapping[str, Any]


@dataclass(frozen=True)
class Pass:
    """A layer computed in another form.

    ``chooses`` says of a layer and its input shapes (without batch) whether the pass computes it, on a place.
    ``forward`` takes the layer, its inputs, the pass over the network, and layers that follow it and are computed
    with it (see :class:`Fusion`); feature maps are (N, H, W, C). ``training_only``: elsewhere the layer is computed
    plainly. ``default``: whether the pass is on unless told.
    """

    name: str
    about: str
    chooses: Callable[[Op, tuple[Shape, ...], Place], bool]
    forward: Callable[[Layer, tuple[Any, ...], Any, tuple[Layer, ...]], Any]
    training_only: bool = False
    default: bool = True


@dataclass(frozen=True)
class Fusion:
    """A layer computed together with the one before it.

    ``takes`` says whether a layer that a pass computes (by name), with those that it takes already, takes the next,
    in training or not; nobody else sees the values between them.
    """

    name: str
    about: str
    takes: Callable[[str, tuple[Op, ...], Op, bool], bool]
    default: bool = True


def is_float(x: Any) -> bool:
    """Whether a tensor is of the one type that the kernels compute in."""
    from tinygrad import dtypes

    return bool(x.dtype == dtypes.float32)
