"""A run's network with its weights, ready to give outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..source import SpecError
from .data.normalization import Normalization
from .devices import open_device
from .experiment import Experiment
from .heads import check_heads
from .reading import Run, check_belongs

if TYPE_CHECKING:
    from .steps import EvaluationStep


def open_network(
    run: Run, experiment: Experiment, batch: int, device: str | None = None, checkpoint: str = "best"
) -> tuple[EvaluationStep, str]:
    """The compiled forward pass of ``run``, and the device it is on.

    ``experiment`` is the run's own spec, elaborated. Raises :class:`SpecError`.
    """
    weights = run.weights(checkpoint)
    check_heads(experiment, None)
    check_belongs(run, experiment.graph)
    place = open_device(device or _still_usable(run.info.device))

    from ..backends.tinygrad import lower
    from .steps import EvaluationStep, Scaler

    module = lower(experiment.graph, run.info.seed, place)
    module.load_state(weights)
    return EvaluationStep(module, Scaler(Normalization(run.info.mean, run.info.std), place), batch), place


def _still_usable(device: str) -> str | None:
    """The device that the run was trained on where it is here too, else tinygrad's choice."""
    try:
        return open_device(device)
    except SpecError:
        return None
