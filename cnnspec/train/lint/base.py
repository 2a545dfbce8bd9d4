"""What lints of an experiment have in common."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Self

from ...source.lints import Lint, lints_of

if TYPE_CHECKING:
    from ..experiment import Experiment


class ExperimentLint(Lint):
    """A lint that the sections of an experiment show, with the network or by themselves."""

    code: ClassVar[str] = ""

    @classmethod
    def find(cls, experiment: Experiment) -> Iterator[ExperimentLint]:
        """All that it finds."""
        raise NotImplementedError

    @classmethod
    def at(cls, experiment: Experiment, section: str, argument: str | None = None, **fields: Any) -> Self:
        """A finding at an argument of a section, or at the section."""
        return cls(span=experiment.span(section, argument), **fields)


def experiment_lints(experiment: Experiment) -> Iterator[ExperimentLint]:
    """What all lints of experiments find in ``experiment``."""
    for lint in lints_of(ExperimentLint):
        yield from lint.find(experiment)


def in_epochs(count: float) -> str:
    """``1 epoch``, ``2.5 epochs``."""
    return f"{count:g} epoch{'' if count == 1 else 's'}"
