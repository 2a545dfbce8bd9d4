"""What training keeps beside the weights, and how one update changes all of it.

An optimizer is a pure function; here its results are assigned. All that an update reads and writes is a tensor with a
name, so a checkpoint holds it whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from tinygrad import Tensor

from .registries import Change, Optimizer, TrainSettings

if TYPE_CHECKING:
    from ..backends.tinygrad.module import Module

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
    ``average/conv1.weight``, ``scale``. The running statistics of norms are averaged along with the weights.
    """

    def __init__(self, optimizer: Optimizer, module: Module, settings: TrainSettings) -> None:
        self._optimizer, self._module, self._settings = optimizer, module, settings
        self.trained = {n: t for n, t in module.parameters.items() if t.is_param}
        place = module.spread.place
        self._shared = {
            name: place(np.full(1, value, np.float32)) for name, value in optimizer.shared().items()
        }
        self._state = {
            name: {slot: place(np.zeros(t.shape, np.float32)) for slot in optimizer.slots(module.roles[name])}
            for name, t in self.trained.items()
        }
        averaged = module.state() if settings.ema is not None else {}
        self._average = {name: place(value) for name, value in averaged.items()}
        self.scales = settings.precision == "fp16"
        self._scale = place(np.full(1, FIRST_SCALE, np.float32)) if self.scales else None
        self._steady = place(np.zeros(1, np.float32)) if self.scales else None

    @property
    def tensors(self) -> dict[str, Tensor]:
        """All that an update changes, but for the network's own tensors."""
        found = {f"shared/{name}": tensor for name, tensor in self._shared.items()}
        for name, slots in self._state.items():
            found |= {f"{slot}/{name}": tensor for slot, tensor in slots.items()}
        found |= {f"{AVERAGE}{name}": tensor for name, tensor in self._average.items()}
        if self._scale is not None and self._steady is not None:
            found |= {"scale": self._scale, "steady": self._steady}
        return found

    @property
    def average(self) -> Mapping[str, Tensor]:
        """The averaged weights and statistics by name; empty where there is no average."""
        return self._average

    def scaled(self, loss: Tensor) -> Tensor:
        """The loss whose gradients are taken."""
        return loss if self._scale is None else loss * self._scale.reshape(())

    def assigned(self, gradients: Sequence[Tensor], numbers: Tensor) -> tuple[list[Tensor], Tensor | None]:
        """All tensors with their new values, to be realized, and whether the update is made ((1,), 1.0 or 0.0; None where
        it always is). ``gradients`` are realized, those of ``scaled``, in the order of ``module.trainable``; ``numbers`` are
        ``UpdateNumbers`` on the device.
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
        found = list(self._advance(sound))
        for (name, weight), gradient in zip(self.trained.items(), gradients, strict=True):
            scaled = gradient if plain else gradient * inverse.reshape((1,) * gradient.ndim)
            found += self._change(name, weight, scaled, numbers[RATE : RATE + 1], sound)
        found += [*self._averaged(numbers[KEPT : KEPT + 1], sound), *self._rescaled(sound)]
        return found, None if sound is None else sound.float()

    def _norm(self, gradients: Sequence[Tensor], inverse: Tensor) -> Tensor | None:
        """The norm of all gradients as one vector, (1,); None where nothing asks for it."""
        if self._settings.clip is None and not self.scales:
            return None
        squares = [
            (gradient * inverse.reshape((1,) * gradient.ndim)).square().sum() for gradient in gradients
        ]
        return Tensor.stack(*squares).sum().sqrt().reshape(1)

    def _advance(self, sound: Tensor | None) -> Iterator[Tensor]:
        for name, value in self._optimizer.advanced(self._shared).items():
            yield _assign(self._shared[name], value, sound)

    def _change(
        self, name: str, weight: Tensor, gradient: Tensor, rate: Tensor, sound: Tensor | None
    ) -> Iterator[Tensor]:
        role, state = self._module.roles[name], self._state[name]
        decay = self._optimizer.decay(role)
        change = Change(weight.detach(), gradient, state, self._shared, rate, decay, role)
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


def _assign(tensor: Tensor, value: Tensor, sound: Tensor | None) -> Tensor:
    """``tensor`` with ``value``, or as it was where the gradients overflowed."""
    value = value.cast(tensor.dtype)
    if sound is not None:
        value = sound.reshape((1,) * tensor.ndim).where(value, tensor.detach())
    return tensor.assign(value)
