"""The part of a pipeline that is computed for whole batches, in the compiled step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from tinygrad import Tensor, dtypes

from ...backends.tinygrad.feed import place, write
from ...backends.tinygrad.warp import warp
from ..augment.base import Pixels
from .drawn import Drawn, DrawnGroup, drawn_mix
from .plan import Group, Pipeline

if TYPE_CHECKING:
    from ..augment.base import Leaf

_MATRIX = 6
_MIX = 7


class DevicePart:
    """Reads standing buffers of what is drawn, so that a compiled step can be run again with other numbers."""

    def __init__(self, pipeline: Pipeline, batch: int, device: str) -> None:
        self._pipeline, self._groups = pipeline, pipeline.for_device
        self._mixes = bool(pipeline.mixers)
        self._width = sum(_width(group) for group in self._groups)
        self._numbers = place(np.zeros((batch, max(1, self._width)), np.float32), device)
        self._mix = place(np.zeros(_MIX, np.float32), device)

    def write(self, drawn: Drawn, seed: int, epoch: int, step: int) -> None:
        """Take what is drawn for the next batch: for its images' last groups, and how they are mixed."""
        if self._width:
            own = drawn.groups[len(drawn.groups) - len(self._groups) :]
            write(self._numbers, np.concatenate([_numbers(group) for group in own], axis=1))
        if self._mixes:
            write(self._mix, drawn_mix(self._pipeline, seed, epoch, step))

    def __call__(self, images: Tensor) -> Tensor:
        """(B, H, W, C) of uint8 or of floats 0 to 1; as they are where there is nothing to do, else floats 0 to 1."""
        first = 0
        for group in self._groups:
            numbers = self._numbers[:, first : first + _width(group)]
            images = (
                _warped(images, numbers, group)
                if group.kind != "pixels"
                else _coloured(images, numbers, group)
            )
            first += _width(group)
        return self._mixed(_floats(images)) if self._mixes else images

    @property
    def own_share(self) -> Tensor | None:
        """The weight of an image's own target; None where nothing is mixed."""
        return self._mix[6] if self._mixes else None

    def _mixed(self, images: Tensor) -> Tensor:
        _, height, width, _ = images.shape
        inner, outer, left, top, right, bottom, _ = (self._mix[i] for i in range(_MIX))
        across = Tensor.arange(width, dtype=dtypes.float32).reshape(1, 1, width, 1)
        down = Tensor.arange(height, dtype=dtypes.float32).reshape(1, height, 1, 1)
        inside = (across >= left) & (across < right) & (down >= top) & (down < bottom)
        share = inside.where(inner, outer)
        return images * share + images.flip(0) * (1 - share)


def _width(group: Group) -> int:
    if group.kind != "pixels":
        return _MATRIX
    return sum(_columns(leaf) + 1 for leaf in group.leaves)


def _columns(leaf: Leaf) -> int:
    return len(leaf.step.parameters)


def _numbers(group: DrawnGroup) -> np.ndarray:
    """(B, _width) of float32."""
    if group.matrices is not None:
        return group.matrices[:, :2].reshape(-1, _MATRIX).astype(np.float32)
    images = len(group.sizes)
    columns = []
    for leaf in group.leaves:
        active = np.ones(images) if leaf.active is None else leaf.active
        columns += [leaf.parameters[:, : _columns(leaf.leaf)], np.asarray(active, np.float32)[:, None]]
    return np.concatenate(columns, axis=1).astype(np.float32)


def _floats(images: Tensor) -> Tensor:
    return images.cast(dtypes.float32) / 255 if images.dtype == dtypes.uint8 else images


def _warped(images: Tensor, matrices: Tensor, group: Group) -> Tensor:
    unit = 1.0 if images.dtype == dtypes.uint8 else 1 / 255
    moved = warp(images, matrices, group.fill * unit, group.interpolation == "nearest")
    return moved / 255 if images.dtype == dtypes.uint8 else moved


def _coloured(images: Tensor, numbers: Tensor, group: Group) -> Tensor:
    images, first = _floats(images), 0
    for leaf in group.leaves:
        step, last = leaf.step, first + _columns(leaf)
        assert isinstance(step, Pixels)
        changed = step.compute(images, numbers[:, first:last])
        on = numbers[:, last].reshape(-1, 1, 1, 1) > 0
        images = on.where(changed, images) if leaf.gates else changed
        first = last + 1
    return images
