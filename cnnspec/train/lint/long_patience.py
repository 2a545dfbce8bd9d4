"""Patience that training does not outlast."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .base import ExperimentLint, in_epochs

if TYPE_CHECKING:
    from ..experiment import Experiment


class LongPatience(ExperimentLint):
    """Training is to end early after more epochs without a better one than it has, so that it never does.

    The first epoch is always the best so far; leave ``patience`` out, or make it less than ``epochs - 1``.
    """

    code = "long-patience"
    message = "training never ends by its patience of {patience}, because it has {epochs}"
    bad = "train (epochs = 10, patience = 10)"
    good = "train (epochs = 10, patience = 3)"
    patience: str
    epochs: str

    @classmethod
    def find(cls, experiment: Experiment) -> Iterator[ExperimentLint]:
        patience, epochs = experiment.settings.patience, experiment.settings.epochs
        if patience is not None and patience >= epochs - 1:
            hints = ("make it shorter, or leave it out",)
            fields = {"patience": in_epochs(patience), "epochs": in_epochs(epochs)}
            yield cls.at(experiment, "train", "patience", **fields, hints=hints)
