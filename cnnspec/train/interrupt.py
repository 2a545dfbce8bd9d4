"""Ctrl-C during training: finish the step, keep the weights, leave in order."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from types import FrameType
from typing import Any


class Interrupted(Exception):
    """Training was stopped by Ctrl-C. ``saved`` is the checkpoint with the last step, if one was made."""

    exit_code = 130

    def __init__(self, folder: Path | None = None, saved: Path | None = None) -> None:
        self.folder, self.saved = folder, saved
        kept = f"the weights so far are in {saved}" if saved else "nothing was saved"
        super().__init__(f"interrupted; {kept}")


class StopRequest:
    """While active, the first Ctrl-C only sets ``requested``; a second one interrupts at once.

    Weights are consistent only between steps. As long as ``patient`` is False (before the first
    step there is nothing to keep, and compiling takes long) the first one interrupts too.
    """

    def __init__(self) -> None:
        self.requested = False
        self.patient = False
        self._previous: Any = None

    def __enter__(self) -> StopRequest:
        # Python lets only the main thread take signals.
        if threading.current_thread() is threading.main_thread():
            self._previous = signal.signal(signal.SIGINT, self._handle)
        return self

    def __exit__(self, *error: object) -> None:
        if self._previous is not None:
            signal.signal(signal.SIGINT, self._previous)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self.requested or not self.patient:
            raise KeyboardInterrupt
        self.requested = True
