"""An experiment: a graph and the bound sections around it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ..elaborate import Module
from ..ir import Graph, OpError
from ..source import Diagnostic, Span, SpecError
from .augment.base import Augmentation
from .finetune.base import TuningStep
from .finetune.tuning import Tuning
from .registries import DataSource, Loss, Metric, Optimizer, Schedule, TrainSettings


@dataclass(frozen=True, slots=True)
class Experiment:
    """All that ``train`` needs. ``evaluation`` is None where it follows from ``augment``, ``metrics`` is empty where they
    follow from the data and the losses. ``graph`` has its frozen parameters marked; ``tuning`` is what else ``finetune``,
    the steps of fine-tuning, come to. ``module`` is the spec that all of it was made from.

    ``spans`` maps dotted places (``data``, ``data.path``, ``augment.0``, ``augment.0.degrees``) to spec text.
    """

    graph: Graph
    data: DataSource | None
    losses: tuple[Loss, ...]
    optimizer: Optimizer
    schedule: Schedule
    settings: TrainSettings
    metrics: tuple[Metric, ...]
    augment: tuple[Augmentation, ...] = ()
    evaluation: tuple[Augmentation, ...] | None = None
    finetune: tuple[TuningStep, ...] = ()
    tuning: Tuning = Tuning()
    module: Module | None = field(default=None, compare=False, repr=False)
    spans: Mapping[str, Span] = field(default_factory=dict, compare=False, repr=False)

    @property
    def says_losses(self) -> bool:
        """Whether it is settled what outputs learn by: losses of the spec or, with data, what is in the place of none."""
        return "loss" in self.spans or self.data is not None

    def span(self, section: str, argument: str | None = None) -> Span | None:
        """The text of an argument of a section, or of the section where it was left out."""
        place, dot, _ = section.rpartition(".")
        return (
            self.spans.get(f"{section}.{argument}")
            or self.spans.get(section)
            or (self.span(place) if dot else None)
        )

    def error(self, section: str, error: OpError) -> SpecError:
        """``error``, raised by the object of ``section``, with the place in the spec put in."""
        span = self.span(section, error.argument)
        diagnostic = error.diagnostic
        return SpecError([diagnostic if diagnostic.span else replace(diagnostic, span=span)])

    def located(self, section: str, diagnostic: Diagnostic, argument: str | None = None) -> SpecError:
        return self.error(section, OpError(diagnostic, argument))
