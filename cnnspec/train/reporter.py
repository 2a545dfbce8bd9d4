"""What training and evaluation tell whoever shows it. Nothing below the command line prints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Plan:
    """What is about to be trained. ``images`` counts train, validation and test; ``steps_of`` says what is done to
    images, in training and at evaluation; ``learns`` what each output learns, and by which losses. ``percents`` are
    the figures of records that are shares. ``goes_on_after`` says where a run that is resumed was left. A watcher of a
    run knows neither ``steps_of`` nor ``learns``: they are empty then."""

    model: str
    device: str
    parameters: int
    images: tuple[int, int, int]
    epochs: int
    steps: int
    batch: int
    folder: str
    steps_of: tuple[str, str] = ("", "")
    learns: tuple[str, ...] = ()
    percents: frozenset[str] = frozenset(("accuracy",))
    goes_on_after: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """Within an epoch; loss and accuracy are those of the last few steps. The accuracy is None where no output learns
    classes, rates and the time left are None as long as they are not known.

    ``learning_rate`` is that of the last step. ``seconds`` were spent on the run, before it was resumed too; None where
    the loop does not tell.
    """

    epoch: int
    epochs: int
    step: int
    steps: int
    loss: float
    accuracy: float | None
    images_per_second: float | None
    seconds_left: float | None
    learning_rate: float | None = None
    seconds: float | None = None


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


class Reporters(Reporter):
    """Several reporters as one. ``add`` takes in one that cannot be made before training has a run folder."""

    def __init__(self, reporters: Iterable[Reporter] = ()) -> None:
        self._all = list(reporters)

    def add(self, reporter: Reporter) -> None:
        """``reporter`` hears of all that comes from now on, and is closed with the others."""
        self._all.append(reporter)

    def plan(self, plan: Plan) -> None:
        for each in self._all:
            each.plan(plan)

    def phase(self, what: str) -> None:
        for each in self._all:
            each.phase(what)

    def compiled(self, done: int, total: int) -> None:
        for each in self._all:
            each.compiled(done, total)

    def note(self, text: str) -> None:
        for each in self._all:
            each.note(text)

    def step(self, progress: Progress) -> None:
        for each in self._all:
            each.step(progress)

    def evaluated(self, done: int, total: int) -> None:
        for each in self._all:
            each.evaluated(done, total)

    def epoch(self, record: Mapping[str, Any], best: bool) -> None:
        for each in self._all:
            each.epoch(record, best)

    def close(self) -> None:
        with ExitStack() as stack:  # closes all of them, whatever one of them raises
            for each in reversed(self._all):
                stack.callback(each.close)
