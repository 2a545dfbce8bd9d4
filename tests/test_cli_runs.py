"""``runs`` lists run folders, ``watch`` follows one, ``--quiet`` prints next to nothing; run folders are made by hand."""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cnnspec.cli.main import main
from cnnspec.source import SpecError
from cnnspec.train.following import Follower, look
from cnnspec.train.listing import in_order, run_line, run_lines
from cnnspec.train.live import LIVE, Live
from cnnspec.train.reporter import Plan, Progress, Reporter
from cnnspec.train.run import METRICS, RUN, SPEC, STATE, RunInfo

INFO = RunInfo(
    model="net",
    spec="spec.cnn",
    base=".",
    device="CPU",
    seed=0,
    epochs=3,
    batch=4,
    tasks=({"learns": "classes", "output": "output", "classes": 3, "positive": 1, "single": False},),
    input_shape=(1, 6, 6),
    mean=(0.5,),
    std=(0.5,),
    parameters=1234,
    images={"train": 40, "validation": 13, "test": 1},
    versions={},
)


def record(epoch: int, accuracy: float, **more: Any) -> dict[str, Any]:
    """A line of metrics.jsonl."""
    return {
        "epoch": epoch,
        "step": 10 * epoch,
        "train_loss": 1.0 / epoch,
        "train_accuracy": 0.5,
        "val_loss": 0.5 / epoch,
        "val_accuracy": accuracy,
        "learning_rate": 0.01,
        "images_per_second": 1000.0,
        "seconds": 2.0,
        **more,
    }


RECORDS = (record(1, 0.5), record(2, 0.9), record(3, 0.8))


def write(path: Path, text: str) -> None:
    """As training does: whole, or not at all."""
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(text)
    os.replace(beside, path)


def write_records(folder: Path, records: tuple[dict[str, Any], ...]) -> None:
    write(folder / METRICS, "".join(json.dumps(each) + "\n" for each in records))


def make_run(folder: Path, records: tuple[dict[str, Any], ...] = RECORDS, **info: Any) -> Path:
    """A run folder; finished unless told otherwise."""
    (folder / SPEC).mkdir(parents=True)
    (folder / SPEC / "spec.cnn").write_text("model net { input 1 x 6 x 6  flatten  linear(3) }\n")
    if records:
        write_records(folder, records)
    best = max(records, key=lambda r: r.get("val_accuracy") or 0.0) if records else None
    values = {"status": "finished", "best": best, "seconds": 6.5 if records else 0.0, **info}
    write(folder / RUN, json.dumps(asdict(replace(INFO, **values))))
    return folder


def live(**changes: Any) -> Live:
    now = datetime.now(UTC).isoformat()
    whole = Live(
        os.getpid(), platform.node(), now, now, "training", 2, 3, 5, 10, 0.4, 0.8, 0.01, 900.0, 7.0, 9.0
    )
    return replace(whole, **changes)


def write_live(folder: Path, **changes: Any) -> None:
    write(folder / LIVE, json.dumps(asdict(live(**changes))))


@pytest.fixture(scope="module")
def gone() -> int:
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


TEST = {"images": 1, "loss": 0.25, "accuracy": 0.875}


@pytest.fixture
def many(here: Path, gone: int) -> Path:
    """Runs of every kind."""
    runs = here / "runs"
    make_run(runs / "net-2", test=TEST)
    make_run(runs / "net-10", RECORDS[:1], status="interrupted")
    make_run(runs / "deep" / "net-3", RECORDS[:2], status="running")
    write_live(runs / "deep" / "net-3")
    make_run(runs / "net-4", RECORDS[:2], status="running")
    write_live(runs / "net-4", pid=gone)
    make_run(runs / "net-5", (), status="failed")
    make_run(runs / "cut")
    (runs / "cut" / RUN).write_text('{"model": "net"')
    make_run(runs / "lost")
    (runs / "lost" / RUN).unlink()
    for days, name in enumerate(("net-2", "net-10", "net-5")):
        at = (datetime.now(UTC) - timedelta(days=9 - days)).timestamp()
        for file in (RUN, METRICS):
            if (runs / name / file).exists():
                os.utime(runs / name / file, (at, at))
    return runs


# runs


