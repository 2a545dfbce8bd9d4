"""What every task says of an output."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    import numpy as np

    from ..data.targets import Targets


@dataclass(frozen=True)
class Task:
    """What one output of a network is about.

    ``output`` is its name, ``kind`` the column of ``Targets`` that it learns: classes, labels, numbers, boxes or points.
    ``names`` are those of the classes, the labels, or the columns of numbers. ``metrics`` are measured where a spec names
    none.
    """

    kind: ClassVar[str]
    metrics: ClassVar[tuple[str, ...]]
    output: str
    names: tuple[str, ...]

    @property
    def outputs(self) -> int:
        """How many numbers the network gives an image."""
        return len(self.names)

    @property
    def known_names(self) -> tuple[str, ...]:
        """The names that the data has: without those of outputs that stand for nothing."""
        return self.names

    def encoded(self, targets: Targets) -> np.ndarray:
        """The targets as a loss compares them with raw outputs: (N,) of int32, or (N, outputs) of float32."""
        raise NotImplementedError

    def truth(self, targets: Targets) -> np.ndarray:
        """The targets as a person reads them, the first part of ``Scored``."""
        raise NotImplementedError

    def scores(self, outputs: np.ndarray) -> np.ndarray:
        """What raw outputs (N, outputs) say, as a person reads it: probabilities, or values in the data's units."""
        raise NotImplementedError

    def scored(self, outputs: np.ndarray, targets: Targets) -> Scored:
        """Raw outputs (N, outputs) beside the targets of the same images."""
        return Scored(self, self.scores(outputs), self.truth(targets))


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """What a network says on N images for one output, beside the truth.

    | task | ``scores`` | ``truth`` |
    | --- | --- | --- |
    | classes | (N, K) of float64, probabilities that sum to 1 | (N,) of int64, class numbers |
    | labels | (N, K) of float64, a probability a label | (N, K) of uint8, 1 where the label applies |
    | numbers, points | (N, K) of float64, in the data's units | (N, K) of float64 |
    | boxes | (N, 4) of float64, left, top, right, bottom in pixels of the network's input | (N, 4) of float64 |
    """

    task: Task
    scores: np.ndarray
    truth: np.ndarray

    def __len__(self) -> int:
        return len(self.truth)
