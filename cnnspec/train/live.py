"""``progress.json``: what a run does at this moment, for whoever watches it from outside."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from .records import number
from .reporter import Plan, Progress, Reporter, Reporters

__all__ = ["LIVE", "Live", "LiveFile", "Reporters", "life", "moment", "read_live"]

LIVE = "progress.json"
"""It is in the run folder as long as the run's process works; one that was killed leaves it behind."""

_SECONDS = 1.0
_HEARTBEAT = 10.0
"""It is written so often where nothing happens: a kernel can take long to compile."""
_SILENT = 60.0

Life = Literal["alive", "gone", "silent"]


@dataclass(frozen=True)
class Live:
    """What ``progress.json`` says. Figures are None as long as they are not known, or where training has none.

    ``done`` of ``total`` are kernels or images (``unit``) of the phase; times are UTC, in ISO 8601; ``seconds`` and
    ``seconds_left`` those of the whole training; ``pid`` is a process on ``host``.
    """

    pid: int
    host: str
    started: str
    updated: str
    phase: str = "starting"
    epoch: int | None = None
    epochs: int | None = None
    step: int | None = None
    steps: int | None = None
    loss: float | None = None
    accuracy: float | None = None
    learning_rate: float | None = None
    images_per_second: float | None = None
    seconds: float | None = None
    seconds_left: float | None = None
    done: int | None = None
    total: int | None = None
    unit: str | None = None

    @property
    def progress(self) -> Progress | None:
        """The last step; None before the first."""
        if self.loss is None or not (self.epoch and self.epochs and self.step and self.steps):
            return None
        return Progress(
            epoch=self.epoch,
            epochs=self.epochs,
            step=self.step,
            steps=self.steps,
            loss=self.loss,
            accuracy=self.accuracy,
            images_per_second=self.images_per_second,
            seconds_left=self.seconds_left,
            learning_rate=self.learning_rate,
            seconds=self.seconds,
        )


class LiveFile(Reporter):
    """Keeps ``RUN/progress.json`` up to date, and takes it away at ``close``.

    A thread of its own writes, at most once in ``interval`` seconds, and does not wait for the disk: training pays
    nothing. Where it cannot be written, training goes on; ``tell`` is told once, in the thread that trains.
    """

    def __init__(
        self, folder: Path, tell: Callable[[str], None] | None = None, interval: float = _SECONDS
    ) -> None:
        self._path, self._tell, self._interval = folder / LIVE, tell, interval
        self._beside, now = self._path.with_name(f".{LIVE}.new"), _now()
        self._state = Live(os.getpid(), platform.node(), now, now)
        self._written: Live | None = None
        self._since, self._last = time.monotonic(), 0.0
        self._problem: str | None = None
        self._write()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="progress", daemon=True)
        self._thread.start()

    def _set(self, **changes: Any) -> None:
        self._state = replace(self._state, **changes)
        if self._problem is not None and self._tell is not None:
            told, self._tell = self._tell, None
            told(
                f"{LIVE} cannot be written ({self._problem}), so 'cnnspec watch' sees epochs only; training goes on"
            )

    def plan(self, plan: Plan) -> None:
        self._set(epochs=plan.epochs, steps=plan.steps)

    def phase(self, what: str) -> None:
        self._set(phase=what, done=None, total=None, unit=None)

    def compiled(self, done: int, total: int) -> None:
        self._set(done=done, total=total, unit="kernels")

    def step(self, progress: Progress) -> None:
        if progress.seconds is not None:
            self._since = time.monotonic() - progress.seconds
        self._set(
            epoch=progress.epoch,
            epochs=progress.epochs,
            step=progress.step,
            steps=progress.steps,
            loss=number(progress.loss),
            accuracy=number(progress.accuracy),
            learning_rate=number(progress.learning_rate),
            images_per_second=number(progress.images_per_second),
            seconds_left=number(progress.seconds_left),
        )

    def evaluated(self, done: int, total: int) -> None:
        self._set(done=done, total=total, unit="images")

    def epoch(self, record: Mapping[str, Any], best: bool) -> None:
        self._set(epoch=record["epoch"])

    def close(self) -> None:
        if self._ended.is_set():
            return
        self._ended.set()
        self._thread.join(timeout=5.0)  # a disk that hangs must not hold the end up
        # A file left behind does no harm: run.json has the last word on how the run ended.
        for path in (self._path, self._beside):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)

    def _keep(self) -> None:
        while not self._ended.wait(self._interval):
            if self._state is not self._written or time.monotonic() - self._last > _HEARTBEAT:
                self._write()

    def _write(self) -> None:
        state, self._last = self._state, time.monotonic()
        told = replace(state, updated=_now(), seconds=round(self._last - self._since, 1))
        try:
            self._beside.write_text(
                json.dumps(asdict(told), indent=1, allow_nan=False) + "\n", encoding="utf-8"
            )
            os.replace(self._beside, self._path)
            self._written = state
        except OSError as error:
            self._problem = error.strerror or str(error)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read_live(folder: Path) -> Live | None:
    """What the run in ``folder`` does; None where nothing, or nothing whole, tells of it."""
    try:
        data = json.loads((folder / LIVE).read_bytes())
    except (OSError, ValueError):
        return None
    if not isinstance(data, dict):
        return None
    found = {f.name: _proper(data.get(f.name), str(f.type)) for f in fields(Live)}
    found["phase"] = found["phase"] or Live.phase
    return None if None in (found[n] for n in ("pid", "host", "started", "updated")) else Live(**found)


def _proper(value: Any, annotation: str) -> Any:
    """``value`` where it is of the annotated type, else None."""
    kind = annotation.partition(" ")[0]
    if kind == "str":
        return value if isinstance(value, str) else None
    if kind == "int":
        whole = isinstance(value, int) and not isinstance(value, bool) and value >= 0
        return value if whole else None
    return number(value)


def life(live: Live, now: datetime | None = None) -> Life:
    """Whether the process that wrote ``live`` still works, as far as can be told; "silent" where it exists but has
    not written for a minute, and on other machines whenever it has not."""
    if live.host == platform.node() and not _exists(live.pid):
        return "gone"
    written = moment(live.updated)
    age = ((now or datetime.now(UTC)) - written).total_seconds() if written else _SILENT + 1
    return "silent" if age > _SILENT else "alive"


def moment(text: str) -> datetime | None:
    """A time as ``progress.json`` has it; None where it is none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def _exists(pid: int) -> bool:
    if os.name == "nt":  # where signal 0 would end the process
        return True
    try:
        os.kill(max(pid, 1), 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True
