"""progress.json: written while a run works, read by whoever watches it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cnnspec.train.live import LIVE, Live, LiveFile, life, read_live
from cnnspec.train.reporter import Plan, Progress, Reporter, Reporters

PLAN = Plan("net", "CPU", 1234, (10, 3, 2), 2, 5, 2, "runs/net-1")
STEP = Progress(1, 2, 4, 5, 0.8, 0.5, 1000.0, 75.0, 0.0018, 12.0)


class Heard(Reporter):
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.events: list[tuple[Any, ...]] = []

    def plan(self, plan: Plan) -> None:
        self.events.append(("plan", plan))

    def phase(self, what: str) -> None:
        self.events.append(("phase", what))

    def compiled(self, done: int, total: int) -> None:
        self.events.append(("compiled", done, total))

    def note(self, text: str) -> None:
        self.events.append(("note", text))

    def step(self, progress: Progress) -> None:
        self.events.append(("step", progress))

    def evaluated(self, done: int, total: int) -> None:
        self.events.append(("evaluated", done, total))

    def epoch(self, record: Mapping[str, Any], best: bool) -> None:
        self.events.append(("epoch", record, best))

    def close(self) -> None:
        self.events.append(("close",))


def play(reporter: Reporter) -> None:
    reporter.plan(PLAN)
    reporter.phase("training")
    reporter.note("a remark")
    reporter.compiled(1, 2)
    reporter.step(STEP)
    reporter.evaluated(2, 3)
    reporter.epoch({"epoch": 1}, True)
    reporter.close()


def until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.01)


def test_several_reporters_hear_the_same() -> None:
    first, second, late = Heard(), Heard(), Heard()
    reporters = Reporters([first, second])
    reporters.phase("opening the device")
    reporters.add(late)
    play(reporters)
    assert first.events == second.events and len(first.events) == 9
    assert late.events == first.events[1:]


def test_all_are_closed_whatever_one_of_them_does() -> None:
    class Broken(Reporter):
        def close(self) -> None:
            raise OSError("no terminal")

    heard = Heard()
    with pytest.raises(OSError, match="no terminal"):
        Reporters([Broken(), heard]).close()
    assert heard.events == [("close",)]


def test_the_file_says_what_the_run_does(tmp_path: Path) -> None:
    live = LiveFile(tmp_path, interval=0.01)
    first = read_live(tmp_path)
    assert first is not None and first.phase == "starting" and first.progress is None
    assert first.pid == os.getpid() and life(first) == "alive"
    live.plan(PLAN)
    live.phase("compiling the training step")
    live.compiled(3, 7)
    until(lambda: (now := read_live(tmp_path)) and (now.done, now.total, now.unit) == (3, 7, "kernels"))
    live.phase("training")
    live.step(STEP)
    until(lambda: (now := read_live(tmp_path)) and now.step)
    found = read_live(tmp_path)
    assert found is not None and found.phase == "training" and found.done is None
    assert found.seconds is not None and 12 <= found.seconds < 20
    assert found.progress == replace(STEP, seconds=found.seconds)
    data = json.loads((tmp_path / LIVE).read_text())
    assert data["updated"].endswith("Z") and data["learning_rate"] == 0.0018
    live.close()
    live.close()
    assert list(tmp_path.iterdir()) == [] and read_live(tmp_path) is None


def test_it_is_written_seldom_and_without_waiting_for_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fsync(descriptor: int) -> None:
        raise AssertionError("it waits for the disk")

    written: list[str] = []
    replacing = os.replace
    monkeypatch.setattr("os.fsync", fsync)
    monkeypatch.setattr("os.replace", lambda a, b: (written.append(str(b)), replacing(a, b)))
    live = LiveFile(tmp_path)
    for step in range(1, 2000):
        live.step(replace(STEP, step=step))
    live.close()
    assert len(written) <= 2


def test_figures_that_json_has_no_words_for_are_left_out(tmp_path: Path) -> None:
    live = LiveFile(tmp_path, interval=0.01)
    live.step(replace(STEP, loss=float("nan"), images_per_second=float("inf")))
    until(lambda: (now := read_live(tmp_path)) and now.step)
    found = read_live(tmp_path)
    assert found is not None and found.loss is None and found.images_per_second is None
    live.close()


def test_training_goes_on_where_it_cannot_be_written(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    told: list[str] = []
    live = LiveFile(folder, told.append, interval=0.01)
    (folder / LIVE).unlink()
    folder.rmdir()
    deadline = time.monotonic() + 10
    while not told and time.monotonic() < deadline:
        live.step(STEP)
        time.sleep(0.01)
    for _ in range(20):
        live.step(STEP)
        time.sleep(0.01)
    assert len(told) == 1 and "progress.json cannot be written (No such file or directory)" in told[0]
    folder.mkdir()
    until(lambda: read_live(folder))  # it is tried again
    live.close()
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"pid": 3',
        "{}",
        '{"pid": "3", "host": "a", "started": "x", "updated": "y"}',
        "\0\xff",
    ],
)
def test_half_a_file_is_none(text: str, tmp_path: Path) -> None:
    (tmp_path / LIVE).write_bytes(text.encode("latin-1"))
    assert read_live(tmp_path) is None


def test_wrong_values_are_unknown_ones(tmp_path: Path) -> None:
    whole = {"pid": 1, "host": "a", "started": "x", "updated": "y"}
    wrong = {"step": -1, "steps": 2.5, "loss": "low", "accuracy": True, "phase": 3, "seconds": 10**400}
    (tmp_path / LIVE).write_text(json.dumps({**whole, **wrong, "more": 1}))
    found = read_live(tmp_path)
    assert found == Live(1, "a", "x", "y")
    assert life(found) == "silent"


def test_a_process_that_ended_is_noticed() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    import platform

    now = datetime.now(UTC)
    live = Live(process.pid, platform.node(), now.isoformat(), now.isoformat())
    assert life(live) == "gone"
    assert life(replace(live, pid=2**70)) == "gone"
    assert life(replace(live, host="elsewhere")) == "alive"
    assert life(replace(live, host="elsewhere"), now + timedelta(minutes=2)) == "silent"
    assert life(replace(live, pid=os.getpid())) == "alive"
    assert life(replace(live, pid=os.getpid()), now + timedelta(minutes=2)) == "silent"
