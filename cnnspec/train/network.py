"""A network with its weights, a run's or one trained elsewhere, ready to give outputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..source import Diagnostic, SpecError
from .data.normalization import Normalization
from .devices import open_device
from .experiment import Experiment
from .heads import check_heads
from .reading import Run, check_belongs
from .tasks import Task

if TYPE_CHECKING:
    import numpy as np

    from .steps import EvaluationStep


@dataclass(frozen=True, eq=False)
class Trained:
    """A network that says something of images: ``weights`` by the parameters' full names, ``tasks``, what each main output
    says, and ``normalization``, how images are normalised for it.

    ``mode`` is what images are coloured to where the spec has no section ``data``. ``device`` is where it was trained,
    which is taken where it is here too. ``remarks`` are warnings for a person.
    """

    experiment: Experiment
    tasks: tuple[Task, ...]
    weights: Mapping[str, np.ndarray] = field(repr=False)
    normalization: Normalization
    seed: int = 0
    mode: str = "as_is"
    device: str | None = None
    remarks: tuple[Diagnostic, ...] = ()


def trained_by(run: Run, experiment: Experiment, checkpoint: str = "best") -> Trained:
    """The network of ``run``; ``experiment`` is the run's own spec, elaborated. Raises :class:`SpecError`."""
    weights = run.weights(checkpoint)
    check_heads(experiment, None)
    check_belongs(run, experiment.graph)
    info = run.info
    return Trained(
        experiment,
        run.tasks,
        weights,
        Normalization(info.mean, info.std),
        seed=info.seed,
        device=info.device,
    )


def compiled(trained: Trained, batch: int, device: str | None = None) -> tuple[EvaluationStep, str]:
    """The compiled forward pass of ``trained``, and the device it is on. Raises :class:`SpecError`."""
    place = open_device(device or _still_usable(trained.device))

    from ..backends.tinygrad import lower
    from .steps import EvaluationStep, Scaler

    module = lower(trained.experiment.graph, trained.seed, place)
    module.load_state(trained.weights)
    return EvaluationStep(module, Scaler(trained.normalization, place), batch), place


def open_network(
    run: Run, experiment: Experiment, batch: int, device: str | None = None, checkpoint: str = "best"
) -> tuple[EvaluationStep, str]:
    """The compiled forward pass of ``run``, and the device it is on.

    ``experiment`` is the run's own spec, elaborated. Raises :class:`SpecError`.
    """
    return compiled(trained_by(run, experiment, checkpoint), batch, device)


def _still_usable(device: str | None) -> str | None:
    """The device that a network was trained on where it is here too, else tinygrad's choice."""
    try:
        return device and open_device(device)
    except SpecError:
        return None
