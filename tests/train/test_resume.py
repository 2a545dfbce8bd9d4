"""Runs that are left and gone on with end as if nothing had come between."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import BlobSource, experiment, spec_files
from safetensors.numpy import load_file

from cnnspec.source import SpecError
from cnnspec.train.augment.base import AUGMENTATIONS
from cnnspec.train.experiment import Experiment
from cnnspec.train.files import locked
from cnnspec.train.interrupt import Interrupted, StopTraining
from cnnspec.train.reading import open_run
from cnnspec.train.registries import OPTIMIZERS, SCHEDULES
from cnnspec.train.reporter import Plan, Progress, Reporter
from cnnspec.train.resuming import resume
from cnnspec.train.training import train

TIMES = ("images_per_second", "seconds")


class Leaver(Reporter):
    """Sends a signal at each of some steps, counted over all epochs; ``evaluating`` when a validation begins."""

    def __init__(self, *steps: int, number: int = signal.SIGTERM, evaluating: int = 0) -> None:
        self._steps, self._number, self._evaluating = steps, number, evaluating
        self.notes: list[str] = []

    def step(self, progress: Progress) -> None:
        self._now = (progress.epoch - 1) * progress.steps + progress.step
        if self._now in self._steps:
            os.kill(os.getpid(), self._number)

    def evaluated(self, done: int, total: int) -> None:
        if self._evaluating and self._now == self._evaluating:
            os.kill(os.getpid(), self._number)

    def note(self, text: str) -> None:
        self.notes.append(text)


@pytest.fixture
def read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loop looks at each step, so that a run can be left after any."""
    from cnnspec.train import loop

    monkeypatch.setattr(loop, "_READ_STEPS", 1)


