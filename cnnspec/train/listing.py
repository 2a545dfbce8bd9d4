"""What there is to say of a run in a line, and of the runs below a folder."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..source import SpecError, did_you_mean
from .baseline.folder import BaselineInfo, is_baseline, open_baseline
from .listing_errors import NoRunsHere
from .live import Live, life, moment, read_live
from .reading import Run, open_run
from .records import first_measure, lower_is_better, number, percents_of, value_text
from .run import BASELINE, METRICS, PREVIOUS, RUN, STATE, checkpoint
from .wording import printable

_QUIET_SECONDS = 60.0
"""A run without progress.json is believed to go on for so long after its last epoch."""
_MARKS = (RUN, METRICS, checkpoint("last"), BASELINE)


@dataclass(frozen=True)
class Status:
    """How a run stands: what ``run.json`` says, but "stopped" where it says "running" and no process is left.

    ``reason`` is why it is stopped, or why it failed. ``resumable`` where ``train --resume`` goes on with it, and no
    process may still be at it.
    """

    word: str
    reason: str = ""
    resumable: bool = False


@dataclass(frozen=True)
class RunLine:
    """A run in a line. ``validation`` and ``test`` are its first measure at the best epoch; ``seconds`` is how long it
    trained, ``when`` the time of its last sign of life. Of a damaged run only ``status`` and ``problem`` say something; a
    baseline has no epochs and no device."""

    path: Path
    status: str
    when: datetime | None = None
    model: str = ""
    device: str = ""
    epochs: int | None = None
    planned: int | None = None
    best_epoch: int | None = None
    measure: str = ""
    validation: float | None = None
    test: float | None = None
    seconds: float | None = None
    problem: str = ""

    @property
    def name(self) -> str:
        return self.path.name or str(self.path)

    def text(self, value: float | None) -> str:
        """``validation`` or ``test`` as people read it."""
        return value_text(self.measure, value, percents_of((self.measure,)))

    def as_json(self) -> dict[str, Any]:
        """All of it as plain values; times are UTC."""
        return {
            "run": str(self.path),
            "name": self.name,
            "model": self.model or None,
            "status": self.status,
            "epochs": self.epochs,
            "planned": self.planned,
            "best_epoch": self.best_epoch,
            "measure": self.measure or None,
            "validation": self.validation,
            "test": self.test,
            "seconds": self.seconds,
            "when": self.when.isoformat(timespec="seconds") if self.when else None,
            "device": self.device or None,
            "problem": self.problem or None,
        }


def run_folders(folder: Path) -> Iterator[Path]:
    """The folders of runs and baselines below ``folder``, or itself where it is one; also those that lack ``run.json`` by
    now."""
    for place, folders, files in os.walk(folder):
        if any(mark in files for mark in _MARKS):
            folders.clear()
            yield Path(place)
        else:
            folders[:] = sorted(name for name in folders if not name.startswith("."))


def run_lines(folders: Iterable[Path]) -> list[RunLine]:
    """A line a run below the folders; raises :class:`SpecError` where one of these is no folder."""
    found: dict[Path, None] = {}
    for folder in folders:
        _check(folder)
        found |= dict.fromkeys(run_folders(folder))
    return [run_line(path) for path in found]


def _check(folder: Path) -> None:
    if folder.is_dir():
        return
    reason = "is a file" if folder.exists() else "does not exist"
    near = [str(each) for each in folder.parent.glob("*") if each.is_dir()] if not folder.exists() else []
    raise SpecError([NoRunsHere(path=str(folder), reason=reason, hints=did_you_mean(str(folder), near, 0))])


def run_line(path: Path) -> RunLine:
    """The run at ``path``; what is wrong with it where it is damaged."""
    # Before run.json: that is written before the file of a run that ends is taken away.
    live = read_live(path)
    try:
        if is_baseline(path):
            return _line_of_baseline(path, open_baseline(path))
        run = open_run(path)
    except SpecError as error:
        return RunLine(path, "damaged", _written(path, live), problem=error.line)
    return line_of(run, live)


def line_of(run: Run, live: Live | None) -> RunLine:
    """The line of a run that was read."""
    info, best = run.info, run.info.best or {}
    status, key = run_status(run, live), first_measure(best)
    measure = key.partition("_")[2] if best else ""
    epoch = best.get("epoch")
    return RunLine(
        path=run.path,
        status=status.word,
        when=_written(run.path, live),
        model=info.model,
        device=info.device,
        epochs=len(run.records),
        planned=info.epochs,
        best_epoch=epoch if isinstance(epoch, int) else None,
        measure=measure,
        validation=number(best.get(key)),
        test=number((info.test or {}).get(measure)),
        seconds=_seconds(run, live, status),
    )


def _line_of_baseline(path: Path, info: BaselineInfo) -> RunLine:
    measure = info.shown[0] if info.shown else ""
    return RunLine(
        path=path,
        status="finished",
        when=_time(path / BASELINE),
        model=info.model,
        measure=measure,
        validation=number((info.validation or {}).get(measure)),
        test=number((info.test or {}).get(measure)),
        seconds=number(info.seconds),
    )


def run_status(run: Run, live: Live | None) -> Status:
    """How ``run`` stands. ``live`` has to be read before ``run``, or one that just ended may pass for a stopped one."""
    state = life(live) if live is not None else "unknown"
    word = printable(str(run.info.status))
    if live is not None and state == "alive" and (word == "running" or _begun_after(run, live)):
        return Status("running")
    if word != "running":
        return Status(
            word, printable(run.info.problem), resumable=word in ("interrupted", "failed") and _resumable(run)
        )
    if live is not None and state == "silent":
        return Status("stopped", f"process {live.pid} on {live.host} has said nothing since {live.updated}")
    if live is None and _age(run) < _QUIET_SECONDS:
        return Status("running")
    return Status("stopped", "the process is gone", _resumable(run))


def _begun_after(run: Run, live: Live) -> bool:
    """Whether a process took the run up after ``run.json`` said how it ended."""
    begun, ended = moment(live.started), _time(run.path / RUN)
    return begun is not None and ended is not None and begun > ended


def _resumable(run: Run) -> bool:
    return not run.records or any((run.path / name).exists() for name in (STATE, PREVIOUS))


def _age(run: Run) -> float:
    """Seconds since a file of a run without ``progress.json`` was written."""
    written = _written(run.path, None)
    return (datetime.now(UTC) - written).total_seconds() if written else 0.0


def _seconds(run: Run, live: Live | None, status: Status) -> float | None:
    if status.word == "running" and live is not None and live.seconds is not None:
        return live.seconds
    return number(run.info.seconds) or sum(number(r.get("seconds")) or 0.0 for r in run.records) or None


def _written(path: Path, live: Live | None) -> datetime | None:
    """When a file that tells of the run's state was written last, ``live`` among them."""
    times = [_time(path / RUN), _time(path / METRICS), moment(live.updated) if live else None]
    return max((at for at in times if at), default=None)


