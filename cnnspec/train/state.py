"""The state of a run between two batches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .place import Place
from .updates import Updates

if TYPE_CHECKING:
    import numpy as np

    from ..backends.tinygrad.module import Module

_NETWORK, _UPDATES, _RANDOM = "network/", "updates/", "random"


@dataclass
class TrainingState:
    """All that training changes: the network, what its updates keep, and the place in the run."""

    module: Module
    updates: Updates
    place: Place = field(default_factory=Place)

    def measured(self) -> Module:
        """The network as it is measured and kept: with averaged weights, where there are."""
        average = self.updates.average
        return self.module.sharing({**self.module.parameters, **average}) if average else self.module

    def arrays(self) -> dict[str, np.ndarray]:
        """All tensors by name, on the host."""
        from ..backends.tinygrad.memory import random_state

        network = {f"{_NETWORK}{name}": value for name, value in self.module.state().items()}
        updates = {f"{_UPDATES}{name}": tensor.numpy() for name, tensor in self.updates.tensors.items()}
        return {**network, **updates, _RANDOM: random_state(self.module.device)}

    def restore(self, arrays: Mapping[str, np.ndarray], place: Place) -> None:
        """Go on from ``arrays`` and ``place``; raises :class:`SpecError` and changes nothing where they do not fit.

        Compiled steps must have been made before, because they draw the first random numbers.
        """
        from ..backends.tinygrad.feed import write
        from ..backends.tinygrad.memory import set_random_state

        kept = {f"{_UPDATES}{name}": tensor for name, tensor in self.updates.tensors.items()}
        expected = {**{n: tuple(t.shape) for n, t in kept.items()}, _RANDOM: (2,)}
        there = {n: tuple(v.shape) for n, v in arrays.items() if not n.startswith(_NETWORK)}
        if there != expected:
            name = next(iter(sorted(expected.items() ^ there.items())))[0]
            raise ValueError(f"'{name}' is not what the run's spec needs")
        self.module.load_state(
            {n.removeprefix(_NETWORK): v for n, v in arrays.items() if n.startswith(_NETWORK)}
        )
        for name, tensor in kept.items():
            write(tensor, arrays[name])
        set_random_state(self.module.device, arrays[_RANDOM])
        self.place = place
