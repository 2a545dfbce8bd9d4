"""Reporters: a live display on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, TextIO

from .reporter import Plan, Progress, Reporter
from .run import LARGEST
from .wording import figure

if TYPE_CHECKING:
    from rich.console import Console

_LINE_SECONDS = 10.0
_WIDE = 120
"""Columns from which there is room for a longer bar."""


def reporter_for(stream: TextIO) -> Reporter:
    """The live display where ``stream`` is a terminal, else plain lines."""
    if not stream.isatty():
        return PlainReporter(stream)
    from rich.console import Console

    console = Console(file=stream, highlight=False)
    return (
        LiveReporter(console)
        if console.is_terminal and not console.is_dumb_terminal
        else PlainReporter(stream)
    )


def plan_lines(plan: Plan) -> list[str]:
    train, validation, test = plan.images
    return [
        f"{plan.model}: {plan.parameters:,} trainable parameters, on {plan.device}",
        f"{train:,} training, {validation:,} validation, {test:,} test images; "
        f"{plan.epochs} epochs of {plan.steps} steps of {plan.batch}",
        *plan.learns,
        f"images in training: {plan.steps_of[0]}",
        f"images at evaluation: {plan.steps_of[1]}",
        f"writing {plan.folder}",
    ]


def epoch_line(
    record: Mapping[str, Any], best: bool, epochs: int, percents: Collection[str] = ("accuracy",)
) -> str:
    """``epoch  3/10  loss 0.41  accuracy 87.1 %  validation loss 0.39  accuracy 88.0 %  …``."""
    parts = [f"epoch {record['epoch']:>{len(str(epochs))}}/{epochs}", *_figures(record, "train", percents)]
    if "val_loss" in record:
        parts.append("validation " + "  ".join(_figures(record, "val", percents)))
    if record["images_per_second"]:
        parts.append(f"{record['images_per_second']:,.0f} images/s")
    parts.append(f"{record['seconds']:.1f} s")
    return "  ".join(parts) + ("  *" if best else "")


def _figures(record: Mapping[str, Any], part: str, percents: Collection[str]) -> list[str]:
    """Loss and metrics of a part, with the share of the largest class beside the accuracy."""
    own = {key.removeprefix(f"{part}_"): value for key, value in record.items() if key.startswith(f"{part}_")}
    largest = own.pop(LARGEST, None)
    found = []
    for key, value in own.items():
        text = f"{key.replace('_', ' ')} {_value(key, value, percents)}"
        if key.endswith("accuracy") and key != "balanced_accuracy" and largest is not None:
            text += f" (largest class {largest:.2%})"
        found.append(text)
    return found


def _value(key: str, value: float | None, percents: Collection[str]) -> str:
    if value is None:
        return "–"
    if key == "loss" or key.startswith("loss_"):
        return loss_text(value)
    return f"{value:.2%}" if key in percents or key.endswith("accuracy") else figure(value)


def loss_text(loss: float) -> str:
    """Four decimals; four digits where that would be a long number."""
    return f"{loss:.4f}" if abs(loss) < 10_000 else f"{loss:.3e}"


def progress_text(progress: Progress) -> str:
    parts = [f"loss {loss_text(progress.loss)}"]
    if progress.accuracy is not None:
        parts.append(f"accuracy {progress.accuracy:.1%}")
    if progress.images_per_second:
        parts.append(f"{progress.images_per_second:,.0f} images/s")
    if progress.seconds_left is not None:
        parts.append(f"{duration(progress.seconds_left)} left")
    return "  ".join(parts)


def duration(seconds: float) -> str:
    """``8 s``, ``3:05`` or ``2:10:00``.

    >>> duration(8.4), duration(185), duration(7800)
    ('8 s', '3:05', '2:10:00')
    """
    whole = round(seconds)
    hours, minutes = whole // 3600, whole // 60 % 60
    if whole < 60:
        return f"{whole} s"
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


class Pace:
    """How long compiling will take, from how long it took so far."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    def text(self, done: int, total: int) -> str:
        """``34 of 120 kernels, about 8 s left``."""
        left = (time.monotonic() - self._start) / done * (total - done)
        return f"{done} of {total} kernels" + (f", about {duration(left)} left" if done < total else "")


