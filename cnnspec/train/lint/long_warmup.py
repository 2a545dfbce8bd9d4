"""A warm-up that training does not outlast."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .base import ExperimentLint, in_epochs

if TYPE_CHECKING:
    from ..experiment import Experiment


class LongWarmup(ExperimentLint):
    """The learning rate rises over as many epochs as training has, or more, so that nothing is ever trained at the rate that
    the optimizer says, and what the schedule does after the rise never happens.

    A warm-up of a tenth of training or less is usual (Goyal et al. 2017: 5 of 90 epochs).
    """

    code = "long-warmup"
    message = "the learning rate rises for {warmup}, and training has {epochs}"
    bad = "schedule cosine(warmup = 10)  train (epochs = 10)"
    good = "schedule cosine(warmup = 1)  train (epochs = 10)"
    warmup: str
    epochs: str

    @classmethod
    def find(cls, experiment: Experiment) -> Iterator[ExperimentLint]:
        epochs, call = experiment.settings.epochs, experiment.schedule.call_name
        argument, rising = experiment.schedule.rising(epochs)
        if rising >= epochs:
            hints = ("let it rise for fewer epochs",)
            fields = {"warmup": in_epochs(rising), "epochs": in_epochs(epochs)}
            yield cls.at(experiment, "schedule", argument, call, **fields, hints=hints)
