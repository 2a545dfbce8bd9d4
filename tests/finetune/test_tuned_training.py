"""What fine-tuning trains, and what stays."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tuning_runs import info, records, weights

Tune = Callable[..., Path]
PLAIN = "optimizer sgd(lr = 0.05, momentum = 0)\ntrain (epochs = {epochs}, batch = 400, {more})\n"
ADAM = "optimizer adam(lr = 0.01)\ntrain (epochs = {epochs}, batch = 400, {more})\n"


ROUNDED = {"high.conv1.bias"}
"""Batch norm takes a bias away again: it has no gradient but rounding, which may be none."""


def moved(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> set[str]:
    """Names of the tensors that differ."""
    return {name for name in one if not np.array_equal(one[name], other[name])}


def test_frozen_weights_stay_and_their_statistics_move_unless_they_are_to_stay(
    tune: Tune, before: Path
) -> None:
    begun = weights(before, "best")
    statistics = {"low.bn1.running_mean", "low.bn1.running_var"}
    after = weights(tune("freeze(low)"))
    assert {name for name in begun if name.startswith("low.")} - moved(begun, after) == {
        "low.conv1.weight", "low.conv1.bias", "low.bn1.weight", "low.bn1.bias"
    }  # fmt: skip
    assert moved(begun, after) >= statistics
    still = weights(tune("freeze(low, statistics = true)", "still"))
    assert not any(name.startswith("low.") for name in moved(begun, still))
    assert moved(begun, still) | ROUNDED == {name for name in begun if not name.startswith("low.")}


def test_fresh_layers_begin_as_drawn_and_all_else_as_loaded(tune: Tune, before: Path, tmp_path: Path) -> None:
    from tuning_runs import made, tuning_spec

    from cnnspec.backends.tinygrad.module import initial_value
    from cnnspec.train.training import train

    text = tuning_spec(f'from("{before}")  replace(head)', settings=PLAIN.replace("0.05", "1e-30"), epochs=1)
    experiment, spec = made(text, tmp_path)
    after = weights(train(experiment, spec, tmp_path / "run", "CPU").folder)
    begun = weights(before, "best")
    head = experiment.graph.nodes[-1]
    for parameter in head.parameters:
        name = f"head.{parameter.name}"
        np.testing.assert_array_equal(after[name], initial_value(name, parameter, 1))
    kept = {name for name in begun if not name.startswith("head.") and "running" not in name}
    assert not kept & moved(begun, after)


def test_a_factor_is_one_on_the_learning_rate(tune: Tune, before: Path) -> None:
    begun = weights(before, "best")
    whole = weights(tune("lr(head, 1)", settings=PLAIN, epochs=1))
    less = weights(tune("lr(all, 0.1)  lr(high, 0.5)", "less", settings=PLAIN, epochs=1))
    for name in ("low.conv1.weight", "high.conv1.weight", "head.weight"):
        factor = 0.5 if name.startswith("high") else 0.1
        np.testing.assert_allclose(less[name] - begun[name], factor * (whole[name] - begun[name]), atol=1e-6)


def test_what_is_trained_does_not_depend_on_what_is_frozen_below(tune: Tune) -> None:
    whole = weights(tune("lr(head, 1)", settings=PLAIN, epochs=1))
    part = weights(tune("freeze(low)", "part", settings=PLAIN, epochs=1))
    for name in whole:
        if not name.startswith("low."):
            np.testing.assert_allclose(part[name], whole[name], atol=1e-6)


def test_layers_are_unfrozen_at_their_epoch(tune: Tune, before: Path) -> None:
    begun = weights(before, "best")
    steps = "freeze(low, high, statistics = true)  unfreeze(high, epoch = 3)"
    first = weights(tune(steps.replace("3", "2"), "first", epochs=2))
    assert not any(name.startswith("low.") for name in moved(begun, first))
    assert {name for name in begun if name.startswith("high.")} <= moved(begun, first) | ROUNDED
    run = tune(steps, epochs=3)
    assert [line["epoch"] for line in records(run)] == [1, 2, 3]


def test_an_optimizer_counts_the_updates_of_late_layers_by_themselves(tune: Tune, before: Path) -> None:
    """Adam's first step is as long as the learning rate, whatever else was trained before."""
    begun = weights(before, "best")
    steps = "freeze(low, high, statistics = true)  unfreeze(high, epoch = 3)"
    after = weights(tune(steps, settings=ADAM, epochs=3))
    change = np.abs(after["high.conv1.weight"] - begun["high.conv1.weight"])
    assert 0.0099 < change.max() < 0.0101


