"""Signals during training: finish the step, save all, leave in order. And what else ends training early."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from types import FrameType
from typing import Any

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


class Interrupted(Exception):
    """Training was stopped by a signal (``number``): Ctrl-C, SIGTERM, a terminal that was closed. ``saved`` says where the
    run is, where it can be gone on with."""

    def __init__(self, folder: Path | None = None, saved: str = "", number: int = signal.SIGINT) -> None:
        self.folder, self.saved, self.number = folder, saved, number
        kept = f"saved {saved}; 'cnnspec train --resume {folder}' goes on" if saved else "nothing was saved"
        super().__init__(f"interrupted; {kept}")

    @property
    def exit_code(self) -> int:
        """As shells have it: 130 after Ctrl-C, 143 after SIGTERM."""
        return 128 + self.number


class StopTraining(Exception):
    """Raised by a callback: training ends in order, as after its last epoch. The best epoch is kept and tested."""


class StopRequest:
    """While active, the first signal only sets ``requested``; a second one ends at once.

    Weights are consistent only between steps. As long as ``patient`` is False (before the first
    step there is nothing to keep, and compiling takes long) the first one ends at once too.
    """

    def __init__(self) -> None:
        self.requested = False
        self.patient = False
        self.number: int = signal.SIGINT
        self._previous: dict[int, Any] = {}

    def __enter__(self) -> StopRequest:
        # Python lets only the main thread take signals; what was told to be ignored (nohup) stays so.
        if threading.current_thread() is threading.main_thread():
            for number in SIGNALS:
                if signal.getsignal(number) is not signal.SIG_IGN:
                    self._previous[number] = signal.signal(number, self._handle)
        return self

    def __exit__(self, *error: object) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        self.number = number
        if self.requested or not self.patient:
            raise KeyboardInterrupt
        self.requested = True
