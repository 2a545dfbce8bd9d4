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
    def at(
        cls,
        experiment: Experiment,
        section: str,
        argument: str | None = None,
        call: str | None = None,
        **fields: Any,
    ) -> Self:
        """A finding at an argument of a section, or at the section (``augment.0``: a call of it); a silence may name the
        ``call``, the argument, and either with the section before it."""
        head = section.partition(".")[0]
        given = [name for name in (call, argument) if name]
        subjects = (*given, *(f"{head}.{name}" for name in given or ("",)))
        subjects = tuple(name.rstrip(".") for name in subjects)
        return cls(span=experiment.span(section, argument), subjects=subjects, **fields)


def experiment_lints(experiment: Experiment) -> Iterator[ExperimentLint]:
    """What all lints of experiments find in ``experiment``."""
    for lint in lints_of(ExperimentLint):
        yield from lint.find(experiment)


def in_epochs(count: float) -> str:
    """``1 epoch``, ``2.5 epochs``."""
    return f"{count:g} epoch{'' if count == 1 else 's'}"
