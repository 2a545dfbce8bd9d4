"""The training loop: epochs of compiled steps, validation, checkpoints.

It prints nothing and reads the device only now and then, so that a step costs what its kernels cost.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from ..source import SpecError
from .batches import training_draws, training_order
from .clock import COMPILED, Clock
from .experiment import Experiment
from .failures import data_errors, diverged, has_diverged, memory_errors, not_finite
from .heads import Head, main_heads
from .interrupt import Interrupted, StopRequest, StopTraining
from .measures import Measures, bound_metrics, measure
from .pace import Pace
from .ranking import best_record, stalled
from .reporter import Progress, Reporter
from .run import RunFolder
from .state import TrainingState
from .state_file import state_bytes
from .sums import Sums

if TYPE_CHECKING:
    from .data.dataset import Dataset, Splits
    from .pipeline.feed import Fed
    from .stages import Stage, Stages
    from .steps import EvaluationStep, Tally

_READ_STEPS, _READ_SECONDS = 10, 1.0


class _Leave(Exception):
    """A signal asked to end, and the state is one that can be saved."""


class Loop:
    """Trains ``state`` and writes ``folder``; ``run`` is the whole of it."""

    def __init__(
        self,
        experiment: Experiment,
        splits: Splits,
        heads: Sequence[Head],
        state: TrainingState,
        stages: Stages,
        folder: RunFolder,
        reporter: Reporter,
        stop: StopRequest | None = None,
    ) -> None:
        self.experiment, self.splits, self.state, self.folder = experiment, splits, state, folder
        self._heads = main_heads(heads)
        self._metrics = bound_metrics(experiment, self._heads)
        self._stages = stages
        self._evaluation, self._reporter = stages.evaluation, reporter
        self._batch = stages.evaluation.batch
        self._pace = Pace(experiment, -(-len(splits.train) // self._batch))
        self._clock, self._stop = Clock(), stop or StopRequest()
        self._started, self._saved = time.perf_counter(), time.monotonic()

    @property
    def seconds(self) -> float:
        """Spent on this run, before it was gone on with too."""
        return self.state.place.seconds + time.perf_counter() - self._started

    def run(self) -> None:
        """What is left of all epochs. Raises :class:`SpecError` and, after a signal, :class:`Interrupted`."""
        with (
            data_errors(self.experiment),
            memory_errors(self.experiment, self.state.module.device, self._batch),
        ):
            try:
                while not self._over():
                    self._epoch()
            except StopTraining as stopped:
                self._reporter.note(f"ended by a callback{f': {stopped}' if str(stopped) else ''}")
                if not self.state.place.records:
                    self._keep_weights("last", "best")
            except _Leave:
                self._reporter.phase("saving")
                self._keep_weights("last")
                raise Interrupted(self.folder.path, self.folder.saved, self._stop.number) from None
            finally:
                self._stop.patient = False

    def _over(self) -> bool:
        place, settings = self.state.place, self.experiment.settings
        if settings.patience is None or place.epoch > settings.epochs:
            return place.epoch > settings.epochs
        since = stalled(place.records, self._metrics)
        if since >= settings.patience:
            self._reporter.note(f"ended early: none of the last {since} epochs was better than the best one")
        return since >= settings.patience

    def _epoch(self) -> None:
        started = time.perf_counter()
        place = self.state.place
        epoch = place.epoch
        stage = self._entered(epoch)
        self._clock.start_epoch()
        self._train(stage)
        record: dict[str, Any] = {
            "epoch": epoch,
            "step": place.step,
            **self._means(),
            **self._validate(stage),
        }
        record["learning_rate"] = self._rate(self._pace.steps - 1)
        if place.sums.skipped:
            record["skipped_updates"] = place.sums.skipped
        record["images_per_second"] = round(self._clock.speed(self._batch) or 0.0, 1) or None
        record["seconds"] = round(time.perf_counter() - started, 3)
        place.epoch, place.batch, place.sums = epoch + 1, 0, Sums()
        place.records.append(record)
        self._save_state()
        self.write_epochs()
        self._reporter.epoch(record, best_record(place.records, self._metrics) is record)
        self._leave_if_asked()

    def _means(self) -> dict[str, float]:
        outputs = [head.output for head in self._heads]
        return self.state.place.sums.means(outputs, self._pace.steps, self._pace.steps * self._batch)

    def _entered(self, epoch: int) -> Stage:
        """The stage of ``epoch``; what a new one takes to compile is timed anew."""
        stage, new = self._stages.at(epoch, self._reporter, self._leave_if_asked)
        if new:
            self._clock = Clock()
        return stage

    def _train(self, stage: Stage) -> None:
        """The batches of the epoch that are not done."""
        place, settings, train = self.state.place, self.experiment.settings, self.splits.train
        order = training_order(settings, train, self._batch, place.epoch)
        draws = training_draws(settings, len(train), self._batch, place.epoch)
        first = place.batch
        pending, last = 0, time.perf_counter()
        # The device still works on the step before while a batch is read.
        for index, fed in enumerate(stage.feed.batches(list(order), draws, first), first):
            self._announce()
            updated = self._one(stage, index, fed)
            pending += 1
            calls = self._clock.calls + pending
            due = pending >= _READ_STEPS or time.perf_counter() - last > _READ_SECONDS
            if due or calls <= COMPILED or index + 1 == len(order) or self._stop.requested:
                self._take(self._read(stage, pending), pending)
                pending, last = 0, time.perf_counter()
            if updated and not pending:
                self._leave_if_asked()
                if time.monotonic() - self._saved > settings.save_every * 60:
                    self._save_state()

    def _one(self, stage: Stage, index: int, fed: Fed) -> bool:
        """One batch; whether weights were changed after it."""
        place, train = self.state.place, self.splits.train
        numbers = self._pace.numbers(place.epoch, index, place.update, place.records)
        stage.part.write(fed.drawn, self.experiment.settings.seed, place.epoch, index)
        stage.step(fed.images, fed.drawn.targets(train.targets[fed.rows]), numbers)
        place.batch, place.step = index + 1, place.step + 1
        place.update += numbers is not None
        return numbers is not None

    def _announce(self) -> None:
        if self._clock.calls == 0:
            self._reporter.phase("compiling the training step")
        elif self._clock.calls == COMPILED:
            self._reporter.phase("training")

    def _read(self, stage: Stage, pending: int) -> Tally:
        """What the last ``pending`` steps came to."""
        tally, place = stage.step.read(), self.state.place
        self._clock.lap(pending)
        if tally.finite < pending:
            self._fail_not_finite("training", place.batch - pending + tally.finite + 1)
        loss = tally.loss / pending
        if place.first_loss is None:
            place.first_loss = loss
        if diverged(place.first_loss, loss):
            rate = self._rate(place.batch - 1)
            raise has_diverged(
                self.experiment, place.epoch, place.batch, loss, place.first_loss, rate, self._kept()
            )
        self._stop.patient = True
        return tally

    def _take(self, tally: Tally, pending: int) -> None:
        place, epochs = self.state.place, self.experiment.settings.epochs
        place.sums.add(tally)
        left = (epochs - place.epoch) * self._pace.steps + self._pace.steps - place.batch
        self._reporter.step(
            Progress(
                epoch=place.epoch,
                epochs=epochs,
                step=place.batch,
                steps=self._pace.steps,
                loss=tally.loss / pending,
                accuracy=next((n / (pending * self._batch) for n in tally.correct.values()), None),
                images_per_second=self._clock.speed(self._batch),
                seconds_left=self._clock.left(left, epochs - place.epoch + 1),
                learning_rate=self._rate(place.batch - 1),
                seconds=self.seconds,
            )
        )

    def _rate(self, batch: int) -> float:
        return self._pace.rate(self.state.place.epoch, batch, self.state.place.records)

    def _validate(self, stage: Stage) -> dict[str, float | None]:
        if not len(self.splits.validation):
            return {}
        started = time.perf_counter()
        first = self._clock.validation_seconds == 0
        self._reporter.phase("compiling the evaluation step, validating" if first else "validating")
        values = self.evaluate(self.splits.validation, True, stage.evaluation).values
        self._clock.validation_seconds = time.perf_counter() - started
        self._reporter.phase("training")
        if not math.isfinite(values["loss"] or 0.0):
            self._fail_not_finite("validation", self._pace.steps)
        return {f"val_{name}": value for name, value in values.items()}

    def evaluate(
        self, dataset: Dataset, leaving: bool = False, step: EvaluationStep | None = None
    ) -> Measures:
        """Measures of the network as it is on a split, by ``step`` where it is given; with ``leaving`` a signal ends it."""

        def tick(done: int) -> None:
            # After training a callback can end nothing any more.
            with suppress(*(() if leaving else (StopTraining,))):
                self._reporter.evaluated(done, len(dataset))
            if leaving:
                self._leave_if_asked()

        outputs = (step or self._evaluation).outputs(dataset, tick)
        return measure(
            outputs, dataset.targets_as_seen(), self._heads, self._metrics, self.state.module.device
        )

    def write_epochs(self) -> None:
        """What a run folder says of the epochs that are over: all of it anew, as a kill may have left out some."""
        records = self.state.place.records
        best = best_record(records, self._metrics)
        with self._saving():
            self._keep_weights(*(("last", "best") if best is records[-1] else ("last",)))
            self.folder.info.best = {
                k: v for k, v in best.items() if k == "epoch" or k.startswith(("train_", "val_"))
            }
            self.folder.write_records(records)
            self.folder.write_info()

    def _keep_weights(self, *names: str) -> None:
        place = self.state.place
        self.folder.write_checkpoints(names, self.state.measured().state(), len(place.records), place.step)

    def _save_state(self) -> None:
        place = self.state.place
        place.seconds, self._started = self.seconds, time.perf_counter()
        with self._saving():
            data = state_bytes(self.state.arrays(), place, self.folder.about)
            self.folder.write_state(data, place.text)
        self._saved = time.monotonic()

    @contextmanager
    def _saving(self) -> Iterator[None]:
        try:
            yield
        except SpecError as error:
            raise self.folder.with_last_good(error) from None

    def _leave_if_asked(self) -> None:
        if self._stop.requested:
            self._save_state()
            raise _Leave

    def _kept(self) -> str:
        return f"; {self.folder.path} holds {self.folder.saved}" if self.folder.saved else ""

    def _fail_not_finite(self, which: str, step: int) -> None:
        raise not_finite(
            self.experiment, which, self.state.place.epoch, step, self._rate(step - 1), self._kept()
        )
