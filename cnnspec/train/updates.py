"""What training keeps beside the weights, and how one update changes all of it.

An optimizer is a pure function; here its results are assigned. All that an update reads and writes is a tensor with a
name, so a checkpoint holds it whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from tinygrad import Tensor

from .registries import Change, Optimizer, TrainSettings

if TYPE_CHECKING:
    from ..backends.tinygrad.module import Module
    from ..ir import Graph

FIRST_SCALE = 2.0**16
_STEADY = 2000
"""Updates without an overflow after which the loss is scaled up twice as much; as PyTorch's ``GradScaler``."""
AVERAGE = "average/"
RATE, KEPT, COUNT, NUMBERS = 0, 1, 2, 3
"""Places in the numbers that the host writes for an update: learning rate, share of the average that is kept, batches that
the gradients are the sum of."""


@dataclass(frozen=True, slots=True)
class UpdateNumbers:
    """What the host says of an update: ``batches`` are those whose gradients were added up."""

    rate: float
    kept: float = 0.0
    batches: int = 1

    @property
    def array(self) -> np.ndarray:
        with np.errstate(over="ignore"):  # a rate beyond float32 is infinite, and the loss tells
            return np.array([self.rate, self.kept, self.batches], np.float32)


def kept_share(decay: float, updates: int) -> float:
    """How much of the average is kept at update number ``updates`` (from 0): less at first, so that the first weights are
    forgotten; min(decay, (1 + t) / (10 + t)), as TensorFlow's ``ExponentialMovingAverage``."""
    return min(decay, (1 + updates) / (10 + updates))


