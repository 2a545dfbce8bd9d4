"""What the steps of an epoch add up to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .steps import Tally


@dataclass
class Sums:
    """What the batches of an epoch add up to, by output; ``skipped`` updates were left out because gradients overflowed."""

    loss: float = 0.0
    skipped: int = 0
    correct: dict[str, float] = field(default_factory=dict)
    losses: dict[str, float] = field(default_factory=dict)

    def add(self, tally: Tally) -> None:
        self.loss += tally.loss
        self.skipped += tally.skipped
        for kept, more in ((self.correct, tally.correct), (self.losses, tally.losses)):
            for name, value in more.items():
                kept[name] = kept.get(name, 0.0) + value

    def as_plain(self) -> dict[str, Any]:
        return vars(self)

    def means(self, main: Sequence[str], steps: int, images: int) -> dict[str, float]:
        """The training figures of an epoch's record; ``main`` are the outputs that are told of."""
        found = {"train_loss": self.loss / steps}
        if len(main) > 1:
            found.update({f"train_loss_{name}": self.losses[name] / steps for name in main})
        several = len(self.correct) > 1
        for name, count in self.correct.items():
            found[f"train_{name}_accuracy" if several else "train_accuracy"] = count / images
        return found
