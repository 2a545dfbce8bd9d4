"""``features``: what layers make of images, as arrays."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import load_file

from cnnspec.cli.main import main
from cnnspec.elaborate import Loader, elaborate
from cnnspec.source import SpecError
from cnnspec.train.data.normalization import Normalization
from cnnspec.train.features import Features, contents, cut, tap
from cnnspec.train.network import Trained
from cnnspec.train.registries import DATA_SOURCES
from cnnspec.train.sections import bind_experiment


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["features", *arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def stored(path: str = "f.npz") -> dict[str, np.ndarray]:
    with np.load(path, allow_pickle=False) as file:
        return dict(file)


@pytest.fixture
def folder(trained: Path) -> str:
    return str(trained / "run")


def test_the_head_on_features_is_the_network(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The last layer's weights on the features before it give the run's own test accuracy."""
    code, out, err = run(capsys, folder, "--layer", "relu1", "-o", "f.npz")
    assert code == 0
    assert "relu1: 32 numbers an image\nwrote f.npz: 901 images (" in out
    assert "images are normalised as for the run: mean 0.3" in err
    found = stored()
    assert found["features"].dtype == np.float32 and found["labels"].dtype == np.int64
    assert found["features"].shape == (901, 32)
    assert found["classes"].tolist() == ["0", "1", "2", "3", "4"]
    assert np.unique(found["part"]).tolist() == ["test", "train", "validation"]
    assert found["names"][0].startswith("digit ") and len(set(found["names"])) == 901
    weights = load_file(f"{folder}/best.safetensors")
    scores = found["features"] @ weights["head.weight"].T + weights["head.bias"]
    right = scores.argmax(1) == found["labels"]
    info = json.loads(Path(folder, "run.json").read_text())
    assert right[found["part"] == "test"].mean() == pytest.approx(info["test"]["accuracy"])
    assert right[found["part"] == "validation"].mean() == pytest.approx(info["best"]["val_accuracy"])
    about = json.loads(str(found["about"]))
    assert (about["layers"], about["mean"]) == ({"relu1": "relu1"}, info["mean"])


