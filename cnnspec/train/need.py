"""The memory that an experiment takes, before anything of it runs."""

from __future__ import annotations

from ..analyses.footprint import Need, footprint_need
from ..analyses.quantities import Setting
from ..ir import Graph
from .experiment import Experiment
from .registries import Optimizer, TrainSettings

BYTES_EACH = {"float32": 4, "bf16": 2, "fp16": 2}
"""Of a number, by what layers compute in."""


def need_of(experiment: Experiment) -> Need:
    """What a step of its training takes at any batch: the optimizer's state, averages and so on as its sections say."""
    return _need(experiment.graph, experiment.optimizer, experiment.settings)


def setting_of(optimizer: Optimizer, settings: TrainSettings) -> Setting:
    """What quantities of memory go by, of any graph, where it is trained as these sections say."""
    return Setting(
        lambda graph: _need(graph, optimizer, settings), BYTES_EACH[settings.precision], settings.batch
    )


def _need(graph: Graph, optimizer: Optimizer, settings: TrainSettings) -> Need:
    return footprint_need(
        graph,
        True,
        lambda role: len(optimizer.slots(role)),
        BYTES_EACH[settings.precision],
        average=settings.ema is not None,
        accumulate=settings.accumulate > 1,
        recompute=settings.recompute,
    )
