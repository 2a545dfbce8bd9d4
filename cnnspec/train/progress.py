"""Reporters: a live display on a terminal, plain lines elsewhere."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import Any, TextIO

from .display.live import LiveReporter
from .display.texts import Pace, epoch_line, plan_lines, progress_text
from .reporter import Plan, Progress, Reporter
from .wording import duration

__all__ = [
    "LiveReporter",
    "PlainReporter",
    "duration",
    "epoch_line",
    "plan_lines",
    "progress_text",
    "reporter_for",
]

_LINE_SECONDS = 10.0


def reporter_for(stream: TextIO) -> Reporter:
    """The live display where ``stream`` is a terminal that can redraw, else plain lines.

    Lines too where ``CI`` is set, as such a terminal ends in a log; NO_COLOR takes the colours away, no more.
    """
    if not stream.isatty() or os.environ.get("CI", "").lower() not in ("", "0", "false"):
        return PlainReporter(stream)
    from rich.console import Console

    console = Console(file=stream, highlight=False)
    able = console.is_terminal and console.is_interactive and not console.is_dumb_terminal
    return LiveReporter(console) if able else PlainReporter(stream)


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

    def _due(self) -> bool:
        return time.monotonic() - self._last > _LINE_SECONDS

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
        text = self._pace.text(done, total)
        if self._due():
            self._say(f"{self._phase}: {text}")

    def note(self, text: str) -> None:
        self._say(f"note: {text}")

    def step(self, progress: Progress) -> None:
        if self._due():
            place = f"epoch {progress.epoch}/{progress.epochs}, step {progress.step}/{progress.steps}"
            self._say(f"{place}  {progress_text(progress)}")

    def epoch(self, record: Mapping[str, Any], best: bool) -> None:
        self._say(epoch_line(record, best, self._epochs, self._percents))
