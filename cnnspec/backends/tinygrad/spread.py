"""One device, or several of one machine that share a batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tinygrad import Tensor

from .feed import place

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True)
class Spread:
    """Where a network lives. Parameters are on all devices, batches are split among them; what the host writes and reads
    is on the first."""

    names: tuple[str, ...]

    @property
    def first(self) -> str:
        return self.names[0]

    @property
    def several(self) -> bool:
        return len(self.names) > 1

    def place(self, array: np.ndarray) -> Tensor:
        """``array`` on every device, with a buffer of its own."""
        if not self.several:
            return place(array, self.first)
        return Tensor(array, device=self.first).shard(self.names).contiguous().realize()

    def split(self, batch: Tensor) -> Tensor:
        """A tensor of the first device, an equal part of its rows on each."""
        return batch.shard(self.names, axis=0) if self.several else batch

    def copied(self, tensor: Tensor) -> Tensor:
        """A tensor of the first device, on each."""
        return tensor.shard(self.names) if self.several else tensor

    def joined(self, tensor: Tensor) -> Tensor:
        """A tensor of all devices, as a whole on the first."""
        return tensor.to(self.first) if self.several else tensor

    def uniform(self, like: Tensor, shape: tuple[int, ...]) -> Tensor:
        """U[0, 1) draws of ``shape``, spread as ``like`` is. They are drawn on the first device, so that they don't
        depend on how many there are."""
        drawn = Tensor.rand(*shape, device=self.first)
        if not self.several:
            return drawn
        whole = shape[0] == 1 or like.uop.axis is None
        return drawn.shard(self.names, axis=None if whole else like.uop.axis)
