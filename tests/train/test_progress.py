"""What people see while training runs."""

from __future__ import annotations

import io
import os
import re
import struct
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from cnnspec.train.display.epochs import EpochTable
from cnnspec.train.display.panel import Smoothed, State, panel
from cnnspec.train.display.texts import Pace, epoch_line, plan_lines, progress_text
from cnnspec.train.progress import LiveReporter, PlainReporter, reporter_for
from cnnspec.train.reporter import Plan, Progress, Reporter

RECORD = {
    "epoch": 1,
    "train_loss": 0.5,
    "train_accuracy": 0.75,
    "val_loss": 0.25,
    "val_accuracy": 0.5,
    "learning_rate": 0.0018,
    "images_per_second": 1234.0,
    "seconds": 2.0,
}
PLAN = Plan("net", "CPU", 1234, (10, 3, 2), 2, 5, 2, "runs/net-1", ("flip", "as they are"))


def play(reporter: Reporter) -> None:
    reporter.phase("reading the data")
    reporter.plan(PLAN)
    reporter.note("odd [thing]")
    reporter.phase("compiling the training step")
    reporter.compiled(34, 120)
    reporter.step(Progress(1, 2, 1, 5, 0.9, 0.5, None, None))
    reporter.phase("training")
    reporter.step(Progress(1, 2, 4, 5, 0.8, 0.5, 1000.0, 75.0, 0.0018, 12.0))
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
    assert lines[-1].endswith("lr 0.0018  1,234 images/s  2.0 s  *")
    assert isinstance(reporter_for(stream), PlainReporter)


def test_one_is_not_several() -> None:
    plan = Plan("net", "CPU", 1, (3, 2, 1), 1, 1, 3, "runs/net-1", ("flip", "flip"))
    assert plan_lines(plan)[:2] == [
        "net: 1 trainable parameter, on CPU",
        "3 training, 2 validation, 1 test image; 1 epoch of 1 step of 3",
    ]
    assert Pace().text(1, 1) == "1 of 1 kernel"


def test_a_watcher_says_less_of_the_plan_and_a_resumed_run_more() -> None:
    lines = plan_lines(replace(PLAN, steps_of=("", ""), goes_on_after="epoch 1"))
    assert lines[2:] == ["going on after epoch 1"]


def test_steps_tell_what_is_known() -> None:
    assert progress_text(Progress(1, 2, 1, 5, 0.9, None, None, None)) == "loss 0.9000"
    told = progress_text(Progress(1, 2, 1, 5, 0.9, 0.5, 1000.0, 75.0, 0.0018, 9.0))
    assert told == "loss 0.9000  accuracy 50.0%  lr 0.0018  1,000 images/s  1:15 left"