class Updates:
    """The state of an optimizer and all around it on the devices of ``module``.

    ``tensors`` has all of it by name: ``momentum_buffer/conv1.weight``, ``shared/bias_correction1``,
    ``average/conv1.weight``, ``scale``. The running statistics of norms are averaged along with the weights. Parameters that
    are trained from a later epoch on have scalars of their own, ``shared-3/bias_correction1``: they count updates.
    ``factors`` are those on the learning rate, by parameter.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        module: Module,
        settings: TrainSettings,
        factors: Mapping[str, float] | None = None,
    ) -> None:
        self._optimizer, self._module, self._settings = optimizer, module, settings
        self._factors = factors or {}
        self.trained = dict(module.trained)
        place = module.spread.place
        self._starts = _starts(module.graph)
        self._shared = {
            start: {name: place(np.full(1, value, np.float32)) for name, value in optimizer.shared().items()}
            for start in sorted({self._starts[name] for name in self.trained})
        }
        self._state = {
            name: {slot: place(np.zeros(t.shape, np.float32)) for slot in optimizer.slots(module.roles[name])}
            for name, t in self.trained.items()
        }
        averaged = self._averaged_at_first() if settings.ema is not None else {}
        self._average = {name: place(value) for name, value in averaged.items()}
        self.scales = settings.precision == "fp16"
        self._scale = place(np.full(1, FIRST_SCALE, np.float32)) if self.scales else None
        self._steady = place(np.zeros(1, np.float32)) if self.scales else None

    @property
    def tensors(self) -> dict[str, Tensor]:
        """All that an update changes, but for the network's own tensors."""
        found = {
            f"{'shared' if start == 1 else f'shared-{start}'}/{name}": tensor
            for start, shared in self._shared.items()
            for name, tensor in shared.items()
        }
        for name, slots in self._state.items():
            found |= {f"{slot}/{name}": tensor for slot, tensor in slots.items()}
        found |= {f"{AVERAGE}{name}": tensor for name, tensor in self._average.items()}
        if self._scale is not None and self._steady is not None:
            found |= {"scale": self._scale, "steady": self._steady}
        return found

    def _averaged_at_first(self) -> dict[str, np.ndarray]:
        """What is averaged, as it is: all but what stays as it is."""
        named, tensors = self._module.graph.named_parameters(), self._module.parameters
        return {name: tensors[name].numpy() for name, spec in named if spec.starts is not None}

    @property
    def average(self) -> Mapping[str, Tensor]:
        """The averaged weights and statistics by name; empty where there is no average."""
        return self._average

    def scaled(self, loss: Tensor) -> Tensor:
        """The loss whose gradients are taken."""
        return loss if self._scale is None else loss * self._scale.reshape(())

    def assigned(
        self, gradients: Mapping[str, Tensor], numbers: Tensor
    ) -> tuple[list[Tensor], Tensor | None]:
        """All tensors with their new values, to be realized, and whether the update is made ((1,), 1.0 or 0.0; None where
        it always is). ``gradients`` are realized, those of ``scaled``, of all parameters that are to change; ``numbers``
        are ``UpdateNumbers`` on the device.
        """
        inverse = 1 / numbers[COUNT : COUNT + 1]
        if self._scale is not None:
            inverse = inverse / self._scale
        norm = self._norm(gradients, inverse)
        sound = norm.isfinite() if norm is not None and self.scales else None
        if self._settings.clip is not None and norm is not None:
            # PyTorch's clip_grad_norm_: 1e-6 keeps the divisor from zero.
            inverse = inverse * (self._settings.clip / (norm + 1e-6)).minimum(1.0)
        plain = self._settings.accumulate == 1 and self._scale is None and self._settings.clip is None
        found = [
            t for start in sorted({self._starts[n] for n in gradients}) for t in self._advance(start, sound)
        ]
        for name, gradient in gradients.items():
            scaled = gradient if plain else gradient * inverse.reshape((1,) * gradient.ndim)
            found += self._change(name, scaled, numbers[RATE : RATE + 1], sound)
        found += [*self._averaged(numbers[KEPT : KEPT + 1], sound), *self._rescaled(sound)]
        return found, None if sound is None else sound.float()

    def _norm(self, gradients: Mapping[str, Tensor], inverse: Tensor) -> Tensor | None:
        """The norm of all gradients as one vector, (1,); None where nothing asks for it."""
        if self._settings.clip is None and not self.scales:
            return None
        squares = [
            (gradient * inverse.reshape((1,) * gradient.ndim)).square().sum()
            for gradient in gradients.values()
        ]
        return Tensor.stack(*squares).sum().sqrt().reshape(1)

    def _advance(self, start: int, sound: Tensor | None) -> Iterator[Tensor]:
        for name, value in self._optimizer.advanced(self._shared[start]).items():
            yield _assign(self._shared[start][name], value, sound)

    def _change(self, name: str, gradient: Tensor, rate: Tensor, sound: Tensor | None) -> Iterator[Tensor]:
        role, state, weight = self._module.roles[name], self._state[name], self.trained[name]
        decay, shared = self._optimizer.decay(role), self._shared[self._starts[name]]
        rate = rate * self._factors[name] if name in self._factors else rate
        change = Change(weight.detach(), gradient, state, shared, rate, decay, role)
        new, kept = self._optimizer.change(change)
        for slot, value in kept.items():
            before = value.uop
            yield _assign(state[slot], value, sound)
            # The weight is computed from the state as assigned: both from the old one would wait for each other.
            new = Tensor(new.uop.substitute({before: state[slot].uop}, walk=True))
        yield _assign(weight, new, sound)

    def _averaged(self, kept: Tensor, sound: Tensor | None) -> Iterator[Tensor]:
        for name, average in self._average.items():
            share = kept.reshape((1,) * average.ndim) if average.ndim else kept.reshape(())
            now = self._module.parameters[name].detach()
            yield _assign(average, average * share + now * (1 - share), sound)

    def _rescaled(self, sound: Tensor | None) -> Iterator[Tensor]:
        """The factor of the loss: half of it after an overflow, twice after a long time without one."""
        if self._scale is None or self._steady is None or sound is None:
            return
        steady = sound.where(self._steady + 1, 0.0)
        grown = (steady >= _STEADY).where(self._scale * 2, self._scale)
        scale = sound.where(grown, (self._scale / 2).maximum(1.0))
        yield self._scale.assign(scale)
        yield self._steady.assign((steady >= _STEADY).where(0.0, steady))


def _starts(graph: Graph) -> dict[str, int]:
    """The first epoch in which each parameter is trained that ever is, by its full name."""
    named = graph.named_parameters()
    return {name: spec.starts for name, spec in named if spec.trainable and spec.starts is not None}


def _assign(tensor: Tensor, value: Tensor, sound: Tensor | None) -> Tensor:
    """``tensor`` with ``value``, or as it was where the gradients overflowed."""
    value = value.cast(tensor.dtype)
    if sound is not None:
        value = sound.reshape((1,) * tensor.ndim).where(value, tensor.detach())
    return tensor.assign(value)