@pytest.mark.parametrize(
    "more", ["ema = 0.5", "accumulate = 2", "recompute = true", "clip = 0.1", "precision = fp16"]
)
def test_frozen_weights_stay_whatever_else_is_done(more: str, tune: Tune, before: Path) -> None:
    begun = weights(before, "best")
    after = weights(tune("freeze(low, statistics = true)", more=more))
    assert moved(begun, after) | ROUNDED == {name for name in begun if not name.startswith("low.")}


FROZEN = "replace(head)  freeze(all, statistics = true)"


@pytest.mark.parametrize("more", ["seed = 1", "ema = 0.5", "accumulate = 2", "recompute = true"])
def test_features_that_are_computed_once_train_the_same_head(
    more: str, tune: Tune, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cnnspec.train.finetune import features
    from cnnspec.train.reporter import Reporter

    class Notes(Reporter):
        def __init__(self) -> None:
            self.told: list[str] = []

        def note(self, text: str) -> None:
            self.told.append(text)

    once, each = Notes(), Notes()
    kept = tune(FROZEN, reporter=once, epochs=3, more=more)
    monkeypatch.setattr(features, "MOST_BYTES", 0)
    anew = tune(FROZEN, "anew", reporter=each, epochs=3, more=more)
    assert any("up to 'high.flatten1' were computed once: 8 numbers" in note for note in once.told)
    assert any("computed in every epoch: what 'high.flatten1' gives" in note for note in each.told)
    one, other = weights(kept), weights(anew)
    for name in one:
        np.testing.assert_allclose(one[name], other[name], atol=1e-5)
    for line, same in zip(records(kept), records(anew), strict=True):
        assert line["val_loss"] == pytest.approx(same["val_loss"], abs=1e-4)


def test_features_are_not_kept_where_images_change(tune: Tune, before: Path, tmp_path: Path) -> None:
    from tuning_runs import made, tuning_spec

    from cnnspec.train.reporter import Reporter
    from cnnspec.train.training import train

    told: list[str] = []

    class Notes(Reporter):
        def note(self, text: str) -> None:
            told.append(text)

    text = tuning_spec(f'from("{before}")  {FROZEN}') + "augment { flip }\n"
    train(*made(text, tmp_path), tmp_path / "run", "CPU", Notes())
    assert "frozen layers are computed in every epoch, because augmentation changes the images" in told


def test_a_run_says_what_it_began_with(tune: Tune, before: Path) -> None:
    run = tune("replace(head)  freeze(low)")
    said = info(run)
    assert said["weights"]["from"] == str(before) and said["weights"]["names"] == "own"
    assert said["mean"] == info(before)["mean"] and said["std"] == info(before)["std"]
    assert any(
        note.startswith("begins with 12 tensors of") and note.endswith("fresh: head")
        for note in said["notes"]
    )
    assert any("normalised as for these weights" in note for note in said["notes"])
    trained = sum(
        w.size for name, w in weights(run).items() if not name.startswith("low.") and "running" not in name
    )
    assert said["parameters"] == trained


@pytest.mark.parametrize(
    "steps", ["freeze(low, statistics = true)", "freeze(low)", "freeze(high, statistics = true)"]
)
def test_every_form_of_the_layers_gives_the_same(steps: str, tmp_path: Path) -> None:
    """Kernels of our own, which take frozen layers as at inference, against tinygrad's plain ones."""
    from tuning_runs import made, tuning_spec

    from cnnspec.backends.tinygrad.plan import DEFAULT
    from cnnspec.train.lowering import Lowering
    from cnnspec.train.training import train

    def run(steps: str, name: str, without: tuple[str, ...] = ()) -> Path:
        text = tuning_spec(steps, settings=PLAIN, epochs=1).replace("width = 4", "width = 32")
        text = text.replace("dropout(0.1)", "dropout(0)").replace("dropout(0.2)", "dropout(0)")
        return train(*made(text, tmp_path), tmp_path / name, "CPU", lowering=Lowering(without)).folder

    source = run("lr(all, 1)", "source")
    begun = weights(source, "best")
    own, plain = (
        weights(run(f'from("{source}")  {steps}', *each)) for each in (("own",), ("plain", DEFAULT))
    )
    for name, value in own.items():
        np.testing.assert_allclose(value, plain[name], atol=2e-5)
    frozen = {name for name in begun if name.startswith(steps[7:10]) and "running" not in name}
    assert "head.weight" in moved(begun, own) and not frozen & moved(begun, own) | frozen & moved(
        begun, plain
    )
