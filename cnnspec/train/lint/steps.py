"""The steps of augmentation and of evaluation with the sizes that images have on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..preparation import AUGMENT, EVALUATION

if TYPE_CHECKING:
    from ..augment.base import Augmentation
    from ..experiment import Experiment
    from ..imaging.engine import Size


@dataclass(frozen=True, slots=True)
class Placed:
    """A step, its place in the spec (``augment.0``), and the size of images that come to it, where that is known."""

    step: Augmentation
    place: str
    size: Size | None


def placed_steps(experiment: Experiment) -> Iterator[tuple[Placed, ...]]:
    """The steps of each section that the spec has."""
    shape = experiment.data.known_shape if experiment.data is not None else None
    for section, steps in ((AUGMENT, experiment.augment), (EVALUATION, experiment.evaluation or ())):
        size = (shape[1], shape[2]) if shape is not None else None
        found = []
        for number, step in enumerate(steps):
            found.append(Placed(step, f"{section}.{number}", size))
            size = step.output_size(size)
        yield tuple(found)
