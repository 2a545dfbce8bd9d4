"""Steps of a schedule that training does not come to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .base import ExperimentLint, in_epochs

if TYPE_CHECKING:
    from ..experiment import Experiment


class LateSchedule(ExperimentLint):
    """The schedule changes the rate after the last epoch of training, where it makes no difference.

    A milestone of ``multi_step`` or the step of ``step`` lies there, or ``cosine_restarts`` ends within its first cosine,
    at a rate that is still high. Mostly the epochs were made fewer, and the schedule was not.
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
        schedule: Any = experiment.schedule
        epochs = experiment.settings.epochs
        after = _changes(schedule)
        if after is not None and after[1] >= epochs + (schedule.call_name == "cosine_restarts"):
            argument, when, what = after
            fields = {"schedule": schedule.call_name, "what": what.format(in_epochs(when)), "epochs": epochs}
            hints = ("let it fit the epochs",)
            yield cls.at(experiment, "schedule", argument, **fields, hints=hints)


def _changes(schedule: Any) -> tuple[str, float, str] | None:
    """The argument of a schedule that says when it changes the rate for the last time that matters, and when."""
    match schedule.call_name:
        case "multi_step":
            return "milestones", schedule.milestones[-1], "changes the rate after {}"
        case "step":
            return "size", schedule.size, "first changes the rate after {}"
        case "cosine_restarts":
            return "period", schedule.period + schedule.warmup, "ends its first cosine after {}"
        case _:
            return None
