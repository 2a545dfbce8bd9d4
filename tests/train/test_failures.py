"""What can go wrong while training runs: each is told with its place, its causes, and what is still there."""

from __future__ import annotations

import errno
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import BlobSource, chain, experiment, layer, spec_files

from cnnspec.ir import Shape
from cnnspec.source import SpecError
from cnnspec.train import failures
from cnnspec.train.data.dataset import Dataset, Splits
from cnnspec.train.data.pictures import ArrayPictures
from cnnspec.train.data.targets import Targets
from cnnspec.train.evaluate import evaluate
from cnnspec.train.failures import fitting_batch, memory_errors
from cnnspec.train.need import need_of
from cnnspec.train.reading import open_run
from cnnspec.train.registries import OPTIMIZERS, SCHEDULES, Moment, Schedule
from cnnspec.train.training import train


def failure(made: Any, folder: Path, **options: Any) -> Any:
    with pytest.raises(SpecError) as error:
        train(made, spec_files(), folder, "CPU", **options)
    return error.value.diagnostics[0]


@dataclass(frozen=True)
class Cliff(Schedule):
    """A rate that is fine for an epoch, and far too high from then on."""

    high: float = 1e30

    def factor(self, at: Moment) -> float:
        return 1.0 if at.epoch < 1 else self.high


Cliff.call_name = "cliff"


@dataclass(frozen=True)
class Guesses(BlobSource):
    """Labels that nothing tells of."""

    def load(self, input_shape: Shape, seed: int) -> Splits:
        splits = super().load(input_shape, seed)
        labels = np.random.RandomState(3).permutation(splits.train.labels)
        return replace(splits, train=Dataset(splits.train.pictures, Targets(classes=labels)))


def unlimited() -> Any:
    """A network in which losses can grow without bounds."""
    graph = chain((1, 6, 6), layer("flatten"), layer("linear", features=8), layer("linear", features=3))
    return experiment(graph, data=Guesses(), epochs=4)


def test_a_loss_that_is_not_finite_says_where_and_what_is_whole(tmp_path: Path) -> None:
    found = failure(replace(unlimited(), schedule=Cliff()), tmp_path / "run")
    assert found.code == "loss-not-finite"
    assert "in epoch 2, step" in found.text and f"{tmp_path / 'run'} holds epoch 1" in found.text
    run = open_run(tmp_path / "run")
    assert run.info.status == "failed" and len(run.records) == 1
    assert evaluate(run, unlimited()).measures.values["accuracy"] is not None


def test_a_loss_that_grows_without_end_is_stopped_before(tmp_path: Path) -> None:
    found = failure(replace(unlimited(), schedule=Cliff(high=1e5)), tmp_path / "run")
    assert found.code == "loss-diverged" and "from" in found.text and "holds epoch 1" in found.text
    assert "learning rate is too high" in found.hints[0]


def test_half_precision_is_a_likely_cause(tmp_path: Path) -> None:
    made = unlimited()
    found = failure(
        replace(made, schedule=Cliff(), settings=replace(made.settings, precision="fp16", clip=1e6)),
        tmp_path / "run",
    )
    assert any("65,504" in hint for hint in found.hints) and not any("clip" in hint for hint in found.hints)


@dataclass(frozen=True)
class Holed(BlobSource):
    """Floats, with something that is no number in one image."""

    def load(self, input_shape: Shape, seed: int) -> Splits:
        splits = super().load(input_shape, seed)
        pictures = splits.train.pictures
        assert isinstance(pictures, ArrayPictures)
        pixels = pictures.pixels.astype(np.float32) / 255
        pixels[17, 2, 3] = np.nan
        return replace(splits, train=Dataset(ArrayPictures(pixels, "scan", "all"), splits.train.targets))


