"""What a person should know of before fine-tuning begins."""

from __future__ import annotations

from typing import Any

from ..experiment import Experiment
from .statistics import WORTH_A_WORD, left_of_statistics


def tuning_remarks(experiment: Experiment, images: int) -> list[str]:
    """Whether norms would keep statistics of the loaded weights that training then moves away from."""
    settings, graph = experiment.settings, experiment.graph
    steps = -(-images // min(settings.batch, images)) * settings.epochs
    kept: dict[str, float] = {}
    for number, node in enumerate(graph.nodes):
        norm: Any = node.op
        if node.op.call_name != "bn" or experiment.tuning.source is None:
            continue
        fresh = f"{node.name}.running_mean" in experiment.tuning.fresh
        if not fresh and experiment.tuning.still.get(number, 1) is not None:
            kept[node.name] = left_of_statistics(norm.momentum, steps)
    most = max(kept.values(), default=0.0)
    if most < WORTH_A_WORD:
        return []
    return [
        f"norms take a share of each batch into their running statistics, their momentum; after {steps} steps {most:.0%} of "
        "the statistics of the loaded weights are left in them, and may spoil what is measured: a larger momentum, or "
        "freeze(…, statistics = true), prevents that"
    ]
