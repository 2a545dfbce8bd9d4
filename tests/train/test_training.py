"""Training from start to run folder, on networks and data of a few pixels."""

from __future__ import annotations

import json
import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import BlobSource, chain, experiment, layer, small_net, spec_files, with_auxiliary
from safetensors.numpy import load_file

from cnnspec.ir import Graph, GraphOutput
from cnnspec.source import SpecError, write_atomically, writing
from cnnspec.train.interrupt import Interrupted
from cnnspec.train.reporter import Plan, Progress, Reporter
from cnnspec.train.training import train

FILES = {
    "best.safetensors",
    "confusion_matrix.csv",
    "confusion_matrix.png",
    "curves.png",
    "last.safetensors",
    "metrics.jsonl",
    "report.md",
    "resume.safetensors",
    "run.json",
    "spec",
}


class Recorder(Reporter):
    """Keeps the events."""

    def __init__(self) -> None:
        self.phases: list[str] = []
        self.steps: list[Progress] = []
        self.closed = False

    def plan(self, plan: Plan) -> None:
        self.made = plan

    def phase(self, what: str) -> None:
        self.phases.append(what)

    def step(self, progress: Progress) -> None:
        self.steps.append(progress)

    def close(self) -> None:
        self.closed = True


def records(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]


def code(error: pytest.ExceptionInfo[SpecError]) -> str:
    return error.value.diagnostics[0].code


def test_a_run_learns_and_leaves_its_files(tmp_path: Path) -> None:
    recorder = Recorder()
    outcome = train(experiment(epochs=6), spec_files(), tmp_path / "run", "cpu", recorder)
    folder = outcome.folder
    assert set(os.listdir(folder)) == FILES and os.listdir(folder / "spec") == ["spec.cnn"]
    lines = records(folder)
    assert [r["epoch"] for r in lines] == [1, 2, 3, 4, 5, 6] and lines[-1]["step"] == 18
    assert {"train_loss", "train_accuracy", "val_loss", "val_accuracy", "learning_rate"} < set(lines[0])
    assert {"images_per_second", "seconds"} < set(lines[0])
    assert outcome.test is not None and outcome.test.values["accuracy"] == 1.0
    of_classes = outcome.test.of_classes
    assert of_classes is not None and of_classes.task.names == ("a", "b", "c") and len(of_classes) == 9
    info = json.loads((folder / "run.json").read_text())
    assert info["status"] == "finished" and info["test"]["accuracy"] == 1.0 and info["device"] == "CPU"
    assert info["best"]["val_loss"] == min(r["val_loss"] for r in lines if r["val_accuracy"] == 1.0)
    assert (folder / "curves.png").read_bytes().startswith(b"\x89PNG")
    assert "| b | 3 |" in (folder / "report.md").read_text()
    assert recorder.closed and recorder.made.steps == 3
    assert recorder.phases.index("compiling the training step") < recorder.phases.index("training")


def test_two_runs_are_equal_bit_by_bit(tmp_path: Path) -> None:
    first, second, other = (
        load_file(
            train(experiment(epochs=2, seed=s), spec_files(), tmp_path / n, "CPU").folder / "last.safetensors"
        )
        for n, s in (("a", 1), ("b", 1), ("c", 2))
    )
    assert all(np.array_equal(first[name], second[name]) for name in first)
    assert not np.array_equal(first["conv1.weight"], other["conv1.weight"])


def test_auxiliary_losses_are_added_with_their_weight(tmp_path: Path) -> None:
    """At a vanishing learning rate the loss stays that of the initial weights: ln 3 for zero weights."""
    zero = layer("linear", features=3)
    zero = replace(zero, init=replace_init(), bias_init=replace_init())
    graph = with_auxiliary(chain((1, 6, 6), layer("flatten"), zero))
    graph = zero_head(graph, zero)
    e = experiment(graph, lr=1e-12, epochs=1, auxiliary_weight=0.5)
    folder = train(e, spec_files(), tmp_path / "run", "CPU").folder
    assert records(folder)[0]["train_loss"] == pytest.approx(1.5 * np.log(3), rel=1e-5)
    assert records(folder)[0]["val_loss"] == pytest.approx(np.log(3), rel=1e-5)


def replace_init() -> Any:
    from cnnspec.ir import INITIALISERS

    return INITIALISERS.make("zeros")


def zero_head(graph: Graph, op: Any) -> Graph:
    *nodes, head = graph.nodes
    shape = graph.nodes[head.inputs[0]].shape
    return replace(graph, nodes=(*nodes, replace(head, op=op, parameters=op.parameters(shape))))


