"""A fine-tuning run that is left and gone on with ends as if nothing had come between."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest
from test_resume import Leaver, assert_same_end
from tuning_runs import made, tuning_spec

from cnnspec.train.interrupt import Interrupted
from cnnspec.train.reading import open_run
from cnnspec.train.resuming import resume
from cnnspec.train.training import train

THAWING = "replace(head)  freeze(all, statistics = true)  unfreeze(high, epoch = 2)  unfreeze(low, epoch = 3)"
ADAM = (
    "optimizer adamw(lr = 0.01)\nschedule cosine(warmup = 1)\ntrain (epochs = {epochs}, batch = 48, {more})\n"
)


class LeaverInFeatures(Leaver):
    """Sends a signal while the features of a second stage are computed."""

    def __init__(self) -> None:
        super().__init__()
        self._phases = 0
        self._due = False

    def phase(self, what: str) -> None:
        if what == "computing what the frozen layers give":
            self._phases += 1
            self._due = self._phases == 2

    def evaluated(self, done: int, total: int) -> None:
        if self._due:
            self._due = False
            os.kill(os.getpid(), signal.SIGTERM)


def test_a_run_left_while_features_are_computed(before: Path, tmp_path: Path) -> None:
    steps = f'from("{before}")  replace(head)  freeze(all, statistics = true)  unfreeze(high, epoch = 2)'
    experiment, spec = made(tuning_spec(steps, epochs=3, settings=ADAM), tmp_path)
    train(experiment, spec, tmp_path / "whole", "CPU")
    with pytest.raises(Interrupted) as left:
        train(experiment, spec, tmp_path / "parts", "CPU", LeaverInFeatures())
    assert left.value.saved == "epoch 1"
    resume(open_run(tmp_path / "parts"), experiment)
    assert_same_end(tmp_path / "whole", tmp_path / "parts")


@pytest.mark.parametrize("more", ["seed = 1", "seed = 1, ema = 0.9, clip = 1.0"])
def test_a_run_left_in_any_stage_ends_as_if_it_had_not_been(
    more: str, before: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cnnspec.train import loop

    monkeypatch.setattr(loop, "_READ_STEPS", 1)
    source = tmp_path / "source"
    shutil.copytree(before, source)
    text = tuning_spec(f'from("{source}")  {THAWING}', epochs=4, settings=ADAM, more=more)
    experiment, spec = made(text, tmp_path)
    train(experiment, spec, tmp_path / "whole", "CPU")
    parts = tmp_path / "parts"
    with pytest.raises(Interrupted) as left:
        train(experiment, spec, parts, "CPU", Leaver(2))
    assert left.value.saved.startswith("epoch 1, step")
    shutil.rmtree(source)  # all that is needed of it is in the run
    for step in (6, 12):
        with pytest.raises(Interrupted):
            resume(open_run(parts), experiment, reporter=Leaver(step))
    resume(open_run(parts), experiment, reporter=Leaver())
    assert_same_end(tmp_path / "whole", parts)


def test_a_run_that_begins_anew_has_the_weights_of_before(before: Path, tmp_path: Path) -> None:
    """Where nothing was saved, the source is read again: another one of its name is refused."""
    from cnnspec.source import SpecError
    from cnnspec.train.reporter import Reporter

    class Early(Reporter):
        def phase(self, what: str) -> None:
            if what == "compiling the training step":
                raise KeyboardInterrupt

    source = tmp_path / "source"
    shutil.copytree(before, source)
    experiment, spec = made(tuning_spec(f'from("{source}")', epochs=1), tmp_path)
    with pytest.raises(Interrupted):
        train(experiment, spec, tmp_path / "run", "CPU", Early())
    best = source / "best.safetensors"
    best.write_bytes(best.read_bytes()[:-1] + bytes([best.read_bytes()[-1] ^ 1]))
    with pytest.raises(SpecError, match="the weights that it begins with"):
        resume(open_run(tmp_path / "run"), experiment)
    shutil.copy(before / "best.safetensors", best)
    resume(open_run(tmp_path / "run"), experiment)
