"""The training loop: epochs of compiled steps, validation, checkpoints.

It prints nothing and reads the device only now and then, so that a step costs what its kernels cost.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..ir import OpError
from ..source import SpecError
from .batches import training_draws, training_order
from .errors import LossNotFinite, OutOfMemory
from .experiment import Experiment
from .heads import Head, main_heads
from .interrupt import Interrupted, StopRequest
from .measures import Measures, bound_metrics, measure
from .reporter import Progress, Reporter
from .run import RunFolder, checkpoint
from .sums import Sums

if TYPE_CHECKING:
    from ..backends.tinygrad.module import Module
    from .data.dataset import Dataset, Splits
    from .pipeline.device import DevicePart
    from .pipeline.feed import Feed
    from .steps import EvaluationStep, Tally, TrainingStep

_COMPILED = 1
"""Calls that compile: the first is captured, from then on it is replayed."""
_READ_STEPS, _READ_SECONDS = 10, 1.0


@dataclass
class TrainingState:
    """All that training changes from step to step. ``step`` counts over all epochs."""

    module: Module
    optimizer: Any
    epoch: int = 0
    step: int = 0
    best: dict[str, Any] | None = None


@dataclass
class Clock:
    """Training time without compiling. Steps and seconds of this epoch, and of all."""

    calls: int = 0
    steps: int = 0
    seconds: float = 0.0
    epoch_steps: int = 0
    epoch_seconds: float = 0.0
    validation_seconds: float = 0.0
    _since: float = field(default_factory=time.perf_counter)

    def start(self) -> None:
        self._since = time.perf_counter()

    def start_epoch(self) -> None:
        self.epoch_steps, self.epoch_seconds = 0, 0.0
        self.start()

    def lap(self, steps: int) -> None:
        """``steps`` more are done, on the device too."""
        now = time.perf_counter()
        elapsed, self._since = now - self._since, now
        self.calls += steps
        if self.calls > _COMPILED:
            self.steps, self.seconds = self.steps + steps, self.seconds + elapsed
            self.epoch_steps, self.epoch_seconds = self.epoch_steps + steps, self.epoch_seconds + elapsed


@dataclass(frozen=True)
class Images:
    """How training images come: read by ``feed``, what is left to the device done by ``part``."""

    feed: Feed
    part: DevicePart


class Loop:
    """Trains ``state`` and writes ``folder``; ``run`` is the whole of it."""

    def __init__(
        self,
        experiment: Experiment,
        splits: Splits,
        heads: Sequence[Head],
        state: TrainingState,
        step: TrainingStep,
        evaluation: EvaluationStep,
        images: Images,
        folder: RunFolder,
        reporter: Reporter,
    ) -> None:
        self.experiment, self.splits, self.state, self.folder = experiment, splits, state, folder
        self._heads = main_heads(heads)
        self._metrics = bound_metrics(experiment, self._heads)
        self._images = images
        self._step, self._evaluation, self._reporter = step, evaluation, reporter
        self._batch = evaluation.batch
        self._steps = -(-len(splits.train) // self._batch)
        self._clock = Clock()
        self._stop = StopRequest()

    def run(self) -> None:
        """All epochs. Raises :class:`SpecError` and, after Ctrl-C, :class:`Interrupted`."""
        with self._stop, self._diagnosed():
            try:
                for epoch in range(self.state.epoch + 1, self.experiment.settings.epochs + 1):
                    self._epoch(epoch)
            except KeyboardInterrupt:
                raise Interrupted(self.folder.path, self._existing_checkpoint()) from None

    def _epoch(self, epoch: int) -> None:
        started = time.perf_counter()
        self._clock.start_epoch()
        totals = self._train(epoch)
        record: dict[str, Any] = {"epoch": epoch, "step": self.state.step, **totals, **self._validate(epoch)}
        record["learning_rate"] = self._rate(epoch, self._steps - 1)
        record["images_per_second"] = round(self._speed() or 0.0, 1) or None
        record["seconds"] = round(time.perf_counter() - started, 3)
        self.state.epoch = epoch
        self._save(record)
        self._leave_if_asked()

    def _train(self, epoch: int) -> dict[str, float]:
        settings, train = self.experiment.settings, self.splits.train
        order = training_order(settings, train, self._batch, epoch)
        draws = training_draws(settings, len(train), self._batch, epoch)
        sums = Sums(tuple(head.output for head in self._heads))
        pending, last = 0, time.perf_counter()
        # The device still works on the step before while a batch is read.
        for index, fed in enumerate(self._images.feed.batches(list(order), draws)):
            self._announce()
            self._images.part.write(fed.drawn, settings.seed, epoch, index)
            self._step(fed.images, fed.drawn.targets(train.targets[fed.rows]), self._rate(epoch, index))
            self.state.step, pending = self.state.step + 1, pending + 1
            calls = self._clock.calls + pending
            due = pending >= _READ_STEPS or time.perf_counter() - last > _READ_SECONDS
            if due or calls <= _COMPILED or index + 1 == len(order) or self._stop.requested:
                tally = self._read(epoch, index + 1, pending)
                sums.add(tally)
                self._show(epoch, index + 1, tally, pending)
                pending, last = 0, time.perf_counter()
            self._leave_if_asked()
        return sums.means(len(order), len(order) * self._batch)

    def _announce(self) -> None:
        if self._clock.calls == 0:
            self._reporter.phase("compiling the training step")
        elif self._clock.calls == _COMPILED:
            self._reporter.phase("training")

    def _read(self, epoch: int, step: int, pending: int) -> Tally:
        tally = self._step.read()
        self._clock.lap(pending)
        self._stop.patient = True
        if tally.finite < pending:
            raise self._not_finite("training", epoch, step - pending + tally.finite + 1)
        return tally

    def _show(self, epoch: int, step: int, tally: Tally, pending: int) -> None:
        self._reporter.step(
            Progress(
                epoch=epoch,
                epochs=self.experiment.settings.epochs,
                step=step,
                steps=self._steps,
                loss=tally.loss / pending,
                accuracy=next((n / (pending * self._batch) for n in tally.correct.values()), None),
                images_per_second=self._speed(),
                seconds_left=self._seconds_left(epoch, step),
            )
        )

    def _speed(self) -> float | None:
        clock = self._clock
        return clock.epoch_steps * self._batch / clock.epoch_seconds if clock.epoch_steps else None

    def _seconds_left(self, epoch: int, step: int) -> float | None:
        if not self._clock.steps:
            return None
        epochs = self.experiment.settings.epochs - epoch
        steps = epochs * self._steps + self._steps - step
        return steps * self._clock.seconds / self._clock.steps + (epochs + 1) * self._clock.validation_seconds

    def _rate(self, epoch: int, index: int) -> float:
        factor = self.experiment.schedule.factor(
            epoch - 1 + index / self._steps, self.experiment.settings.epochs
        )
        return self.experiment.optimizer.lr * factor

    def _validate(self, epoch: int) -> dict[str, float | None]:
        if not len(self.splits.validation):
            return {}
        started = time.perf_counter()
        self._reporter.phase("validating" if epoch > 1 else "compiling the evaluation step, validating")
        values = self.evaluate(self.splits.validation).values
        self._clock.validation_seconds = time.perf_counter() - started
        self._reporter.phase("training")
        if not math.isfinite(values["loss"] or 0.0):
            raise self._not_finite("validation", epoch, self._steps)
        return {f"val_{name}": value for name, value in values.items()}

    def evaluate(self, dataset: Dataset) -> Measures:
        """Measures of the network as it is on a split."""
        outputs = self._evaluation.outputs(dataset, lambda done: self._reporter.evaluated(done, len(dataset)))
        targets = dataset.targets_as_seen()
        return measure(outputs, targets, self._heads, self._metrics, self.state.module.device)

    def _save(self, record: dict[str, Any]) -> None:
        best = self.state.best is None or self._rank(record) > self._rank(self.state.best)
        self._save_checkpoint(*(("last", "best") if best else ("last",)))
        if best:
            self.state.best = record
            self.folder.info.best = {
                k: v for k, v in record.items() if k == "epoch" or k.startswith(("train_", "val_"))
            }
        self.folder.add_record(record)
        self.folder.write_info()
        self._reporter.epoch(record, best)

    def _save_checkpoint(self, *names: str) -> None:
        values = self.state.module.state()
        for name in names:
            self.folder.write_checkpoint(name, values, self.state.epoch, self.state.step)

    def _leave_if_asked(self) -> None:
        if self._stop.requested:
            self._save_checkpoint("last")
            raise Interrupted(self.folder.path, self._existing_checkpoint())

    def _existing_checkpoint(self) -> Any:
        path = self.folder.path / checkpoint("last")
        return path if path.exists() else None

    def _rank(self, record: Mapping[str, Any]) -> tuple[float, float]:
        """Higher is better: the first metric on the validation part, then its loss; training's where there is none."""
        if "val_loss" not in record:
            return record.get("train_accuracy", 0.0), -record["train_loss"]
        first = self._metrics[0] if self._metrics else None
        value = record.get(f"val_{first.key}") if first else 0.0
        return (-math.inf if value is None or first is None else first.sign * value), -record["val_loss"]

    def _not_finite(self, which: str, epoch: int, step: int) -> SpecError:
        lr = self._rate(epoch, step - 1)
        hints = (f"lower the learning rate (here {lr:g}), e.g.: --set optimizer.lr={lr / 10:g}",)
        return self.experiment.located(
            "optimizer", LossNotFinite(which=which, epoch=epoch, step=step, hints=hints), "lr"
        )

    @contextmanager
    def _diagnosed(self) -> Iterator[None]:
        with (
            data_errors(self.experiment),
            memory_errors(self.experiment, self.state.module.device, self._batch),
        ):
            yield


@contextmanager
def data_errors(experiment: Experiment) -> Iterator[None]:
    """What data sources raise, as a diagnostic at the spec's ``data`` section."""
    try:
        yield
    except OpError as error:
        raise experiment.error("data", error) from error


@contextmanager
def memory_errors(experiment: Experiment, device: str, batch: int) -> Iterator[None]:
    """Running out of memory, as a diagnostic at the spec's batch size."""
    try:
        yield
    except MemoryError as error:
        hint = f"try a smaller batch, e.g.: --set train.batch={max(1, batch // 2)}"
        raise experiment.located(
            "train", OutOfMemory(device=device, batch=batch, hints=(hint,)), "batch"
        ) from error
