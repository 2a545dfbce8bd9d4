"""Runs read back: evaluation, prediction, and folders that are damaged."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from helpers import BlobSource, experiment, small_net, spec_files

from cnnspec.source import SpecError
from cnnspec.train.data.dataset import Splits
from cnnspec.train.evaluate import evaluate
from cnnspec.train.network import trained_by
from cnnspec.train.pipeline import Pipeline
from cnnspec.train.predict import predict
from cnnspec.train.reading import open_run
from cnnspec.train.training import train

TASK = {"learns": "classes", "output": "output", "classes": 3, "positive": 1, "single": False}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, cpu: str) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "net-1"
    return train(experiment(epochs=6), spec_files(), folder, cpu).folder


@pytest.fixture
def copy(trained: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(trained, tmp_path / "net-1"))


def test_evaluation_gives_what_training_recorded(trained: Path) -> None:
    run = open_run(trained)
    assert run.spec == trained / "spec" / "spec.cnn" and len(run.records) == 6
    test = evaluate(run, experiment()).measures
    assert run.info.test is not None
    assert {key: test.summary()[key] for key in run.info.test} == pytest.approx(run.info.test)
    assert run.info.best is not None
    validation = evaluate(run, experiment(), "validation").measures
    assert validation.values["loss"] == pytest.approx(run.info.best["val_loss"], rel=1e-5)
    assert sum(row.images for row in validation.tables["output"]) == 13
    json.dumps(validation.as_json(), allow_nan=False)


def pictures(folder: Path, splits: Splits) -> list[Path]:
    from PIL import Image

    paths = [folder / f"{i}.png" for i in range(3)]
    prepared = splits.prepared(Pipeline.of((), (1, 6, 6)))
    for path, image in zip(paths, prepared.test.batch(range(3)), strict=True):
        Image.fromarray(image[..., 0]).save(path)
    return paths


def test_prediction_goes_on_past_broken_pictures(trained: Path, tmp_path: Path) -> None:
    from PIL import Image

    paths = pictures(tmp_path, BlobSource().load((1, 6, 6), 0))
    broken, large = tmp_path / "broken.png", tmp_path / "large.png"
    broken.write_bytes(paths[0].read_bytes()[:40])
    Image.new("L", (9, 9)).save(large)
    given = [paths[0], broken, paths[1], tmp_path / "none.png", tmp_path, large, paths[2]]
    network = trained_by(open_run(trained), experiment())
    found = predict(network, given, top=2)
    assert [p.file for p in found.found] == paths
    answers = [p.answers[0].values for p in found.found]
    assert [values[0][0] for values in answers] == ["a", "b", "c"]
    assert all(len(values) == 2 and values[0][1] > values[1][1] for values in answers)
    problems = [d.code for d in found.problems]
    assert problems == ["picture-unusable", "picture-unusable", "picture-unusable", "image-size"]
    resized = predict(network, [large], fit="resize")
    assert sum(p for _, p in resized.found[0].answers[0].values) == pytest.approx(1)
    assert predict(network, [broken]).found == ()


def truncate(name: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / name).write_bytes((folder / name).read_bytes()[:-20])

    return change


def edit(key: str, value: object) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        info = json.loads((folder / "run.json").read_text())
        (folder / "run.json").write_text(json.dumps({**info, key: value}))

    return change


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (truncate("run.json"), "run-damaged"),
        (truncate("best.safetensors"), "run-damaged"),
        (truncate("metrics.jsonl"), "run-damaged"),
        (lambda f: (f / "best.safetensors").write_bytes(b""), "run-damaged"),
        (lambda f: (f / "best.safetensors").write_bytes(b"\xff" * 100), "run-damaged"),
        (lambda f: (f / "best.safetensors").unlink(), "run-damaged"),
        (lambda f: (f / "spec" / "spec.cnn").unlink(), "run-damaged"),
        (lambda f: (f / "run.json").write_text("[]"), "run-damaged"),
        (lambda f: (f / "run.json").write_bytes(b"\xff\xfe"), "run-damaged"),
        (lambda f: (f / "run.json").unlink(), "not-a-run"),
        (shutil.rmtree, "not-a-run"),
        (edit("format", 99), "run-damaged"),
        (edit("seed", "x"), "run-damaged"),
        (edit("tasks", [1, 2]), "run-damaged"),
        (edit("tasks", [{"learns": "classes", "output": "output"}]), "run-damaged"),
        (edit("batch", 0), "run-damaged"),
        (edit("std", [0.0]), "run-damaged"),
        (edit("mean", [0.5, 0.5]), "run-damaged"),
        (edit("best", 3), "run-damaged"),
        (edit("tasks", [{**TASK, "names": ["x", "y", "z"]}]), "classes-changed"),
    ],
)
def test_damage_is_told(change: Callable[[Path], None], expected: str, copy: Path) -> None:
    change(copy)
    with pytest.raises(SpecError) as error:
        evaluate(open_run(copy), experiment())
    assert error.value.diagnostics[0].code == expected


def test_weights_of_another_network(trained: Path) -> None:
    with pytest.raises(SpecError, match=r"'linear6.weight' is 3 x 64, but 4 x 64"):
        evaluate(open_run(trained), experiment(small_net(classes=4)))


def test_an_empty_split(trained: Path) -> None:
    with pytest.raises(SpecError, match="no images in the split 'test'"):
        evaluate(open_run(trained), experiment(data=BlobSource((40, 13, 0))))


def test_the_folder_above_a_run(trained: Path) -> None:
    with pytest.raises(SpecError) as error:
        open_run(trained.parent)
    assert str(trained) in error.value.diagnostics[0].hints[0]


def test_weights_are_float32_with_metadata(trained: Path) -> None:
    from safetensors import safe_open

    assert all(v.dtype == np.float32 for v in open_run(trained).weights("last").values())
    with safe_open(trained / "last.safetensors", "numpy") as file:
        assert file.metadata() == {"model": "net", "epoch": "6", "step": "18", "format": "2"}