def test_a_batch_larger_than_the_data_is_clipped(tmp_path: Path) -> None:
    outcome = train(experiment(batch=512, epochs=1), spec_files(), tmp_path / "run", "CPU")
    info = json.loads((outcome.folder / "run.json").read_text())
    assert info["batch"] == 40 and "only 40 training images" in info["notes"][0]


def test_data_without_validation_and_test(tmp_path: Path) -> None:
    outcome = train(experiment(data=BlobSource((20, 0, 0)), epochs=2), spec_files(), tmp_path / "run", "CPU")
    assert outcome.test is None and outcome.best["train_accuracy"] >= 0
    assert "val_loss" not in records(outcome.folder)[0]


def test_a_loss_that_is_not_finite_stops_the_run(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="no longer finite, in epoch 1, step") as error:
        graph = chain((1, 6, 6), layer("flatten"), layer("linear", features=8), layer("linear", features=3))
        train(experiment(graph, lr=1e30), spec_files(), tmp_path / "run", "CPU")
    hints = error.value.diagnostics[0].hints
    assert code(error) == "loss-not-finite" and "learning rate is too high" in hints[0]
    assert "train.clip=1" in hints[1] and "no normalization" in hints[2]
    assert json.loads((tmp_path / "run" / "run.json").read_text())["status"] == "failed"


class CtrlC(Recorder):
    """Presses Ctrl-C in a given epoch."""

    def __init__(self, epoch: int) -> None:
        super().__init__()
        self.epoch_of_stop = epoch

    def step(self, progress: Progress) -> None:
        if progress.epoch == self.epoch_of_stop:
            os.kill(os.getpid(), signal.SIGINT)


def test_ctrl_c_saves_the_last_weights(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(Interrupted) as stopped:
        train(experiment(epochs=50), spec_files(), tmp_path / "run", "CPU", CtrlC(2))
    assert stopped.value.exit_code == 130 and stopped.value.saved == "epoch 2, step 3"
    assert f"cnnspec train --resume {tmp_path / 'run'}" in str(stopped.value)
    assert len(records(tmp_path / "run")) == 1
    assert json.loads((tmp_path / "run" / "run.json").read_text())["status"] == "interrupted"
    assert "interrupted" in (tmp_path / "run" / "report.md").read_text()
    last, best = (load_file(tmp_path / "run" / f"{n}.safetensors") for n in ("last", "best"))
    assert not np.array_equal(last["linear6.weight"], best["linear6.weight"])
    assert signal.getsignal(signal.SIGINT) is before


def test_a_disk_that_fills_up_keeps_earlier_checkpoints(tmp_path: Path, monkeypatch: Any) -> None:
    from cnnspec.train import run

    written = []

    def write(path: Path, data: bytes) -> None:
        written.append(path.name)
        if written.count("last.safetensors") > 1:
            with writing(path):
                raise OSError(28, "No space left on device")
        write_atomically(path, data)

    monkeypatch.setattr(run, "write_atomically", write)
    with pytest.raises(SpecError, match="No space left") as error:
        train(experiment(), spec_files(), tmp_path / "run", "CPU")
    assert code(error) == "cannot-write"
    assert "epoch 2 is still saved" in error.value.diagnostics[0].hints[0]
    assert load_file(tmp_path / "run" / "best.safetensors")
    assert len(records(tmp_path / "run")) == 1
    assert not [name for name in os.listdir(tmp_path / "run") if name.startswith(".")]


def two_outputs() -> Graph:
    graph = with_auxiliary(small_net())
    return replace(graph, outputs=tuple(GraphOutput(o.name, o.node) for o in graph.outputs))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"graph": two_outputs()}, "output-not-named"),
        ({"graph": small_net(classes=2)}, "too-few-outputs"),
        ({"graph": chain((1, 6, 6), layer("conv", channels=3, kernel=3))}, "not-a-vector"),
        ({"data": BlobSource((0, 3, 3))}, "no-training-images"),
    ],
)
def test_what_cannot_be_trained_is_refused_before_a_folder_is_made(
    changes: dict[str, Any], expected: str, tmp_path: Path
) -> None:
    with pytest.raises(SpecError) as error:
        train(experiment(**changes), spec_files(), tmp_path / "run", "CPU")
    assert code(error) == expected
    assert not (tmp_path / "run").exists()


def test_no_data_unknown_device_and_a_taken_folder(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    for e, out, device, expected in (
        (replace(experiment(), data=None), None, "CPU", "no-data"),
        (experiment(), tmp_path / "run", "abacus", "unknown-device"),
        (experiment(), tmp_path, "CPU", "run-exists"),
    ):
        with pytest.raises(SpecError) as error:
            train(e, spec_files(), out, device)
        assert code(error) == expected
