"""Steps of a schedule that training does not come to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .base import ExperimentLint, in_epochs

if TYPE_CHECKING:
    from ..experiment import Experiment


class LateSchedule(ExperimentLint):
    """The schedule changes the rate after the last epoch of training, where it makes no difference.

    A milestone of ``multi_step`` or the step of ``step`` lies there, the ``patience`` of ``plateau`` ends there, or
    ``cosine_restarts`` ends within its first cosine, at a rate that is still high. Mostly the epochs were made fewer, and
    the schedule was not.
    """

    code = "late-schedule"
    message = "'{schedule}' {what}, and training ends after {epochs}"
    bad = "schedule multi_step([30, 60])  train (epochs = 40)"
    good = "schedule multi_step([20, 30])  train (epochs = 40)"
    schedule: str
    what: str
    epochs: int

    @classmethod
    def find(cls, experiment: Experiment) -> Iterator[ExperimentLint]:
        schedule, epochs = experiment.schedule, experiment.settings.epochs
        change = schedule.last_change()
        if change is not None and change[1] >= epochs:
            argument, when, what = change
            fields = {"schedule": schedule.call_name, "what": what.format(in_epochs(when))}
            hints = ("let it fit the epochs",)
            yield cls.at(
                experiment, "schedule", argument, schedule.call_name, **fields, epochs=epochs, hints=hints
            )
