"""A run followed from outside, by the files in its folder alone."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..source import SpecError, did_you_mean, nearest
from .errors import NotARun
from .listing import Status, line_of, run_status
from .live import Live, read_live
from .reading import Run, open_run
from .records import PARTS, cleaned, first_measure, measure_text, number, percents_of, rank, words
from .reporter import Plan, Reporter
from .run import RUN, SPEC
from .wording import count, duration, figure, printable

GRACE = 3.0
"""Seconds for which files may be missing or torn, or a process gone, before that is believed."""


@dataclass(frozen=True)
class Seen:
    """A run as its files had it at one moment."""

    run: Run
    live: Live | None
    status: Status


def look(path: Path) -> Seen:
    """The run at ``path`` now; raises :class:`SpecError` where it is none, or damaged."""
    live = read_live(path)
    run = open_run(path)
    return Seen(run, live, run_status(run, live))


def check_there(path: Path) -> None:
    """Raise :class:`SpecError` where ``path`` is no run, nor one in the making; the nearest run's name as a hint."""
    if (path / RUN).exists() or (path / SPEC).is_dir():
        return
    if path.exists():
        open_run(path)
    known = {run.name: str(run) for place in {path.parent, Path("runs")} for run in run_folders_in(place)}
    near = nearest(path.name, known)
    hints = (f"did you mean '{known[near]}'?",) if near else did_you_mean(str(path), known.values())
    raise SpecError([NotARun(path=str(path), reason="there is no such folder", hints=hints)])


def run_folders_in(folder: Path) -> list[Path]:
    """The runs right in a folder, without looking further."""
    return [each for each in folder.glob("*") if (each / RUN).is_file()] if folder.is_dir() else []


class Follower:
    """Tells ``reporter`` what a run's files say, whenever ``poll`` is called. It only reads.

    Files may be missing, torn or gone at any moment: that is an error only where it lasts.
    """

    def __init__(self, path: Path, reporter: Reporter, grace: float = GRACE) -> None:
        self._path, self._reporter, self._grace = path, reporter, grace
        self._good = time.monotonic()
        self._lost: float | None = None
        self._planned = False
        self._epochs = 0
        self._best: Mapping[str, Any] | None = None
        self._live: Live | None = None

    def poll(self) -> Seen | None:
        """Look once; the run as it ended, or None while it goes on. Raises :class:`SpecError` where it cannot be read."""
        now = time.monotonic()
        try:
            seen = look(self._path)
        except SpecError:
            if now - self._good > self._grace:
                raise
            return None
        self._good = now
        self._tell(seen)
        if seen.status.word == "running":
            self._lost = None
            return None
        if seen.status.word != "stopped":
            return seen
        # A run that is being taken up again says "running" a moment before its new process does.
        self._lost = self._lost or now
        return seen if now - self._lost > self._grace else None

    def _tell(self, seen: Seen) -> None:
        records = [r for r in map(cleaned, seen.run.records) if r]
        if not self._planned:
            self._reporter.plan(plan_of(seen.run))
            self._planned = True
        for record in (r for r in records if r["epoch"] > self._epochs):
            best = self._best is None or rank(record) > rank(self._best)
            self._best = record if best else self._best
            self._reporter.epoch(record, best)
            self._epochs = record["epoch"]
        if seen.live is not None and seen.status.word == "running":
            self._tell_live(seen.live)

    def _tell_live(self, live: Live) -> None:
        before, self._live = self._live, live
        if before is None or live.phase != before.phase:
            self._reporter.phase(printable(live.phase))
        if live.done is not None and live.total and (before is None or before.done != live.done):
            if live.unit == "kernels":
                self._reporter.compiled(live.done, live.total)
            else:
                self._reporter.evaluated(live.done, live.total)
        new = before is None or (live.epoch, live.step, live.pid) != (before.epoch, before.step, before.pid)
        if new and live.progress is not None:
            self._reporter.step(live.progress)


def plan_of(run: Run) -> Plan:
    """What ``run.json`` keeps of the plan."""
    info = run.info
    train, validation, test = (info.images.get(part, 0) for part in ("train", "validation", "test"))
    keys = {k.partition("_")[2] for r in run.records[:1] for k in r if k.partition("_")[0] in PARTS}
    return Plan(
        model=printable(info.model),
        device=info.device,
        parameters=info.parameters,
        images=(train, validation, test),
        epochs=info.epochs,
        steps=-(-train // info.batch),
        batch=info.batch,
        folder=str(run.path),
        percents=percents_of(keys) | {"accuracy"},
    )


def state_lines(seen: Seen) -> list[str]:
    """How the run stands, in a few lines."""
    line, live = line_of(seen.run, seen.live), seen.live
    lines = [f"{line.path}: {printable(line.model)} on {line.device}, {seen.status.word}"]
    if live is not None and seen.status.word == "running":
        lines.append(_now(live))
    lines.append(f"{line.epochs} of {count(line.planned or 0, 'epoch')} done")
    if line.seconds:
        lines[-1] += f", {duration(line.seconds)} of training"
    if line.best_epoch is not None:
        lines.append(f"best epoch {line.best_epoch}: {_best(seen.run)}")
    return [*lines, *_test(seen.run), *_advice(seen)]


def end_lines(seen: Seen) -> list[str]:
    """How a run ended: its status, the best epoch, the test, and how to go on."""
    line = line_of(seen.run, seen.live)
    done = f"{line.epochs} of {count(line.planned or 0, 'epoch')}"
    if line.epochs == line.planned:
        done = count(line.planned or 0, "epoch")
    lines = [f"{seen.status.word} after {done}" + (f", in {duration(line.seconds)}" if line.seconds else "")]
    if line.best_epoch is not None:
        lines.append(f"best epoch {line.best_epoch}: {_best(seen.run)}")
    return [*lines, *_test(seen.run), *_advice(seen), f"run folder {line.path}"]


def _now(live: Live) -> str:
    from .display.texts import progress_text

    parts = [printable(live.phase)]
    if live.total:
        parts[0] += f", {live.done:,} of {live.total:,} {printable(live.unit or '')}"
    if (at := live.progress) is not None:
        parts[0] += f", epoch {at.epoch}/{at.epochs}, step {at.step}/{at.steps}"
        parts.append(progress_text(at))
    return "  ".join(parts)


def _best(run: Run) -> str:
    best = run.info.best or {}
    key = first_measure(best)
    return measure_text(key, best.get(key), percents_of((key.partition("_")[2],)))


def _test(run: Run) -> list[str]:
    values = dict(run.info.test or {})
    if not values:
        return []
    images, loss = values.pop("images", None), values.pop("loss", None)
    told = [f"{words(name)} {figure(number(value))}" for name, value in values.items()]
    told.append(f"loss {figure(number(loss))}")
    if isinstance(images, int):
        told.append(count(images, "image"))
    return [f"test {', '.join(told)}"]


def _advice(seen: Seen) -> list[str]:
    lines = [seen.status.reason] if seen.status.reason else []
    if seen.status.resumable:
        lines.append(f"'cnnspec train --resume {seen.run.path}' goes on with it")
    return lines