def _time(path: Path) -> datetime | None:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError:  # it is not there, or is being taken away
        return None


SORTS: Mapping[str, str] = {
    "when": "when",
    "name": "path",
    "model": "model",
    "status": "status",
    "epochs": "epochs",
    "best": "best_epoch",
    "validation": "validation",
    "test": "test",
    "seconds": "seconds",
    "device": "device",
}
"""What ``runs`` can be sorted by, and the field that it is."""


def in_order(lines: Sequence[RunLine], by: str, reverse: bool = False) -> list[RunLine]:
    """Smallest, first in the alphabet or oldest first, but the best measure first; what has no value comes last."""
    field = SORTS[by]
    known = [line for line in lines if getattr(line, field) not in (None, "")]
    known.sort(key=lambda line: _key(line, field), reverse=reverse)
    return [*known, *(line for line in lines if line not in known)]


def _key(line: RunLine, field: str) -> Any:
    value = getattr(line, field)
    if field in ("validation", "test"):
        # Different measures cannot be compared: runs with the same one stand together.
        return line.measure, value if lower_is_better(line.measure) else -value
    return _natural(str(value)) if isinstance(value, str | Path) else value


def _natural(text: str) -> list[tuple[bool, int, str]]:
    """``net-2`` before ``net-10``."""
    import re

    parts = re.split(r"(\d+)", text.lower())
    return [(part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in parts]
