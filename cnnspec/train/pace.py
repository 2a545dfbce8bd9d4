"""Steps, updates, learning rates: what follows from an experiment and a place in its run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .experiment import Experiment
from .registries import Moment
from .updates import UpdateNumbers, kept_share


@dataclass(frozen=True, slots=True)
class Pace:
    """``steps`` batches an epoch; weights change after every ``accumulate`` of them, and after the last of an epoch."""

    experiment: Experiment
    steps: int

    @property
    def updates(self) -> int:
        """Updates an epoch."""
        return -(-self.steps // self.experiment.settings.accumulate)

    def updates_after(self, batch: int) -> bool:
        """Whether an update follows batch number ``batch`` (from 0) of an epoch."""
        return (batch + 1) % self.experiment.settings.accumulate == 0 or batch + 1 == self.steps

    def rate(self, epoch: int, batch: int, records: Sequence[Mapping[str, Any]]) -> float:
        """The learning rate of the update that batch number ``batch`` (from 0) of ``epoch`` (from 1) is part of."""
        step = (epoch - 1) * self.updates + batch // self.experiment.settings.accumulate
        moment = Moment(step, self.updates, self.experiment.settings.epochs, validation_losses(records))
        return self.experiment.optimizer.lr * self.experiment.schedule.factor(moment)

    def numbers(
        self, epoch: int, batch: int, update: int, records: Sequence[Mapping[str, Any]]
    ) -> UpdateNumbers | None:
        """What the update after this batch needs to know, None where none follows; ``update`` counts those before it."""
        if not self.updates_after(batch):
            return None
        settings = self.experiment.settings
        kept = 0.0 if settings.ema is None else kept_share(settings.ema, update)
        return UpdateNumbers(self.rate(epoch, batch, records), kept, batch % settings.accumulate + 1)


def validation_losses(records: Sequence[Mapping[str, Any]]) -> tuple[float, ...]:
    """The loss of each epoch that is over, on the validation images; training's where there are none."""
    return tuple(record.get("val_loss", record["train_loss"]) for record in records)
