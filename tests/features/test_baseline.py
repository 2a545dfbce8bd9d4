"""``baseline``: features made by hand and a linear classifier, and how they compare with a network."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cnnspec.cli.main import main
from cnnspec.ir import OpError
from cnnspec.source import SpecError
from cnnspec.train.baseline import DESCRIPTORS
from cnnspec.train.baseline.folder import open_baseline
from cnnspec.train.baseline.running import Settings, run_baseline
from cnnspec.train.baseline.svm import PENALTIES, scaled, train
from cnnspec.train.registries import DATA_SOURCES
from cnnspec.train.reporter import Reporter
from cnnspec.train.run import BASELINE

FEW = "digits(per_class = 20, validation = 0.25)"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(arguments)
    said = capsys.readouterr()
    return code, said.out, said.err


def blobs(classes: int, count: int = 120, features: int = 6) -> tuple[np.ndarray, np.ndarray]:
    """Features of several scales, and classes that overlap a little."""
    random = np.random.RandomState(classes)
    labels = np.arange(count) % classes
    values = random.normal(size=(count, features)) + random.normal(size=(classes, features))[labels]
    return (values * (10.0 ** np.arange(features) / 100) + 3).astype(np.float32), labels


@pytest.mark.parametrize("classes", [2, 5])
@pytest.mark.parametrize("penalty", [0.001, 0.1])
def test_the_machine_is_that_of_scikit_learn(classes: int, penalty: float) -> None:
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import LinearSVC

    values, labels = blobs(classes)
    ours = train(scaled(values), labels, classes, penalty)
    theirs = make_pipeline(StandardScaler(), LinearSVC(C=penalty, tol=1e-8, max_iter=100_000)).fit(
        values.astype(np.float64), labels
    )
    scores = values @ ours.weights.T + ours.bias
    wanted = theirs.decision_function(values.astype(np.float64))
    np.testing.assert_allclose(scores if classes > 2 else scores[:, 1], wanted, atol=2e-3)
    assert (ours.classes(values) == theirs.predict(values.astype(np.float64))).mean() > 0.99
    assert ours.settled


def test_a_feature_that_never_changes_and_a_class_without_images() -> None:
    values, labels = blobs(3)
    values[:, 2] = 7
    machine = train(scaled(values), labels, 5, 0.01)
    assert np.isfinite(machine.weights).all()
    assert set(machine.classes(values)) <= {0, 1, 2}


def described(kind: str, images: np.ndarray, **values: Any) -> np.ndarray:
    descriptor = DESCRIPTORS.make(kind, **values)
    descriptor.check((images.shape[3], *images.shape[1:3]))
    result: np.ndarray = descriptor.fitted(lambda: iter([images]), 0)(images)
    return result


@pytest.fixture
def pictures() -> np.ndarray:
    return np.random.RandomState(0).randint(0, 256, (6, 32, 40, 3), np.uint8)


def test_hog(pictures: np.ndarray) -> None:
    hog = pytest.importorskip("skimage.feature").hog
    found = described("hog", pictures, cell=4, orientations=6)
    wanted = [hog(p, 6, (4, 4), (2, 2), block_norm="L2-Hys", channel_axis=-1) for p in pictures]
    np.testing.assert_allclose(found, wanted, atol=1e-6)
    assert found.dtype == np.float32 and found.shape == (6, 7 * 9 * 4 * 6)
    assert described("hog", pictures[..., :1]).shape == (6, 3 * 4 * 4 * 9)


def test_words(pictures: np.ndarray) -> None:
    pytest.importorskip("cv2")
    found = described("sift", pictures, words=5)
    np.testing.assert_allclose((found**2).sum(1), 1, rtol=1e-5)
    assert found.shape == (6, 5)
    np.testing.assert_array_equal(found, described("sift", pictures, words=5))
    turned = described("sift", np.ascontiguousarray(pictures[:, ::-1]), words=5)
    assert abs(turned - found).max() > 0.01
    assert described("sift", pictures[:1, :16, :16], words=50).shape == (1, 50)


def test_pixels(pictures: np.ndarray) -> None:
    np.testing.assert_array_equal(described("pixels", pictures), pictures.reshape(6, -1))


def test_a_baseline_has_the_images_of_training(capsys: pytest.CaptureFixture[str], trained: Path) -> None:
    """Of the run in ``trained``: the same split, the same classes, figures of the same names."""
    code, out, _ = run(
        capsys, "baseline", str(trained / "net.cnn"), "--size", "16", "--features", "hog(cell=4)"
    )
    assert code == 0
    assert "hog(cell = 4), linear SVM: 324 numbers an image, 1,625 parameters, C = " in out
    assert out.splitlines()[-1] == "baseline folder runs/baseline-1"
    info = json.loads(Path("runs/baseline-1", BASELINE).read_text())
    of_run = json.loads((trained / "run" / "run.json").read_text())
    for key in ("images", "trained_on", "tested_on", "seed"):
        assert info[key] == of_run[key], key
    assert f"test accuracy {info['test']['accuracy']:.4f}, {info['test']['images']} images" in out
    assert info["test"]["accuracy"] > 0.95
    assert set(info["tried"]) == {f"{penalty:g}" for penalty in PENALTIES}
    assert info["validation"]["accuracy"] == max(info["tried"].values())
    assert info["features"] == "hog(orientations = 9, cell = 4, block = 2)"
    assert info["versions"]["scikit-image"] and info["task"]["names"] == list("01234")


def test_the_same_again(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("one", "two", "other"):
        seed = "7" if name == "other" else "3"
        given = ("baseline", "--data", FEW, "--features", "pixels", "--size", "8", "--seed", seed)
        assert run(capsys, *given, "--out", name, "-q")[:2] == (0, f"{name}\n")
    one, two, other = (json.loads(Path(n, BASELINE).read_text()) for n in ("one", "two", "other"))
    for info in (one, two, other):
        del info["seconds"], info["describing"]
    assert one == two
    assert one["trained_on"] != other["trained_on"]
    code, _, err = run(capsys, "baseline", "--data", FEW, "--out", "one")
    assert code == 1 and "error[run-exists]" in err


def test_gray_and_colour_images_of_several_sizes(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Stripes that lie or stand, in a folder; one broken image."""
    for name, turned in (("lying", False), ("standing", True)):
        (tmp_path / "photos" / name).mkdir(parents=True)
        for i in range(12):
            stripes = np.tile((np.arange(24 + i) // 4 % 2 * 200)[:, None], (1, 24 + i)).astype(np.uint8)
            pixels = stripes.T if turned else stripes
            image = Image.fromarray(pixels if i % 2 else np.stack([pixels] * 3, 2))
            image.save(tmp_path / "photos" / name / f"{i}.png")
    given = ("baseline", "--data", "photos", "--size", "24", "--seed", "1")
    code, out, _ = run(capsys, *given)
    assert code == 0 and "test accuracy 1.0000" in out
    assert open_baseline(Path("runs/baseline-1")).input_shape == (3, 24, 24)
    (tmp_path / "photos" / "lying" / "bad.png").write_bytes(b"no image")
    assert run(capsys, *given)[0] == 1
    assert run(capsys, *given, "--skip-broken")[0] == 0


def test_without_validation_images(capsys: pytest.CaptureFixture[str]) -> None:
    data = "digits(per_class = 5, validation = 0)"
    code, out, _ = run(capsys, "baseline", "--data", data, "--features", "pixels", "--size", "8")
    assert code == 0 and "note: there are no validation images to choose C by: it is 0.001" in out
    assert "validation accuracy" not in out


def test_two_unequal_classes() -> None:
    """What decides is f1, and the share of the largest class stands beside the accuracy, as in training."""
    source = DATA_SOURCES.make(
        "shapes", images=60, size=(16, 16), classes=("circle", "star"), shares=(4.0, 1.0)
    )
    settings = Settings(DESCRIPTORS.make("pixels"), 16)
    found = run_baseline(source.load((3, 16, 16), 0), settings, Reporter())
    assert found.shown == ("f1_macro", "accuracy")
    assert found.test is not None and "largest_class" in found.test.values
    assert found.parameters == 16 * 16 * 3 + 1
    assert found.validation is not None
    assert max(t.measure for t in found.tried if t.measure) == found.validation.values["f1_macro"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--data", "digits", "--features", "hgo"], "unknown-entry", "did you mean 'hog'?"),
        (["--data", "digits", "--features", "hog(cel = 4)"], "unknown-argument", "did you mean 'cell'?"),
        (["--data", "digits", "--features", "hog(cell = 40)"], "bad-value", "hog(cell = 40)"),
        (["--data", "digits", "--features", "sift", "--size", "8"], "bad-value", "don't hold a piece"),
        (["--data", "digts"], "unknown-data", "did you mean 'digits'?"),
        (["--data", "digits", "--set", "classes=3"], "nothing-to-set", "data"),
        (["--data", "shapes(images = 40, objects = 2)"], "targets-missing", "the data has labels"),
        (["vgg16"], "no-data", "nothing to describe"),
    ],
)
def test_what_is_wrong_is_told(
    arguments: list[str], code: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found, out, err = run(capsys, "baseline", *arguments)
    assert (found, out) == (1, "")
    assert f"error[{code}]" in err and said in err
    assert not Path("runs").exists()


def test_what_to_install_is_told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "skimage.feature", None)
    code, _, err = run(capsys, "baseline", "--data", "digits")
    assert code == 1
    assert "HOG features need the package scikit-image, which is not installed" in err
    assert "pip install 'cnnspec[baseline]'" in err


def test_neither_a_spec_nor_data(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "baseline")[0] == 2


@pytest.fixture
def pair(capsys: pytest.CaptureFixture[str], trained: Path) -> tuple[str, str]:
    """The run in ``trained``, and a baseline on its images."""
    given = ("baseline", str(trained / "net.cnn"), "--features", "pixels", "--size", "8", "-q")
    _, out, _ = run(capsys, *given)
    return str(trained / "run"), out.strip()


def rows(out: str) -> dict[str, list[str]]:
    """The cells of a table by the titles of its rows."""
    split = (line.split("  ") for line in out.splitlines() if "  " in line.strip())
    cells = ([cell.strip() for cell in line if cell.strip()] for line in split)
    return {line[0]: line[1:] for line in cells if len(line) > 1}


def test_beside_a_network(pair: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "compare", *pair)
    found = rows(out)
    assert code == 0
    assert found["model"] == ["net", "pixels, linear SVM"]
    assert found["parameters"][1] == f"{5 * 65:,}"
    assert found["training images"][0] == found["training images"][1]
    assert found["multiply-adds"][1] == found["epochs"][1] == found["test loss"][1] == "–"
    assert sum(cell.endswith("*") for cell in found["test accuracy"]) == 1
    assert sum(cell.endswith("*") for cell in found["validation accuracy"]) == 1
    assert "optimizer" not in found and "features" not in found
    assert "test f1" not in found
    code, out, _ = run(capsys, "compare", *pair, "--json")
    one, other = json.loads(out)
    assert other["parameters"] == 325 and one["test accuracy"] and other["settings"]["features"] == "pixels"


def test_stars_need_the_same_images(
    pair: tuple[str, str], trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Fewer images to train on leave the test as it is; another seed or other classes do not."""
    base = ("baseline", str(trained / "net.cnn"), "--features", "pixels", "--size", "8", "-q")
    wanted = [
        (("--set", "data.per_class=10"), {"test accuracy"}),
        (("--seed", "5"), set()),
        (("--set", "data.only=[0, 1, 2, 3]"), set()),
    ]
    for more, starred in wanted:
        _, out, _ = run(capsys, *base, *more)
        _, out, _ = run(capsys, "compare", pair[0], out.strip())
        found = {title for title, cells in rows(out).items() if any(c.endswith("*") for c in cells)}
        assert found == starred, more


def test_baselines_alone(pair: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    given = (
        "baseline",
        "--data",
        "digits(only = [0, 1, 2, 3, 4])",
        "--size",
        "16",
        "--features",
        "hog(cell = 4)",
        "-q",
    )
    _, out, _ = run(capsys, *given)
    code, out, _ = run(capsys, "compare", pair[1], out.strip())
    found = rows(out)
    assert code == 0 and "epochs" not in found
    assert found["features"] == ["pixels", "hog(orientations = 9, cell = 4, block = 2)"]
    assert "test balanced accuracy" in found
    code, _, err = run(capsys, "compare", pair[1], pair[1], "-o", "curves.png")
    assert code == 1 and "error[no-curves]" in err
    assert run(capsys, "compare", *pair, "-o", "curves.png")[0] == 0 and Path("curves.png").exists()
    code, _, err = run(capsys, "compare", pair[1], "vgg16")
    assert code == 1 and "error[mixed-comparison]" in err


def test_in_the_list_of_runs(pair: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "runs", "--json")
    (line,) = json.loads(out)
    info = open_baseline(Path(pair[1]))
    assert code == 0
    assert (line["model"], line["status"], line["epochs"]) == ("pixels, linear SVM", "finished", None)
    assert line["test"] == info.test["accuracy"]  # type: ignore[index]
    assert run(capsys, "runs", "--sort", "epochs")[0] == 0
    for sort in ("test", "when", "seconds"):
        code, out, _ = run(capsys, "runs", "--sort", sort)
        assert code == 0 and "None" not in out


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"format": 99}', '{"format": 1}', "whole", "task", "tried", "shown"]
)
def test_a_damaged_one_is_told_of(
    text: str, pair: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    file = Path(pair[1], BASELINE)
    whole = json.loads(file.read_text())
    changed = {"task": {"learns": "magic"}, "tried": 3, "shown": "accuracy", "whole": None}
    file.write_text(json.dumps({**whole, text: changed[text]}) if text in changed else text)
    if text == "whole":  # entries that are not known are passed over
        assert run(capsys, "compare", *pair)[0] == 0
        return
    with pytest.raises(SpecError):
        open_baseline(Path(pair[1]))
    code, _, err = run(capsys, "compare", *pair)
    assert code == 1 and "error[run-damaged]" in err
    code, out, _ = run(capsys, "runs")
    assert code == 0 and "damaged" in out


def test_classes_that_cannot_be_told_apart() -> None:
    source = DATA_SOURCES.make("digits")
    splits = source.load((1, 8, 8), 0)
    alone = splits.train.subset(np.flatnonzero(splits.train.labels == 3))
    from dataclasses import replace

    with pytest.raises(OpError):
        run_baseline(replace(splits, train=alone), Settings(DESCRIPTORS.make("pixels")), Reporter())
