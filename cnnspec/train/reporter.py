"""What training and evaluation tell whoever shows it. Nothing below the command line prints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Plan:
    """What is about to be trained. ``images`` counts train, validation and test; ``steps_of`` says what is done to
    images, in training and at evaluation; ``learns`` what each output learns, and by which losses. ``percents`` are
    the figures of records that are shares."""

    model: str
    device: str
    parameters: int
    images: tuple[int, int, int]
    epochs: int
    steps: int
    batch: int
    folder: str
    steps_of: tuple[str, str]
    learns: tuple[str, ...] = ()
    percents: frozenset[str] = frozenset(("accuracy",))


@dataclass(frozen=True, slots=True)
class Progress:
    """Within an epoch; loss and accuracy are those of the last few steps. The accuracy is None where no output learns
    classes, rates are None at first."""

    epoch: int
    epochs: int
    step: int
    steps: int
    loss: float
    accuracy: float | None
    images_per_second: float | None
    seconds_left: float | None


class Reporter:
    """Takes the events; this one keeps silent. Override what is to be shown."""

    def plan(self, plan: Plan) -> None:
        """Data is read and the run folder made."""

    def phase(self, what: str) -> None:
        """Something that can take long begins, e.g. "compiling the training step"."""

    def compiled(self, done: int, total: int) -> None:
        """So many kernels of those that the phase needs are compiled."""

    def note(self, text: str) -> None:
        """A remark worth showing."""

    def step(self, progress: Progress) -> None:
        """A few steps were made."""

    def evaluated(self, done: int, total: int) -> None:
        """So many images of a split went through the network."""

    def epoch(self, record: Mapping[str, Any], best: bool) -> None:
        """An epoch has ended; ``record`` is its line in ``metrics.jsonl``."""

    def close(self) -> None:
        """All is over, well or not."""
