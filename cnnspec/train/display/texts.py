"""The lines that tell of training."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from typing import Any

from ..records import part_of, value_text, words
from ..reporter import Plan, Progress
from ..run import LARGEST
from ..wording import count, duration, loss_text, rate_text

_TELLING_SECONDS = 2.0
"""Before that, how long the first kernels took says nothing of the others."""


def plan_lines(plan: Plan) -> list[str]:
    """What is about to be trained, on what."""
    train, validation, test = plan.images
    done = (("images in training", plan.steps_of[0]), ("images at evaluation", plan.steps_of[1]))
    return [
        f"{plan.model}: {count(plan.parameters, 'trainable parameter')}, on {plan.device}",
        f"{train:,} training, {validation:,} validation, {count(test, 'test image')}; "
        f"{count(plan.epochs, 'epoch')} of {count(plan.steps, 'step')} of {plan.batch}",
        *plan.learns,
        *(f"{where}: {steps}" for where, steps in done if steps),
        *([f"going on after {plan.goes_on_after}"] if plan.goes_on_after else []),
        *([f"writing {plan.folder}"] if plan.steps_of[0] else []),
    ]


def epoch_line(
    record: Mapping[str, Any], best: bool, epochs: int, percents: Collection[str] = ("accuracy",)
) -> str:
    """``epoch  3/10  loss 0.41  accuracy 87.1 %  validation loss 0.39  accuracy 88.0 %  …``."""
    parts = [f"epoch {record['epoch']:>{len(str(epochs))}}/{epochs}", *_figures(record, "train", percents)]
    if "val_loss" in record:
        parts.append("validation " + "  ".join(_figures(record, "val", percents)))
    if record.get("learning_rate") is not None:
        parts.append(f"lr {rate_text(record['learning_rate'])}")
    if record.get("images_per_second"):
        parts.append(f"{record['images_per_second']:,.0f} images/s")
    if record.get("seconds") is not None:
        parts.append(seconds_text(record["seconds"]))
    return "  ".join(parts) + ("  *" if best else "")


def seconds_text(seconds: float) -> str:
    """Tenths of a second where that matters, else minutes and seconds."""
    return f"{seconds:.1f} s" if seconds < 60 else duration(seconds)


def _figures(record: Mapping[str, Any], part: str, percents: Collection[str]) -> list[str]:
    """Loss and metrics of a part, with the share of the largest class beside the accuracy."""
    own = part_of(record, part)
    largest = own.pop(LARGEST, None)
    found = []
    for key, value in own.items():
        text = f"{words(key)} {value_text(key, value, percents)}"
        if key.endswith("accuracy") and key != "balanced_accuracy" and largest is not None:
            text += f" (largest class {largest:.2%})"
        found.append(text)
    return found


def progress_text(progress: Progress) -> str:
    """``loss 0.4123  accuracy 87.1%  lr 0.0018  7,115 images/s  2:10 left``, as far as it is known."""
    parts = [f"loss {loss_text(progress.loss)}"]
    if progress.accuracy is not None:
        parts.append(f"accuracy {progress.accuracy:.1%}")
    if progress.learning_rate is not None:
        parts.append(f"lr {rate_text(progress.learning_rate)}")
    if progress.images_per_second:
        parts.append(f"{progress.images_per_second:,.0f} images/s")
    if progress.seconds_left is not None:
        parts.append(f"{duration(progress.seconds_left)} left")
    return "  ".join(parts)


class Pace:
    """How long compiling will take, from how long it took so far."""

    def __init__(self) -> None:
        self._start, self._before = time.monotonic(), 0
        self._asked = False

    def left(self, done: int, total: int) -> str:
        """``about 8 s left``; empty where nothing is left, or it cannot be told yet."""
        now = time.monotonic()
        if not self._asked and done > 1:  # whoever comes later does not know how long these took
            self._start, self._before = now, done
        self._asked = True
        elapsed, made = now - self._start, done - self._before
        if made <= 0 or elapsed < _TELLING_SECONDS:
            return ""
        left = elapsed / made * (total - done)
        return f"about {duration(left)} left" if left >= 1 else ""

    def text(self, done: int, total: int) -> str:
        """``34 of 120 kernels, about 8 s left``."""
        return ", ".join(filter(None, (f"{done} of {count(total, 'kernel')}", self.left(done, total))))
