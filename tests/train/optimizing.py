"""Runs an optimizer on tensors of its own, outside of any training."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from cnnspec.ir.op import Role
from cnnspec.train.registries import Change, Optimizer


class Driver:
    """One parameter, and all that ``optimizer`` keeps for it. Arrays go in and come out; tinygrad computes."""

    def __init__(self, optimizer: Optimizer, weight: np.ndarray, role: Role = "weight") -> None:
        self.optimizer, self.role = optimizer, role
        self.weight = tensor(weight)
        self.state = {slot: tensor(np.zeros_like(weight)) for slot in optimizer.slots(role)}
        self.shared = {name: tensor([value]) for name, value in optimizer.shared().items()}

    def step(self, gradient: np.ndarray, rate: float) -> None:
        """One update, with ``rate`` as the learning rate."""
        self.shared = realized(self.optimizer.advanced(self.shared))
        decay = self.optimizer.decay(self.role)
        change = Change(
            self.weight, tensor(gradient), self.state, self.shared, tensor([rate]), decay, self.role
        )
        weight, state = self.optimizer.change(change)
        found = realized({**state, "": weight})
        self.weight = found.pop("")
        self.state = found

    def run(self, gradients: Iterable[np.ndarray], rates: Iterable[float]) -> np.ndarray:
        """The parameter after all of these steps."""
        for gradient, rate in zip(gradients, rates, strict=True):
            self.step(gradient, rate)
        return np.asarray(self.weight.numpy())


def tensor(values: Any) -> Any:
    """A float32 tensor on the device, with memory of its own."""
    from tinygrad import Tensor

    return Tensor(np.array(values, np.float32)).contiguous().realize()


def realized(tensors: Mapping[str, Any]) -> dict[str, Any]:
    """The tensors, computed all at once."""
    from tinygrad import Tensor

    if tensors:
        Tensor.realize(*tensors.values())
    return dict(tensors)