class PlainReporter(Reporter):
    """A line a phase and an epoch, and one about the steps every ten seconds."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._epochs, self._percents = 0, frozenset(("accuracy",))
        self._phase = ""
        self._pace = Pace()
        self._last = time.monotonic()

    def _say(self, text: str) -> None:
        print(text, file=self._stream, flush=True)
        self._last = time.monotonic()

    def plan(self, plan: Plan) -> None:
        self._epochs, self._percents = plan.epochs, plan.percents
        for line in plan_lines(plan):
            self._say(line)

    def phase(self, what: str) -> None:
        # Training and validating alternate: the epochs' own lines tell of those.
        if what not in (self._phase, "training", "validating"):
            self._say(f"{what} …")
        self._phase, self._pace = what, Pace()

    def compiled(self, done: int, total: int) -> None:
        if time.monotonic() - self._last > _LINE_SECONDS:
            self._say(f"{self._phase}: {self._pace.text(done, total)}")

    def note(self, text: str) -> None:
        self._say(f"note: {text}")

    def step(self, progress: Progress) -> None:
        if time.monotonic() - self._last > _LINE_SECONDS:
            place = f"epoch {progress.epoch}/{progress.epochs}, step {progress.step}/{progress.steps}"
            self._say(f"{place}  {progress_text(progress)}")

    def epoch(self, record: Mapping[str, Any], best: bool) -> None:
        self._say(epoch_line(record, best, self._epochs, self._percents))


class LiveReporter(Reporter):
    """One live line (what, bar, how long, figures) below the lines of the epochs gone by.

    Rich redraws it from a thread of its own, so the seconds run on while a step is compiled.
    """

    def __init__(self, console: Console) -> None:
        from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bar
        from rich.table import Column

        self._bar = Bar(
            SpinnerColumn(),
            TextColumn("{task.description}", table_column=Column(no_wrap=True, min_width=len("training"))),
            BarColumn(bar_width=24 if console.width >= _WIDE else 6),
            TimeElapsedColumn(),
            TextColumn("{task.fields[figures]}", table_column=Column(no_wrap=True)),
            console=console,
            transient=True,
            refresh_per_second=5,
        )
        self._epochs, self._percents = 0, frozenset(("accuracy",))
        self._pace = Pace()
        self._task = self._bar.add_task("starting", total=None, figures="")
        self._bar.start()

    def _say(self, text: str) -> None:
        self._bar.console.print(text, markup=False, highlight=False)

    def plan(self, plan: Plan) -> None:
        self._epochs, self._percents = plan.epochs, plan.percents
        for line in plan_lines(plan):
            self._say(line)

    def phase(self, what: str) -> None:
        self._pace = Pace()
        self._bar.reset(self._task, total=None, description=what, figures="")

    def compiled(self, done: int, total: int) -> None:
        self._bar.update(self._task, total=total, completed=done, figures=self._pace.text(done, total))

    def note(self, text: str) -> None:
        self._say(f"note: {text}")

    def step(self, progress: Progress) -> None:
        done = (progress.epoch - 1) * progress.steps + progress.step
        self._bar.update(
            self._task,
            total=progress.epochs * progress.steps,
            completed=done,
            figures=f"epoch {progress.epoch}/{progress.epochs}  step {progress.step}/{progress.steps}  "
            + progress_text(progress),
        )

    def evaluated(self, done: int, total: int) -> None:
        self._bar.update(self._task, total=total, completed=done)

    def epoch(self, record: Mapping[str, Any], best: bool) -> None:
        self._say(epoch_line(record, best, self._epochs, self._percents))

    def close(self) -> None:
        self._bar.stop()
