"""Where a run is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .sums import Sums


@dataclass
class Place:
    """Where a run is. ``batch`` batches of epoch ``epoch`` (from 1) are done, ``update`` updates in all; ``step`` counts
    batches over all epochs. ``sums`` are those of the epoch at work, ``seconds`` what was spent, ``first_loss`` the loss
    of the first batch, ``records`` the epochs that are over."""

    epoch: int = 1
    batch: int = 0
    step: int = 0
    update: int = 0
    seconds: float = 0.0
    first_loss: float | None = None
    records: list[dict[str, Any]] = field(default_factory=list)
    sums: Sums = field(default_factory=Sums)

    @property
    def text(self) -> str:
        """Such as "epoch 3, step 17", or "epoch 2" where it is over and the next one not begun."""
        return f"epoch {self.epoch}, step {self.batch}" if self.batch else f"epoch {self.epoch - 1}"
