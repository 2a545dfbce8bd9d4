"""How long training takes, without compiling."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

COMPILED = 1
"""Calls that compile: the first is captured, from then on it is replayed."""


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
        if self.calls > COMPILED:
            self.steps, self.seconds = self.steps + steps, self.seconds + elapsed
            self.epoch_steps, self.epoch_seconds = self.epoch_steps + steps, self.epoch_seconds + elapsed

    def speed(self, batch: int) -> float | None:
        """Images a second in this epoch."""
        return self.epoch_steps * batch / self.epoch_seconds if self.epoch_steps else None

    def left(self, steps: int, epochs: int) -> float | None:
        """Seconds for so many more steps, and validations after so many epochs; None where nothing was timed yet."""
        if not self.steps:
            return None
        return steps * self.seconds / self.steps + epochs * self.validation_seconds
