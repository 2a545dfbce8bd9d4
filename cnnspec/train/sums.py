"""What the steps of an epoch add up to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .steps import Tally


class Sums:
    """What the steps of an epoch add up to, by output; ``main`` are the outputs that are told of."""

    def __init__(self, main: Sequence[str]) -> None:
        self._main, self._loss = main, 0.0
        self._correct: dict[str, float] = defaultdict(float)
        self._losses: dict[str, float] = defaultdict(float)

    def add(self, tally: Tally) -> None:
        self._loss += tally.loss
        for name, value in tally.correct.items():
            self._correct[name] += value
        for name, value in tally.losses.items():
            self._losses[name] += value

    def means(self, steps: int, images: int) -> dict[str, float]:
        """The training figures of an epoch's record."""
        found = {"train_loss": self._loss / steps}
        if len(self._main) > 1:
            found.update({f"train_loss_{name}": self._losses[name] / steps for name in self._main})
        several = len(self._correct) > 1
        for name, count in self._correct.items():
            found[f"train_{name}_accuracy" if several else "train_accuracy"] = count / images
        return found