def test_several_layers_and_the_means_of_maps(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(
        capsys, folder, "--layer", "stem", "--layer", "body.relu1", "--part", "test", "-o", "f.npz"
    )
    assert code == 0 and "stem (stem.maxpool1): 8 x 4 x 4 an image" in out
    whole = stored()
    assert whole["features.stem"].shape[1:] == (8, 4, 4)
    assert whole["features.body.relu1"].shape[1:] == (16, 4, 4)
    assert set(whole["part"]) == {"test"} and "features" not in whole
    assert run(capsys, folder, "--layer", "stem", "--pool", "--part", "test", "-o", "f.npz", "-q")[:2] == (
        0,
        "",
    )
    np.testing.assert_allclose(stored()["features"], whole["features.stem"].mean((2, 3)), rtol=1e-6)


def test_batches_change_nothing(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = []
    for batch in ("64", "7", "5000"):
        assert run(capsys, folder, "--layer", "fc", "-o", "f.npz", "--batch", batch)[0] == 0
        found.append(stored()["features"])
    for other in found[1:]:
        np.testing.assert_allclose(other, found[0], rtol=1e-5, atol=1e-6)


def test_a_spec_with_weights_whose_head_is_another(
    trained: Path, folder: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Other classes, few images: what comes behind the layer need not fit."""
    run(capsys, folder, "--layer", "fc", "--data", "digits(only = [5, 6, 7])", "-o", "run.npz")
    given = ("--set", "classes=3", "--set", "data.only=[5, 6, 7]", "--layer", "fc", "-o", "f.npz")
    code, _, err = run(capsys, str(trained / "net.cnn"), "--weights", folder, *given)
    assert code == 0 and "images are normalised as for these weights" in err
    found, by_run = stored(), stored("run.npz")
    assert found["classes"].tolist() == ["5", "6", "7"]
    np.testing.assert_array_equal(found["features"], by_run["features"])
    few = (*given, "--set", "data.per_class=10", "--part", "train")
    assert run(capsys, str(trained / "net.cnn"), "--weights", folder, *few)[0] == 0
    assert np.bincount(stored()["labels"]).tolist() == [9, 9, 9]


def test_weights_of_a_file_alone(
    trained: Path, folder: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Normalised by the training images where nobody says how, or as the spec says."""
    shutil.copy(f"{folder}/best.safetensors", tmp_path / "w.safetensors")
    spec, given = str(trained / "net.cnn"), ("--weights", "w.safetensors", "--layer", "fc", "-o", "f.npz")
    code, _, err = run(capsys, spec, *given)
    assert code == 0 and "is not known: here it is by the training images' own mean 0.30" in err
    measured = stored()["features"]
    run(capsys, folder, "--layer", "fc", "-o", "g.npz")
    np.testing.assert_allclose(measured, stored("g.npz")["features"], rtol=1e-4, atol=1e-5)
    said = ("--set", "augment={ normalize(mean = [0.5], std = [0.25]) }")
    code, _, err = run(capsys, spec, *given, *said)
    assert code == 0 and "as the spec says: mean 0.5, deviation 0.25" in err
    assert abs(stored()["features"] - measured).max() > 0.01


def test_a_spec_that_begins_with_weights(
    trained: Path, folder: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Without --weights those of its section ``finetune`` are taken, from the spec's folder."""
    shutil.copy(f"{folder}/best.safetensors", tmp_path / "w.safetensors")
    text = (trained / "net.cnn").read_text() + 'finetune { from("w.safetensors")  replace(head) }\n'
    (tmp_path / "tuned.cnn").write_text(text)
    assert run(capsys, str(tmp_path / "tuned.cnn"), "--layer", "fc", "-o", "f.npz")[0] == 0
    assert run(capsys, str(trained / "net.cnn"), "--layer", "fc", "-o", "f.npz")[0] == 1


def test_other_images(folder: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A folder of photographs, of one class; fitted as a source says."""
    (tmp_path / "photos" / "seven").mkdir(parents=True)
    for i in range(5):
        Image.new("RGB", (20 + i, 30), (50 * i, 0, 0)).save(tmp_path / "photos" / "seven" / f"{i}.png")
    source = 'folder("photos", fit = resize, mode = gray, validation = 0, test = 0)'
    code, out, _ = run(capsys, folder, "--layer", "fc", "--data", source, "-o", "f.npz")
    assert code == 0 and "5 images (5 train)" in out
    assert stored()["names"].tolist() == [f"seven/{i}.png" for i in range(5)]
    code, _, err = run(capsys, folder, "--layer", "fc", "--data", "photos", "-o", "f.npz")
    assert code == 1 and "error[image-size]" in err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--layer", "bodi.conv1"], "no-such-layer", "did you mean 'body.conv1'?"),
        (["--layer", "zzz"], "no-such-layer", "the last ones: "),
        (["--layer", "fc", "--layer", "fc"], "same-layer-twice", "'fc'"),
        (["--layer", "fc", "--set", "classes=3"], "nothing-to-set", "a run"),
        (["--layer", "fc", "--weights", "w.pth"], "option-elsewhere", "--weights"),
        (["--layer", "fc", "--data", "nowhere"], "unknown-data", "does not exist"),
        (
            ["--layer", "fc", "--data", "digits(validation = 0)", "--part", "validation"],
            "empty-split",
            "'validation'",
        ),
        (["--layer", "fc", "-o", "no/f.npz"], "cannot-write", "there is no folder 'no'"),
    ],
)
def test_what_is_wrong_is_told(
    folder: str, arguments: list[str], code: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found, out, err = run(capsys, folder, "-o", "f.npz", *arguments)
    assert (found, out) == (1, "")
    assert f"error[{code}]" in err and said in err
    assert not list(Path().glob("*.npz"))


def test_the_file_must_be_named_npz(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run(capsys, folder, "--layer", "fc", "-o", "features.csv")
    assert "must end in .npz" in capsys.readouterr().err


def test_data_that_is_divided_otherwise_is_refused(
    trained: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Parts of the run's own data are named as they were in training."""
    shutil.copytree(trained / "run", tmp_path / "run")
    info = json.loads((tmp_path / "run" / "run.json").read_text())
    (tmp_path / "run" / "run.json").write_text(json.dumps({**info, "trained_on": "another"}))
    code, _, err = run(capsys, "run", "--layer", "fc", "-o", "f.npz")
    assert code == 1 and "error[training-images-changed]" in err
    assert run(capsys, "run", "--layer", "fc", "--data", "digits", "-o", "f.npz")[0] == 0


def test_nothing_behind_the_layer_is_kept(trained: Path) -> None:
    module = Loader().load(trained / "net.cnn")
    experiment = bind_experiment(module, elaborate(module))
    weights = {
        f"{node.name}.{spec.name}": np.zeros(spec.shape, np.float32)
        for node in experiment.graph.nodes
        for spec in node.parameters
    }
    whole = Trained(experiment, (), weights, Normalization((0.0,), (1.0,)))
    part = cut(whole, [tap(experiment.graph, "stem")])
    assert [node.name for node in part.experiment.graph.nodes] == [
        "input",
        "stem.conv1",
        "stem.bn1",
        "stem.relu1",
        "stem.maxpool1",
    ]
    assert {name.split(".")[0] for name in part.weights} == {"stem"}
    with pytest.raises(SpecError):
        tap(experiment.graph, "input")


def test_targets_of_all_kinds() -> None:
    source = DATA_SOURCES.make("shapes", images=20, size=(16, 16), classes=("circle", "star"))
    from cnnspec.train.data.fitting import Fitting
    from cnnspec.train.data.preparing import pipelines

    _, evaluation = pipelines((), (), Fitting((3, 8, 8), "resize", "rgb"))
    splits = source.load((3, 8, 8), 0).prepared(evaluation)
    found = Features({"fc": np.zeros((14, 2), np.float32)}, {"train": splits.train})
    arrays = contents(found, splits, {"model": "net"})
    assert {name: array.dtype.kind for name, array in arrays.items() if array.dtype.kind == "O"} == {}
    assert arrays["labels"].dtype == np.int64 and arrays["classes"].tolist() == ["circle", "star"]
    assert arrays["boxes"].shape == (14, 4) and arrays["boxes"].max() <= 8
    assert arrays["numbers_names"].tolist() == ["area"] and arrays["points_names"].tolist() == ["centre"]
    several = DATA_SOURCES.make("shapes", images=20, size=(16, 16), objects=3)
    splits = several.load((3, 16, 16), 0).prepared(evaluation)
    arrays = contents(Features({"fc": np.zeros((2, 2))}, {"validation": splits.validation}), splits, {})
    assert arrays["flags"].shape == (2, 3) and arrays["flags_names"].tolist() == [
        "circle",
        "square",
        "triangle",
    ]
    assert "labels" not in arrays


def test_a_run_on_few_images_goes_on(capsys: pytest.CaptureFixture[str], trained: Path) -> None:
    """The images are drawn again as they were: the state knows them."""
    given = ("--set", "data.per_class=12", "--out", "few", "-q")
    assert main(["train", str(trained / "net.cnn"), *given]) == 0
    assert main(["train", "--resume", "few", "--epochs", "3", "-q"]) == 0
    info = json.loads(Path("few", "run.json").read_text())
    assert (info["epochs"], info["images"]["train"], info["images"]["validation"]) == (3, 55, 5)
    capsys.readouterr()
    assert main(["evaluate", "few", "-q"]) == 0


def test_evaluating_on_other_data_of_a_run_on_few_classes(
    folder: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A source named for itself is not limited as the run's own data is: its other classes are unknown."""
    assert main(["evaluate", folder, "--data", "digits(only = [1, 2])", "-q"]) == 0
    capsys.readouterr()
    assert main(["evaluate", folder, "--data", "digits", "-q"]) == 1