def test_records_of_any_kind_have_a_line() -> None:
    told = epoch_line({"epoch": 1, "train_loss": 123456.0, "val_loss": 0.5, "val_mae": None}, False, 9)
    assert told == "epoch 1/9  loss 1.235e+05  validation loss 0.5000  mae –"


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that a test sets."""
    at = [0.0]
    monkeypatch.setattr("cnnspec.train.progress.time.monotonic", lambda: at[0])
    return at


def test_compiling_is_told_of_when_it_takes_long(now: list[float]) -> None:
    stream = io.StringIO()
    reporter = PlainReporter(stream)
    reporter.phase("compiling the training step")
    for now[0], done in ((1.0, 1), (12.0, 4), (13.0, 5), (30.0, 10)):
        reporter.compiled(done, 10)
    assert stream.getvalue().splitlines()[1:] == [
        "compiling the training step: 4 of 10 kernels, about 18 s left",
        "compiling the training step: 10 of 10 kernels",
    ]


def test_no_time_left_before_it_is_known(now: list[float]) -> None:
    pace = Pace()
    now[0] = 1.0
    assert pace.left(1, 10) == ""
    now[0] = 2.5
    assert pace.left(5, 10) == "about 2 s left"
    assert pace.left(10, 10) == ""


def test_who_comes_while_kernels_are_compiled_counts_from_there(now: list[float]) -> None:
    pace = Pace()
    now[0] = 10.0
    assert pace.left(50, 100) == ""
    now[0] = 14.0
    assert pace.left(52, 100) == "about 1:36 left"


# The panel


def busy(**changes: Any) -> State:
    progress = Progress(3, 15, 13, 20, 0.4123, 0.871, 7115.0, 130.0, 0.0018, 65.0)
    state = replace(
        State(0.0, epochs=15, over=2), phase="training", best="epoch 2, validation accuracy 94.41%"
    )
    return replace(state.with_progress(progress, 65.0, 0.4301), **changes)


STATES = {
    "start": State(0.0, phase="reading the data"),
    "compiling": replace(State(0.0, epochs=15), phase="compiling the training step").with_count(
        34, 120, "kernel", "about 13 s left"
    ),
    "training": busy(),
    "validating": busy(phase="validating").with_count(1200, 12000, "image"),
    "waiting": busy(phase="validating"),
    "testing": busy(phase="testing the best epoch", over=15),
    "long": busy(phase="x" * 300, best="猫" * 300),
    "huge": busy(epochs=100_000).with_count(10**9, 10**10, "image"),
}


def texts(state: State, width: int, now: float = 65.0) -> list[str]:
    return [line.plain for line in panel(state, width, now)]


@pytest.mark.parametrize("name", STATES)
@pytest.mark.parametrize("width", [1, 10, 30, 60, 80, 120, 200])
def test_the_panel_fits(name: str, width: int) -> None:
    for ascii_only in (False, True):
        for line in panel(STATES[name], width, 65.0, ascii_only):
            assert line.cell_len <= max(1, width - 1)
            assert not ascii_only or name == "long" or line.plain.isascii()


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_the_panel_tells_all(width: int) -> None:
    lines = texts(STATES["training"], width)
    assert lines[0].endswith("1:05, about 2:10 left") and " training  epoch 3/15 " in lines[0]
    assert lines[1].startswith("epochs  ━") and lines[1].endswith(" 17%")
    assert lines[2].startswith("steps   ━") and lines[2].endswith(" 13/20  7,115 images/s")
    assert lines[3] == "loss    0.4123  smoothed 0.4301  accuracy 87.1%  lr 0.0018"
    assert lines[4] == "best    epoch 2, validation accuracy 94.41%"


def test_the_panel_keeps_its_height_and_its_bars() -> None:
    shown = [texts(STATES[name], 80) for name in ("training", "validating", "waiting", "testing")]
    assert {len(lines) for lines in shown} == {5}
    assert len({len(re.findall("[━╸─]", lines[1])) for lines in shown}) == 1
    assert " 1,200/12,000" in shown[1][2] and "images" in shown[1][2]
    assert "kernels" in texts(STATES["compiling"], 80)[2] and len(texts(STATES["start"], 80)) == 1


def test_time_left_is_counted_down_and_ends_with_the_epochs() -> None:
    state = STATES["training"]
    assert "about 2:00 left" in texts(state, 80, 75.0)[0]
    assert "left" not in texts(state, 80, 65.0 + 130.0)[0]
    assert "left" not in texts(STATES["testing"], 80)[0]
    assert texts(STATES["testing"], 80)[1].endswith(" 100%")
    early = State(0.0, epochs=15).with_progress(Progress(1, 15, 1, 20, 0.9, None, None, None), 1.0, 0.9)
    assert "left" not in texts(early, 80)[0] and texts(early, 80)[3] == "loss    0.9000  smoothed 0.9000"


def test_all_epochs_are_full_only_when_they_are_over() -> None:
    last = Progress(15, 15, 20, 20, 0.1, None, None, None)
    assert texts(busy(over=14).with_progress(last, 65.0, 0.1), 80)[1].endswith(" 99%")


def test_smoothing_starts_at_the_first_loss_and_counts_steps() -> None:
    smoothed = Smoothed()
    assert smoothed.add(10, 2.0) == pytest.approx(2.0)
    assert 1.0 < smoothed.add(20, 1.0) < 1.6
    assert smoothed.add(2000, 1.0) == pytest.approx(1.0)


# Epochs


@pytest.mark.parametrize("width", [20, 40, 59, 79, 119, 199])
def test_the_table_of_epochs_fits(width: int) -> None:
    record = {**RECORD, "val_f1_macro": 0.7, "val_largest_class": 0.3, "val_top_5": 0.9}
    table = EpochTable(10, {"top_5"})
    head, first = table.lines(record, True, width)
    again, second = table.lines({**record, "epoch": 10}, False, width)
    assert len(head) == 2 and again == [] and len({len(head[1]), len(first) - 3}) == 1
    assert all(len(line) <= width for line in (*head, first, second))
    assert first.endswith("*") and first.startswith(" 1/10") and second.startswith("10/10")
    assert "50.00%" in first  # what decides which epoch is best stays longest
    assert ("90.00%" in first) == (width >= 79)


def test_the_head_comes_again_where_other_columns_fit() -> None:
    table = EpochTable(2, ())
    assert len(table.lines(RECORD, True, 100)[0]) == 2
    head, line = table.lines({**RECORD, "epoch": 2}, False, 50)
    assert len(head) == 2 and "images/s" not in head[1] and len(line) <= 50


def test_a_table_without_validation() -> None:
    head, line = EpochTable(2, ()).lines({"epoch": 1, "train_loss": 0.5, "seconds": 75.0}, False, 80)
    assert head[0].split() == ["training"] and line.split() == ["1/2", "0.5000", "1:15"]


# The terminal


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_live_display(width: int) -> None:
    stream = io.StringIO()
    play(LiveReporter(Console(file=stream, force_terminal=True, width=width)))
    shown = visible(stream.getvalue())
    assert "odd [thing]" in shown and re.search(r"1/2 +0.5000 +75.00% +0.2500 +50.00%", shown)
    assert "best    epoch 1, validation accuracy 50.00%" in shown


SCRIPT = """
import sys, time
sys.path.insert(0, {folder!r})
from test_progress import play
from cnnspec.train.progress import reporter_for
reporter = reporter_for(sys.stdout)
print(type(reporter).__name__)
end, reporter.close = reporter.close, lambda: None
play(reporter)
time.sleep(0.5)
end()
"""


def in_terminal(width: int, **environment: str) -> str:
    """What a process with a terminal for its output writes to it."""
    pty = pytest.importorskip("pty")
    import fcntl
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    hidden = ("CI", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES")
    clean = {k: v for k, v in os.environ.items() if k not in hidden}
    script = SCRIPT.format(folder=str(Path(__file__).parent))
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=theirs, env={**clean, "TERM": "xterm-256color", **environment}
    )
    os.close(theirs)
    written = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # how Linux tells that the other end is closed
            break
        if not part:
            break
        written += part
    os.close(ours)
    assert process.wait() == 0
    return written.decode()


def visible(written: str) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", written)


def screen(written: str) -> list[str]:
    """What stands on the terminal in the end, for the few commands that rich uses."""
    lines, row = [""], 0
    for move, command, text in re.findall(r"\x1b\[([0-9;?]*)([A-Za-z])|([^\x1b])", written):
        if command == "A":
            row -= int(move or 1)
        elif command == "K":
            lines[row] = ""
        elif text == "\n":
            row += 1
            lines += [""] * (row + 1 - len(lines))
        elif text and text != "\r":
            lines[row] += text
    return lines


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_terminal_shows_no_broken_lines_and_keeps_the_epochs(width: int) -> None:
    written = in_terminal(width)
    assert max(len(visible(line)) for line in re.split(r"[\r\n]+", written)) <= width
    assert "best    epoch 1" in visible(written)
    kept = [line for line in screen(written) if line.strip()]
    assert kept[0] == "LiveReporter" and kept[-1].startswith("  1/2") and kept[-1].endswith("*")
    assert not any("best" in line or "━" in line for line in kept)
    assert written.rfind("\x1b[?25h") > written.rfind("\x1b[?25l"), "the cursor is hidden"


def test_colours_are_taken_away_and_lines_are_written_where_redrawing_is_not_wanted() -> None:
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]m", in_terminal(80, NO_COLOR="1"))
    for environment in ({"TERM": "dumb"}, {"CI": "true"}):
        written = in_terminal(80, **environment)
        assert written.startswith("PlainReporter") and "\x1b" not in written
