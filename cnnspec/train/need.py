"""The memory that an experiment takes, before anything of it runs."""

from __future__ import annotations

from ..analyses.footprint import Need, footprint_need
from .experiment import Experiment

BYTES_EACH = {"float32": 4, "bf16": 2, "fp16": 2}
"""Of a number, by what layers compute in."""


def need_of(experiment: Experiment) -> Need:
    """What a step of its training takes at any batch: the optimizer's state, averages and so on as its sections say."""
    settings = experiment.settings
    return footprint_need(
        experiment.graph,
        True,
        lambda role: len(experiment.optimizer.slots(role)),
        BYTES_EACH[settings.precision],
        average=settings.ema is not None,
        accumulate=settings.accumulate > 1,
        recompute=settings.recompute,
    )