def test_runs_tells_of_each(many: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runs", "--sort", "name"]) == 0
    lines = capsys.readouterr().out.splitlines()
    found = {line.split()[0]: line.split()[1:] for line in lines[1:8]}
    assert lines[0].split()[:3] == ["run", "model", "status"]
    assert list(found) == [
        *("runs/cut", "runs/deep/net-3", "runs/lost"),
        *("runs/net-2", "runs/net-4", "runs/net-5", "runs/net-10"),
    ]
    assert found["runs/net-2"][:8] == ["net", "finished", "3/3", "2", "accuracy", "90.00%", "87.50%", "6"]
    assert found["runs/net-10"][:6] == ["net", "interrupted", "1/3", "1", "accuracy", "50.00%"]
    assert found["runs/deep/net-3"][:3] == ["net", "running", "2/3"]
    assert found["runs/net-4"][:3] == ["net", "stopped", "2/3"]
    assert found["runs/net-5"][:3] == ["net", "failed", "0/3"]
    assert found["runs/cut"][0] == found["runs/lost"][0] == "damaged"
    assert re.match("runs/cut: .*is no whole JSON", lines[8]) and "there is no 'run.json' in it" in lines[9]
    assert "\x1b" not in "".join(lines)


def test_runs_as_json(many: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runs", "--json", "--sort", "validation"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [each["validation"] for each in found] == [0.9, 0.9, 0.9, 0.5, None, None, None]
    first = next(each for each in found if each["name"] == "net-2")
    assert first["test"] == 0.875 and first["measure"] == "accuracy" and first["problem"] is None
    assert (first["epochs"], first["planned"], first["best_epoch"]) == (3, 3, 2)
    damaged = next(each for each in found if each["name"] == "cut")
    assert damaged["status"] == "damaged" and "no whole JSON" in damaged["problem"]


def test_runs_are_sorted(many: Path) -> None:
    lines = run_lines([many])
    names = [line.name for line in in_order(lines, "when")]
    assert names[:3] == ["net-2", "net-10", "net-5"]
    assert [line.name for line in in_order(lines, "when", reverse=True)][-3:] == names[2::-1]
    assert [line.epochs for line in in_order(lines, "epochs")] == [0, 1, 2, 2, 3, None, None]
    assert [line.epochs for line in in_order(lines, "epochs", reverse=True)] == [3, 2, 2, 1, 0, None, None]
    assert in_order(lines, "test")[0].name == "net-2"


def test_low_is_good_of_some_measures(here: Path) -> None:
    for name, value in (("a", 3.0), ("b", 2.0)):
        make_run(here / "runs" / name, ({"epoch": 1, "train_loss": 1.0, "val_loss": 1.0, "val_mae": value},))
    lines = in_order(run_lines([here / "runs"]), "validation")
    assert [line.name for line in lines] == ["b", "a"] and lines[0].text(lines[0].validation) == "2.0000"


def test_a_run_and_a_folder_can_be_named(many: Path) -> None:
    assert [line.name for line in run_lines([many / "net-2", many / "deep", many / "net-2"])] == [
        "net-2",
        "net-3",
    ]


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
def test_columns_are_left_out_where_there_is_no_room(
    width: int, many: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert main(["runs"]) == 0
    printed = capsys.readouterr().out.splitlines()[:8]
    lines = [re.sub(r"\x1b\[[0-9]*m", "", line) for line in printed]
    assert all(len(line) <= width for line in lines)
    assert ("device" in lines[0]) == (width >= 120) and lines[0].startswith("run ")
    assert any("\x1b[32mfinished" in line for line in printed)


def test_no_runs(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runs"]) == 0
    assert capsys.readouterr().out == "there are no runs in 'runs': 'cnnspec train SPEC' makes one\n"
    (here / "runs").mkdir()
    assert main(["runs", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []
    (here / "file").touch()
    assert main(["runs", "rnus"]) == 1
    assert "did you mean 'runs'?" in capsys.readouterr().err
    assert main(["runs", "file"]) == 1
    assert "error[no-runs-here]: 'file' is a file" in capsys.readouterr().err


def test_names_of_files_stay_text(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_run(here / "runs" / "a\x1b[31mb", model="x\ny")
    assert main(["runs"]) == 0
    assert "\x1b" not in (printed := capsys.readouterr().out) and len(printed.splitlines()) == 2


def test_a_run_that_goes_on_is_running_whatever_its_last_end_was(here: Path) -> None:
    run = make_run(here / "run", status="interrupted")
    assert run_line(run).status == "interrupted"
    earlier = (datetime.now(UTC) - timedelta(seconds=60)).isoformat()
    write_live(run, started=earlier)  # its process has not ended yet
    assert run_line(run).status == "interrupted"
    later = (datetime.now(UTC) + timedelta(seconds=1)).isoformat()
    write_live(run, started=later)
    assert run_line(run).status == "running"


def test_a_run_without_progress_is_believed_for_a_while(here: Path) -> None:
    run = make_run(here / "run", status="running")
    assert run_line(run).status == "running"
    for file in (RUN, METRICS):
        os.utime(run / file, (1e9, 1e9))
    assert run_line(run).status == "stopped"


def test_runs_starts_without_heavy_libraries(many: Path) -> None:
    heavy = ("numpy", "tinygrad", "rich", "sklearn", "matplotlib")
    code = (
        "import sys; from cnnspec.cli.main import main; main(['runs', '--json']); main(['runs']); "
        f"print([m for m in {heavy!r} if m in sys.modules], file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ran.returncode == 0 and ran.stderr.strip() == "[]"


# watch


class Heard(Reporter):
    def __init__(self) -> None:
        self.plans: list[Plan] = []
        self.phases: list[str] = []
        self.steps: list[Progress] = []
        self.counts: list[tuple[str, int, int]] = []
        self.epochs: list[tuple[int, bool]] = []

    def plan(self, plan: Plan) -> None:
        self.plans.append(plan)

    def phase(self, what: str) -> None:
        self.phases.append(what)

    def compiled(self, done: int, total: int) -> None:
        self.counts.append(("kernels", done, total))

    def evaluated(self, done: int, total: int) -> None:
        self.counts.append(("images", done, total))

    def step(self, progress: Progress) -> None:
        self.steps.append(progress)

    def epoch(self, record: Any, best: bool) -> None:
        self.epochs.append((record["epoch"], best))


def test_a_follower_tells_what_is_new(here: Path) -> None:
    run, heard = make_run(here / "run", RECORDS[:1], status="running"), Heard()
    follower = Follower(run, heard)
    write_live(
        run, phase="compiling the training step", step=None, loss=None, done=3, total=9, unit="kernels"
    )
    assert follower.poll() is None and follower.poll() is None
    assert [plan.model for plan in heard.plans] == ["net"] and heard.plans[0].steps == 10
    assert heard.epochs == [(1, True)] and heard.steps == []
    write_live(run)
    assert follower.poll() is None and follower.poll() is None
    write_records(run, RECORDS)
    write_live(run, phase="validating", done=4, total=13, unit="images", epoch=3)
    assert follower.poll() is None
    assert heard.epochs == [(1, True), (2, True), (3, False)]
    assert heard.phases == ["compiling the training step", "training", "validating"]
    assert heard.counts == [("kernels", 3, 9), ("images", 4, 13)]
    assert [(at.epoch, at.step, at.learning_rate) for at in heard.steps] == [(2, 5, 0.01), (3, 5, 0.01)]
    write(run / RUN, json.dumps(asdict(replace(INFO, status="finished", best=RECORDS[1], test=TEST))))
    seen = follower.poll()
    assert seen is not None and seen.status.word == "finished"


BREAKING: dict[str, Callable[[Path], object]] = {
    "torn run.json": lambda run: (run / RUN).write_text('{"model": "ne'),
    "no run.json": lambda run: (run / RUN).unlink(),
    "torn metrics": lambda run: (run / METRICS).write_text('{"epoch": 1, "train_lo'),
    "no metrics": lambda run: (run / METRICS).unlink(),
    "odd metrics": lambda run: (run / METRICS).write_text(
        '{"epoch": "x"}\n{"epoch": 1, "val_loss": "low"}\n'
    ),
    "torn progress": lambda run: (run / LIVE).write_text('{"pid": 3, "ho'),
    "odd progress": lambda run: (run / LIVE).write_text(
        json.dumps({**asdict(live()), "loss": [], "steps": 0})
    ),
    "binary progress": lambda run: (run / LIVE).write_bytes(b"\xff\xfe"),
    "no progress": lambda run: (run / LIVE).unlink(),
    "no spec": lambda run: shutil.rmtree(run / SPEC),
    "no folder": shutil.rmtree,
    "a file": lambda run: (shutil.rmtree(run), run.touch()),
}


@pytest.mark.parametrize("name", BREAKING)
def test_a_follower_bears_with_what_is_not_whole(name: str, here: Path) -> None:
    run = make_run(here / "run", RECORDS[:2], status="running")
    write_live(run)
    follower = Follower(run, heard := Heard())
    assert follower.poll() is None
    BREAKING[name](run)
    assert follower.poll() is None and follower.poll() is None
    if run.is_dir():
        shutil.rmtree(run)
    run.unlink(missing_ok=True)
    make_run(run)
    seen = follower.poll()
    assert seen is not None and seen.status.word == "finished"
    assert heard.epochs == [(1, True), (2, True), (3, False)]


@pytest.mark.parametrize("name", ["torn run.json", "no run.json", "no folder", "a file"])
def test_what_stays_broken_is_an_error(name: str, here: Path) -> None:
    run = make_run(here / "run", status="running")
    write_live(run)
    follower = Follower(run, Reporter(), grace=0.0)
    assert follower.poll() is None
    BREAKING[name](run)
    time.sleep(0.01)
    with pytest.raises(SpecError, match="run"):
        follower.poll()


def test_a_dead_process_is_believed_after_a_while(here: Path, gone: int) -> None:
    run = make_run(here / "run", RECORDS[:2], status="running")
    write_live(run, pid=gone)
    follower = Follower(run, Reporter(), grace=0.2)
    assert follower.poll() is None
    time.sleep(0.3)
    seen = follower.poll()
    assert seen is not None and (seen.status.word, seen.status.reason) == ("stopped", "the process is gone")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Watching without long waits."""
    monkeypatch.setattr("cnnspec.cli.watch._POLL", 0.01)


@pytest.fixture
def writer(here: Path) -> Iterator[Path]:
    """A run that a thread makes while it is watched, now and then with half a file."""
    run = here / "runs" / "net-1"
    make_run(run, (), status="running")
    write_live(run, phase="compiling the training step", step=None, done=1, total=9, unit="kernels")

    def train() -> None:
        for done in range(2, 10):
            write_live(
                run, phase="compiling the training step", step=None, done=done, total=9, unit="kernels"
            )
            time.sleep(0.02)
        for epoch in (1, 2, 3):
            for step in range(1, 11):
                write_live(run, epoch=epoch, step=step)
                if step == 5:
                    (run / LIVE).write_text('{"pid": 12')
                if step == 7:
                    (run / METRICS).write_text('{"epo')
                time.sleep(0.01)
            write_records(run, RECORDS[:epoch])
        write_live(run, phase="testing the best epoch", epoch=3, step=10)
        time.sleep(0.05)
        write(run / RUN, json.dumps(asdict(replace(INFO, status="finished", best=RECORDS[1], test=TEST))))
        (run / LIVE).unlink()

    thread = threading.Thread(target=train)
    thread.start()
    yield run
    thread.join()


def test_watch_follows_a_run_to_its_end(
    writer: Path, quick: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["watch", "runs/net-1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == [
        "net: 1,234 trainable parameters, on CPU",
        "40 training, 13 validation, 1 test image; 3 epochs of 10 steps of 4",
    ]
    epochs = [line for line in lines if line.startswith("epoch ")]
    assert [line[:9] for line in epochs] == ["epoch 1/3", "epoch 2/3", "epoch 3/3"]
    assert [line.endswith("*") for line in epochs] == [True, True, False]
    assert lines[-4:] == [
        "finished after 3 epochs, in 6 s",
        "best epoch 2: validation accuracy 90.00%",
        "test accuracy 0.8750, loss 0.2500, 1 image",
        "run folder runs/net-1",
    ]


@pytest.mark.parametrize(("status", "advice"), [("interrupted", True), ("failed", True), ("finished", False)])
def test_watch_tells_how_a_run_ended(
    status: str, advice: bool, here: Path, quick: None, capsys: pytest.CaptureFixture[str]
) -> None:
    run = make_run(here / "run", RECORDS[:1], status=status)
    (run / STATE).touch()
    assert main(["watch", str(run)]) == (0 if status == "finished" else 1)
    printed = capsys.readouterr().out
    assert f"{status} after 1 of 3 epochs, in 6 s" in printed
    assert (f"'cnnspec train --resume {run}' goes on with it" in printed) == advice


def test_watch_notices_that_the_process_is_gone(
    here: Path, gone: int, quick: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("cnnspec.train.following.Follower.__init__.__defaults__", (0.1,))
    run = make_run(here / "run", RECORDS[:1], status="running", seconds=0.0)
    write_live(run, pid=gone)
    assert main(["watch", str(run)]) == 1
    printed = capsys.readouterr().out
    assert "stopped after 1 of 3 epochs, in 2 s\n" in printed and "the process is gone\n" in printed
    assert "--resume" not in printed  # nothing was saved to go on with


def test_watch_once(here: Path, gone: int, capsys: pytest.CaptureFixture[str]) -> None:
    run = make_run(here / "run", RECORDS[:1], status="running")
    write_live(run)
    assert main(["watch", "run", "--once"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "run: net on CPU, running",
        "training, epoch 2/3, step 5/10  loss 0.4000  accuracy 80.0%  lr 0.01  900 images/s  9 s left",
        "1 of 3 epochs done, 7 s of training",
        "best epoch 1: validation accuracy 50.00%",
    ]
    assert main(["watch", "run", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["status"] == "running" and found["progress"]["step"] == 5 and found["last"]["epoch"] == 1
    write_live(run, pid=gone)
    assert main(["watch", "run", "--once"]) == 1
    assert "run: net on CPU, stopped" in capsys.readouterr().out
    elsewhere = (datetime.now(UTC) - timedelta(minutes=5)).isoformat()
    write_live(run, host="elsewhere", updated=elsewhere)
    assert f"on elsewhere has said nothing since {elsewhere}" in look(run).status.reason


def test_watching_nothing(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_run(here / "runs" / "lenet-1")
    make_run(here / "runs" / "alexnet-1")
    for wrong, hint in (("runs/lenet_2", "lenet-1"), ("lenet-1", "lenet-1"), ("runs/alexnet", "alexnet-1")):
        assert main(["watch", wrong]) == 1
        told = capsys.readouterr().err
        assert "error[not-a-run]" in told and f"did you mean 'runs/{hint}'?" in told
    assert main(["watch", "runs"]) == 1
    assert "there is no 'run.json' in it" in capsys.readouterr().err
    assert main(["watch", "zzz", "--once"]) == 1
    assert "known here: runs/alexnet-1, runs/lenet-1" in capsys.readouterr().err


def test_ctrl_c_leaves_watching_only(here: Path) -> None:
    run = make_run(here / "run", RECORDS[:1], status="running")
    write_live(run)
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    program = "from cnnspec.cli.main import entry; entry()"
    watching = subprocess.Popen(
        [sys.executable, "-u", "-c", program, "watch", str(run)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert watching.stdout is not None
    while not watching.stdout.readline().startswith(b"epoch 1/3"):
        pass
    watching.send_signal(signal.SIGINT)
    _, told = watching.communicate(timeout=20)
    assert watching.returncode == 130
    assert told.decode() == "no longer watching; the run is not touched\n"
    assert {path: path.read_bytes() for path in run.rglob("*") if path.is_file()} == before


# quiet


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch, here: Path) -> Path:
    """Training that only tells of itself."""
    from cnnspec.train.measures import Measures
    from cnnspec.train.training import Outcome

    def train(*given: Any) -> Outcome:
        reporter = next(each for each in given if isinstance(each, Reporter))
        reporter.plan(Plan("net", "CPU", 1, (3, 2, 1), 1, 1, 3, "runs/net-1", ("flip", "flip")))
        reporter.note("a remark")
        reporter.close()
        return Outcome(
            Path("runs/net-1"), {}, Measures(1, {"loss": 0.5, "accuracy": 1.0}, {}, frozenset(), ("so",))
        )

    monkeypatch.setattr("cnnspec.train.training.train", train)
    spec = here / "net.cnn"
    spec.write_text("model net(classes = 10) { input 1 x 8 x 8  flatten  linear(classes) }\ndata digits\n")
    return spec


def test_a_quiet_train_prints_the_folder_alone(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", str(trained)]) == 0
    loud = capsys.readouterr().out
    assert "note: a remark" in loud and "test accuracy 1.0000, loss 0.5000, 1 image\n" in loud
    for option in ("--quiet", "-q"):
        assert main(["train", str(trained), option]) == 0
        printed = capsys.readouterr()
        assert (printed.out, printed.err) == ("runs/net-1\n", "")
    assert main(["train", str(trained.with_name("none.cnn")), "--quiet"]) == 1
    printed = capsys.readouterr()
    assert printed.out == "" and "error[" in printed.err


@pytest.mark.parametrize("command", ["train", "evaluate", "report"])
def test_quiet_shows_no_progress(command: str) -> None:
    from cnnspec.cli.main import build_parser
    from cnnspec.cli.quiet import chosen_reporter

    quiet = build_parser(command).parse_args([command, "x", "-q"])
    assert type(chosen_reporter(quiet, sys.stdout)) is Reporter
    loud = build_parser(command).parse_args([command, "x"])
    assert type(chosen_reporter(loud, sys.stdout)) is not Reporter