def test_pixels_that_are_no_numbers_are_named(tmp_path: Path) -> None:
    found = failure(experiment(data=Holed()), tmp_path / "run")
    assert found.code == "pixels-not-finite" and "scan 17" in found.text
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    "error", [MemoryError("Allocation of 9 GB failed"), OSError(errno.ENOMEM, "no memory")]
)
def test_out_of_memory_says_which_batch_fits(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    from cnnspec.backends.tinygrad import memory

    made = experiment(batch=4096)
    need = need_of(made)
    monkeypatch.setattr(memory, "free_bytes", lambda device: int(need.at(1000).total / 0.9))
    monkeypatch.setattr(memory, "used_bytes", lambda device: 0)
    with pytest.raises(SpecError) as told, memory_errors(made, "CPU", 4096):
        raise error
    found = told.value.diagnostics[0]
    assert found.code == "out-of-memory" and "4096" in found.text
    fits = fitting_batch(made, "CPU", 4096)
    assert 900 < fits <= 1000 and fits % 8 == 0 and f"train.batch={fits}" in found.hints[0]
    monkeypatch.setattr(memory, "free_bytes", lambda device: need.fixed.total // 2)
    assert fitting_batch(made, "CPU", 4096) == 0
    monkeypatch.setattr(memory, "free_bytes", lambda device: None)
    assert fitting_batch(made, "CPU", 4096) == 2048


def test_other_errors_of_the_system_are_not_taken_for_memory() -> None:
    with pytest.raises(OSError, match="broken"), memory_errors(experiment(), "CPU", 16):
        raise OSError(errno.EIO, "broken")


def test_the_state_of_optimizers_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = replace(experiment(), optimizer=OPTIMIZERS.make("sgd"))
    adam = replace(experiment(), optimizer=OPTIMIZERS.make("adam"))
    kept = replace(experiment(ema=0.9), optimizer=OPTIMIZERS.make("adam"))
    sizes = [need_of(each).fixed.total for each in (plain, adam, kept)]
    assert sizes == sorted(set(sizes))
    half, whole = (need_of(experiment(precision=p)).each.activations for p in ("bf16", "float32"))
    assert whole // 2 < half < whole  # a dropout's random numbers stay float32
    assert failures.diverged(2.3, 2301) and not failures.diverged(0.01, 900)


@pytest.mark.parametrize("devices", [3, 7])
def test_a_batch_that_does_not_divide(devices: int, tmp_path: Path) -> None:
    found = failure(experiment(), tmp_path / "run", devices=devices)
    assert found.code == "batch-not-divisible" and f"among {devices} devices" in found.text
    assert not (tmp_path / "run").exists()


def test_two_devices_train_a_run(tmp_path: Path) -> None:
    made = replace(experiment(epochs=3), schedule=SCHEDULES.make("cosine"))
    one = train(made, spec_files(), tmp_path / "one", "CPU").folder
    two = train(made, spec_files(), tmp_path / "two", "CPU", devices=2).folder
    first, second = (open_run(folder) for folder in (one, two))
    for name, value in first.weights("last").items():
        np.testing.assert_allclose(second.weights("last")[name], value, rtol=1e-5, atol=1e-5, err_msg=name)
    assert json.loads((two / "run.json").read_text())["devices"] == 2
    assert second.info.test == pytest.approx(first.info.test, rel=1e-5)


def test_settings_without_effect_are_told(tmp_path: Path) -> None:
    made = replace(
        experiment(epochs=2, accumulate=50), schedule=SCHEDULES.make("cosine", warmup=5), data=BlobSource()
    )
    notes = open_run(train(made, spec_files(), tmp_path / "run", "CPU").folder).info.notes
    assert any("accumulate = 50 is no more than 3" in note for note in notes)
    assert any("warm-up of 5 epochs is as long as training" in note for note in notes)


def test_why_a_run_failed_stands_in_its_folder(tmp_path: Path) -> None:
    failure(replace(unlimited(), schedule=Cliff()), tmp_path / "run")
    assert "no longer finite" in open_run(tmp_path / "run").info.problem
    assert "Problem: the training loss" in (tmp_path / "run" / "report.md").read_text()


def test_equal_runs_are_equal_bytes(tmp_path: Path) -> None:
    made = experiment(epochs=1)
    runs = [train(made, spec_files(), tmp_path / name, "CPU").folder for name in ("a", "b")]
    first, second = ((run / "best.safetensors").read_bytes() for run in runs)
    assert first == second
