"""What people see while training runs."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from cnnspec.train.progress import LiveReporter, PlainReporter, reporter_for
from cnnspec.train.reporter import Plan, Progress, Reporter

RECORD = {
    "epoch": 1,
    "train_loss": 0.5,
    "train_accuracy": 0.75,
    "val_loss": 0.25,
    "val_accuracy": 0.5,
    "images_per_second": 1234.0,
    "seconds": 2.0,
}


def play(reporter: Reporter) -> None:
    reporter.phase("reading the data")
    reporter.plan(Plan("net", "CPU", 1234, (10, 3, 2), 2, 5, 2, "runs/net-1", ("flip", "as they are")))
    reporter.note("odd [thing]")
    reporter.phase("compiling the training step")
    reporter.compiled(34, 120)
    reporter.step(Progress(1, 2, 1, 5, 0.9, 0.5, None, None))
    reporter.phase("training")
    reporter.step(Progress(1, 2, 4, 5, 0.8, 0.5, 1000.0, 75.0))
    reporter.phase("validating")
    reporter.evaluated(2, 3)
    reporter.epoch(RECORD, best=True)
    reporter.close()


def test_plain_lines() -> None:
    stream = io.StringIO()
    play(reporter_for(stream))
    lines = stream.getvalue().splitlines()
    assert lines[0] == "reading the data …" and "compiling the training step …" in lines
    assert "note: odd [thing]" in lines and "training …" not in lines
    assert lines[-1].startswith("epoch 1/2  loss 0.5000  accuracy 75.00%  validation loss 0.2500")
    assert isinstance(reporter_for(stream), PlainReporter)


def test_compiling_is_told_of_when_it_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("cnnspec.train.progress.time.monotonic", lambda: now[0])
    stream = io.StringIO()
    reporter = PlainReporter(stream)
    reporter.phase("compiling the training step")
    for now[0], done in ((1.0, 1), (12.0, 4), (13.0, 5), (30.0, 10)):
        reporter.compiled(done, 10)
    assert stream.getvalue().splitlines()[1:] == [
        "compiling the training step: 4 of 10 kernels, about 18 s left",
        "compiling the training step: 10 of 10 kernels",
    ]


def test_live_display() -> None:
    stream = io.StringIO()
    play(LiveReporter(Console(file=stream, force_terminal=True, width=140)))
    shown = stream.getvalue()
    assert "odd [thing]" in shown and "epoch 1/2  loss 0.5000" in shown