def end(folder: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """All tensors that a run has left, and its records but for times."""
    files = ("best", "last", "resume")
    tensors = {f"{f} {n}": v for f in files for n, v in load_file(folder / f"{f}.safetensors").items()}
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    return tensors, [{k: v for k, v in line.items() if k not in TIMES} for line in lines]


def assert_same_end(first: Path, second: Path) -> None:
    (tensors, records), (others, also) = end(first), end(second)
    assert tensors.keys() == others.keys() and records == also
    assert [n for n in tensors if not np.array_equal(tensors[n], others[n])] == []
    infos = [json.loads((folder / "run.json").read_text()) for folder in (first, second)]
    assert infos[0]["status"] == infos[1]["status"] == "finished"
    assert infos[0]["best"] == infos[1]["best"] and infos[0]["test"] == infos[1]["test"]


SETUPS: dict[str, Callable[[], Experiment]] = {
    "plain": lambda: experiment(epochs=4),
    "adam, ema, clipped, mixed": lambda: replace(
        experiment(epochs=4, ema=0.9, clip=1.0),
        optimizer=OPTIMIZERS.make("adamw", lr=0.01),
        schedule=SCHEDULES.make("cosine", warmup=1),
        augment=(AUGMENTATIONS.make("flip"), AUGMENTATIONS.make("mixup")),
    ),
    "accumulated, balanced": lambda: experiment(epochs=4, batch=6, accumulate=3, balanced=True),
    "fp16, plateau, early stop": lambda: replace(
        experiment(epochs=6, precision="fp16", patience=2), schedule=SCHEDULES.make("plateau", patience=0)
    ),
}


@pytest.mark.usefixtures("read_at_once")
@pytest.mark.parametrize("name", SETUPS)
def test_a_run_left_at_any_step_ends_as_if_it_had_not_been(name: str, tmp_path: Path) -> None:
    made = SETUPS[name]()
    train(made, spec_files(), tmp_path / "whole", "CPU")
    parts = tmp_path / "parts"
    with pytest.raises(Interrupted) as left:
        train(made, spec_files(), parts, "CPU", Leaver(2))
    assert left.value.exit_code == 143 and left.value.saved.startswith("epoch 1, step")
    with pytest.raises(Interrupted) as left:
        resume(open_run(parts), made, reporter=Leaver(5, evaluating=0, number=signal.SIGINT))
    assert left.value.exit_code == 130
    with pytest.raises(Interrupted):
        resume(open_run(parts), made, reporter=Leaver(evaluating=6 if "balanced" not in name else 14))
    told = Leaver()
    resume(open_run(parts), made, reporter=told)
    assert any(note.startswith("going on after epoch 2") for note in told.notes)
    assert_same_end(tmp_path / "whole", parts)


def interrupted(folder: Path, made: Experiment, step: int = 5) -> Path:
    with pytest.raises(Interrupted):
        train(made, spec_files(), folder, "CPU", Leaver(step))
    return folder


def refusal(folder: Path, made: Experiment, **options: Any) -> Any:
    with pytest.raises(SpecError) as error:
        resume(open_run(folder), made, **options)
    return error.value.diagnostics[0]


@pytest.mark.usefixtures("read_at_once")
def test_a_damaged_state_falls_back_on_the_one_before(tmp_path: Path) -> None:
    made = experiment(epochs=4)
    train(made, spec_files(), tmp_path / "whole", "CPU")
    run = interrupted(tmp_path / "run", made, 8)
    latest = run / "resume.safetensors"
    data = bytearray(latest.read_bytes())
    data[-9] ^= 1
    latest.write_bytes(data)
    shutil.copytree(run, tmp_path / "again")
    told = Leaver()
    resume(open_run(run), made, reporter=told)
    assert any("checksum differs; going on from the one before it" in note for note in told.notes)
    assert "going on after epoch 2" in told.notes
    assert_same_end(tmp_path / "whole", run)
    (tmp_path / "again" / "resume.previous.safetensors").write_bytes(data[:-30])
    found = refusal(tmp_path / "again", made)
    assert found.code == "run-damaged" and "resume.previous.safetensors" in found.text


@pytest.mark.usefixtures("read_at_once")
def test_a_changed_spec_or_other_data_is_refused_with_the_difference(tmp_path: Path) -> None:
    made = experiment(epochs=4)
    run = interrupted(tmp_path / "run", made)
    spec = run / "spec" / "spec.cnn"
    spec.write_text("model net { … other }\n")
    found = refusal(run, made)
    assert found.code == "run-changed" and "its spec" in found.text
    assert [note.message for note in found.notes] == ["-model net { … }", "+model net { … other }"]
    spec.write_text("model net { … }\n")
    found = refusal(run, replace(made, data=BlobSource((41, 13, 9))))
    assert "its data" in found.text and found.notes[0].message == "train: 40 images then, 41 now"
    found = refusal(run, replace(made, data=BlobSource((40, 13, 9), classes=2)))
    assert "other names, sizes or targets" in found.notes[0].message
    before = (run / "resume.safetensors").read_bytes()
    assert json.loads((run / "run.json").read_text())["status"] == "interrupted"
    resume(open_run(run), made)
    assert (run / "resume.safetensors").read_bytes() != before


def test_what_cannot_be_gone_on_with(tmp_path: Path) -> None:
    made = experiment(epochs=1)
    run = train(made, spec_files(), tmp_path / "run", "CPU").folder
    assert not (run / "resume.previous.safetensors").exists()
    told = Leaver()
    before = (run / "run.json").read_bytes()
    assert resume(open_run(run), made, reporter=told).folder == run
    assert told.notes == ["the run is finished; --epochs 2 would prolong it"]
    told = Leaver()
    resume(open_run(run), replace(made, schedule=SCHEDULES.make("cosine")), reporter=told)
    assert told.notes == ["the run is finished"]
    assert (run / "run.json").read_bytes() == before
    with locked(run):
        assert refusal(run, made, epochs=2).code == "run-in-use"
    (run / "resume.safetensors").unlink()
    assert refusal(run, made).code == "nothing-to-resume"


def test_a_run_is_prolonged_where_its_schedule_allows(tmp_path: Path) -> None:
    made = experiment(epochs=2)
    longer = experiment(epochs=4)
    whole = train(longer, spec_files(), tmp_path / "whole", "CPU").folder
    run = train(made, spec_files(), tmp_path / "run", "CPU").folder
    with pytest.raises(Interrupted):
        resume(open_run(run), made, epochs=4, reporter=Leaver(9))
    resume(open_run(run), made)
    assert_same_end(whole, run)
    assert "prolonged to 4 epochs" in open_run(run).info.notes
    found = refusal(run, replace(made, schedule=SCHEDULES.make("cosine")), epochs=5)
    assert found.code == "cannot-prolong" and "'cosine' follows from the number of epochs" in found.text
    assert refusal(run, made, epochs=3).code == "cannot-prolong"


def test_a_run_that_saved_nothing_begins_anew(tmp_path: Path) -> None:
    class Early(Reporter):
        def phase(self, what: str) -> None:
            if what == "compiling the training step":
                os.kill(os.getpid(), signal.SIGTERM)

    made = experiment(epochs=2)
    with pytest.raises(Interrupted, match="nothing was saved"):
        train(made, spec_files(), tmp_path / "run", "CPU", Early())
    told = Leaver()
    resume(open_run(tmp_path / "run"), made, reporter=told)
    assert "nothing was saved before: beginning at epoch 1" in told.notes
    whole = train(made, spec_files(), tmp_path / "whole", "CPU").folder
    assert_same_end(whole, tmp_path / "run")


def test_a_second_signal_ends_at_once(tmp_path: Path) -> None:
    class Impatient(Reporter):
        def step(self, progress: Progress) -> None:
            if progress.epoch == 2:
                os.kill(os.getpid(), signal.SIGINT)
                os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(Interrupted, match="saved epoch 1; 'cnnspec train --resume"):
        train(experiment(epochs=3), spec_files(), tmp_path / "run", "CPU", Impatient())
    resume(open_run(tmp_path / "run"), experiment(epochs=3))


def test_a_callback_ends_training_in_order(tmp_path: Path) -> None:
    class Enough(Reporter):
        def epoch(self, record: Any, best: bool) -> None:
            if record["epoch"] == 2:
                raise StopTraining("good enough")

    outcome = train(experiment(epochs=9), spec_files(), tmp_path / "run", "CPU", Enough())
    assert outcome.test is not None and len(open_run(outcome.folder).records) == 2
    assert open_run(outcome.folder).info.status == "finished"


def test_a_callback_may_end_a_run_before_it_began(tmp_path: Path) -> None:
    class AtOnce(Reporter):
        def plan(self, plan: Plan) -> None:
            raise StopTraining

    with pytest.raises(Interrupted):
        train(experiment(epochs=2), spec_files(), tmp_path / "run", "CPU", AtOnce())
    assert open_run(tmp_path / "run").info.status == "interrupted"


def test_training_ends_early_where_nothing_gets_better(tmp_path: Path) -> None:
    told = Leaver()
    outcome = train(experiment(epochs=30, patience=3, lr=1e-9), spec_files(), tmp_path / "run", "CPU", told)
    records = open_run(outcome.folder).records
    best = open_run(outcome.folder).info.best
    assert best is not None and len(records) == best["epoch"] + 3
    assert any("none of the last 3 epochs was better" in note for note in told.notes)


def test_a_state_is_saved_within_long_epochs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cnnspec.train import loop, run

    saved = []
    write = run.RunFolder.write_state
    monkeypatch.setattr(loop, "_READ_STEPS", 1)
    monkeypatch.setattr(
        run.RunFolder, "write_state", lambda s, d, text: (saved.append(text), write(s, d, text))
    )
    train(experiment(epochs=1, save_every=1e-9), spec_files(), tmp_path / "run", "CPU")
    assert saved == ["epoch 1, step 1", "epoch 1, step 2", "epoch 1, step 3", "epoch 1"]
