"""A step of augmentation that never does anything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .base import ExperimentLint

if TYPE_CHECKING:
    from ..experiment import Experiment


class IdleStep(ExperimentLint):
    """A step of augmentation changes no image: it is applied to none of them (``p = 0``), or by nothing (``rotate(0)``).

    Leave it out, or give it something to do.
    """

    code = "idle-step"
    message = "'{step}' never changes an image"
    bad = "augment { flip(p = 0) }"
    good = "augment { flip }"
    step: str

    @classmethod
    def find(cls, experiment: Experiment) -> Iterator[ExperimentLint]:
        from .steps import placed_steps

        for steps in placed_steps(experiment):
            for placed in steps:
                if placed.step.idle:
                    name, hints = placed.step.call_name, ("leave it out, or give it something to do",)
                    yield cls.at(experiment, placed.place, call=name, step=name, hints=hints)
