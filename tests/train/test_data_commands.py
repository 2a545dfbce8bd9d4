"""``data``, ``preview`` and ``train --data`` as a person uses them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnnspec.cli.main import main

SPEC = """\
model net(classes = 2) {
  input 3 x 24 x 24
  conv(8, 3, stride = 2)  bn  relu  global_avgpool  flatten
  linear(classes)
}
data folder("photos", mode = rgb)
augment { random_resized_crop(24, scale = [0.5, 1])  flip  rotate(10)  brightness(0.2)  mixup(0.2) }
optimizer adam(lr = 1e-2)
train (epochs = 2, batch = 8)
"""


@pytest.fixture
def photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of dark and bright photographs of several sizes, and a spec that reads them."""
    monkeypatch.chdir(tmp_path)
    random = np.random.RandomState(0)
    for value, name in ((60, "dark"), (190, "bright")):
        (tmp_path / "photos" / name).mkdir(parents=True)
        for i in range(16):
            pixels = np.clip(random.normal(value, 20, (30 + i, 40 - i, 3)), 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(tmp_path / "photos" / name / f"{i}.jpg")
    (tmp_path / "net.cnn").write_text(SPEC)
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(arguments)
    said = capsys.readouterr()
    return code, said.out, said.err


def test_data_tells_what_is_there(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for target in ("net.cnn", "photos", str(photos / "photos")):
        code, out, err = run(capsys, "data", target)
        assert (code, err) == (0, "")
        assert "32 images: 24 train, 4 validation, 4 test" in out
        assert "bright" in out and "50.0%" in out
        assert "45 x 25 smallest" in out and "16 different" in out
    code, out, _ = run(capsys, "data", "net.cnn", "--json", "-o", "sheet.png")
    found = json.loads(out)
    assert found["images"] == {"train": 24, "validation": 4, "test": 4}
    assert [c["name"] for c in found["classes"]] == ["bright", "dark"]
    assert found["colours"] == {"RGB": 32} and len(found["mean"]) == 3
    assert Image.open("sheet.png").size[0] > 300


def test_data_lists_broken_images(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (photos / "photos" / "dark" / "3.jpg").write_bytes(b"not an image")
    (photos / "photos" / "dark" / "4.jpg").write_bytes(b"")
    (photos / "photos" / "dark" / "5.jpg").unlink()
    (photos / "photos" / "dark" / "5.jpg").symlink_to(photos / "nowhere.jpg")
    code, out, err = run(capsys, "data", "net.cnn")
    assert code == 1 and "29 images" in out
    assert "3 broken images" in err and "3.jpg' (not an image)" in err and "link to nothing" in err
    code, out, err = run(capsys, "data", "net.cnn", "--skip-broken")
    assert (code, err) == (0, "") and "3.jpg' (not an image)" in out
    code, out, err = run(capsys, "train", "net.cnn", "--out", "run")
    assert code == 1 and "3 broken images" in err and not Path("run").exists()
    code, out, err = run(capsys, "train", "net.cnn", "--out", "run", "--skip-broken", "--epochs", "1")
    assert code == 0 and "3 broken images" in out and "or gone), left out" in out
    code, out, err = run(capsys, "evaluate", "run")
    assert code == 0, err


def test_data_that_does_not_fit_the_network(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (photos / "net.cnn").write_text(
        SPEC.replace("random_resized_crop(24, scale = [0.5, 1])", "random_crop(24)")
    )
    Image.new("RGB", (20, 40)).save(photos / "photos" / "dark" / "16.jpg")
    code, out, err = run(capsys, "data", "net.cnn")
    assert code == 1 and "33 images" in out
    assert "error[bad-value]" in err and "dark/16.jpg" in err and "net.cnn:7:11" in err


@pytest.mark.parametrize("target", ["no/such/folder", "net.txt", "photoss"])
def test_data_of_nothing(photos: Path, capsys: pytest.CaptureFixture[str], target: str) -> None:
    code, out, err = run(capsys, "data", target)
    assert code == 1 and out == ""
    assert "error[unknown-data]" in err and "does not exist" in err


def test_preview_draws_steps_and_batches(photos: Path, capsys: pytest.CaptureFixture[str], cpu: str) -> None:
    code, out, err = run(capsys, "preview", "net.cnn", "--count", "3")
    assert (code, err) == (0, "")
    assert out.split() == ["wrote", "preview.png", "wrote", "preview-batch.png"]
    first = (photos / "preview.png").read_bytes()
    assert run(capsys, "preview", "net.cnn", "--count", "3")[0] == 0
    assert (photos / "preview.png").read_bytes() == first
    photo = str(photos / "photos" / "dark" / "7.jpg")
    assert run(capsys, "preview", "net.cnn", "--image", photo, "-o", "one.png")[0] == 0
    assert (photos / "one.png").read_bytes() != first


def test_preview_without_data(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (photos / "bare.cnn").write_text(SPEC.split("data")[0] + "augment { resize((24, 24))  flip }\n")
    code, _, err = run(capsys, "preview", "bare.cnn")
    assert code == 1 and "error[no-picture]" in err
    photo = str(photos / "photos" / "dark" / "7.jpg")
    code, out, err = run(capsys, "preview", "bare.cnn", "--image", photo)
    assert (code, out) == (0, "wrote preview.png\n")
    code, _, err = run(capsys, "preview", "bare.cnn", "--image", "none.jpg")
    assert code == 1 and "error[picture-unusable]" in err


def test_a_recipe_is_printed_and_can_be_saved(
    photos: Path, capsys: pytest.CaptureFixture[str], cpu: str
) -> None:
    code, out, err = run(capsys, "train", "resnet20", "--data", "photos", "--emit", "spec", "--epochs", "1")
    assert (code, err) == (0, "")
    assert "use resnet20(classes = 2)" in out and "augment {" in out and "epochs = 1" in out
    (photos / "saved.cnn").write_text(out)
    assert run(capsys, "check", "saved.cnn")[0] == 0
    code, again, _ = run(capsys, "train", "saved.cnn", "--emit", "spec")
    assert again == out
    code, out, err = run(capsys, "train", "net.cnn", "--data", "photos", "--out", "run", "--epochs", "1")
    assert code == 0 and "training by this spec" in out and "random_resized_crop" in out
    assert "mixup" in (photos / "run" / "spec" / "spec.cnn").read_text()
    code, out, err = run(capsys, "predict", "run", str(photos / "photos" / "dark" / "1.jpg"))
    assert code == 0 and "dark" in out


def test_the_recipe_follows_the_data_and_what_a_person_says(
    photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = run(capsys, "train", "lenet5", "--data", "digits(fit = pad)", "--emit", "spec")
    assert "use lenet5(classes = 10)" in out and "rotate(10)" in out and "flip" not in out
    _, out, _ = run(
        capsys,
        "train",
        "resnet20(classes = 7)",
        "--data",
        "photos",
        "--emit",
        "spec",
        "--set",
        "optimizer.lr=0.5",
    )
    assert "use resnet20(classes = 7)" in out and "lr = 0.5" in out
    code, _, err = run(capsys, "train", "resnet20", "--data", "nothing")
    assert code == 1 and "error[unknown-data]" in err
    code, _, err = run(capsys, "train", "resnet20", "--data", "folder(pathh = 3)")
    assert code == 1 and "error[unknown-argument]" in err


def test_two_runs_are_equal_whatever_the_threads(
    photos: Path, capsys: pytest.CaptureFixture[str], cpu: str
) -> None:
    for name, workers in (("one", "1"), ("two", "3")):
        assert run(capsys, "train", "net.cnn", "--out", name, "--workers", workers)[0] == 0
    from safetensors.numpy import load_file

    one, two = (load_file(photos / name / "last.safetensors") for name in ("one", "two"))
    assert all((one[key] == two[key]).all() for key in one)


def test_images_of_rare_classes_can_count_for_more(
    photos: Path, capsys: pytest.CaptureFixture[str], cpu: str
) -> None:
    for i in range(4, 16):
        (photos / "photos" / "dark" / f"{i}.jpg").unlink()
    code, out, _ = run(capsys, "data", "net.cnn")
    assert code == 0 and "the largest class has 86%" in out
    for change in ("train.balanced=true", "loss=cross_entropy(class_weights = balanced)"):
        code, out, err = run(capsys, "train", "net.cnn", "--set", change, "--epochs", "1")
        assert code == 0, err
    code, _, err = run(capsys, "train", "net.cnn", "--set", "loss=cross_entropy(class_weights = [1, 2, 3])")
    assert code == 1 and "3 class weights for 2 classes" in err


@pytest.mark.parametrize(
    "command", [["train", "net.cnn"], ["data", "net.cnn"], ["data", "photos"], ["preview", "net.cnn"]]
)
def test_a_library_for_images_that_is_not_there(
    photos: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    from cnnspec.train.imaging.engine import engine

    engine.cache_clear()
    monkeypatch.setenv("CNNSPEC_IMAGES", "imagemagick")
    code, _, err = run(capsys, *command)
    assert code == 1 and "error[engine-missing]" in err and "opencv, pillow" in err
    engine.cache_clear()


def test_a_list_is_set_whole(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(
        capsys, "train", "net.cnn", "--emit", "spec", "--set", "augment={ resize((24, 24))  flip }"
    )
    assert "resize((24, 24))" in out and "mixup" not in out
    for value, code in (
        ("{ flp }", "unknown-entry"),
        ("{ flip", "unclosed-bracket"),
        ("{} loss mse", "bad-override"),
    ):
        found, _, err = run(capsys, "check", "net.cnn", "--set", f"augment={value}")
        assert found == 1 and f"error[{code}]" in err


def test_preview_and_data_know_the_recipe(photos: Path, capsys: pytest.CaptureFixture[str], cpu: str) -> None:
    assert run(capsys, "data", "resnet20", "--data", "photos")[0] == 0
    code, _, err = run(capsys, "preview", "resnet20", "--data", "photos", "--count", "2")
    assert (code, err) == (0, "")


@pytest.mark.parametrize("network", ["lenet5", "resnet20"])
def test_the_recipe_can_be_trained_by_whatever_the_images_are(
    photos: Path, capsys: pytest.CaptureFixture[str], network: str
) -> None:
    _, out, _ = run(capsys, "train", network, "--data", "photos", "--emit", "spec")
    (photos / "saved.cnn").write_text(out)
    code, _, err = run(capsys, "data", "saved.cnn")
    assert (code, err) == (0, "")
    assert ("flip" in out) == (network == "resnet20")


def test_evaluating_what_was_trained_on_is_refused(
    photos: Path, capsys: pytest.CaptureFixture[str], cpu: str
) -> None:
    assert run(capsys, "train", "net.cnn", "--out", "run", "--epochs", "1")[0] == 0
    assert run(capsys, "evaluate", "run")[0] == 0
    Image.new("RGB", (40, 40)).save(photos / "photos" / "dark" / "new.jpg")
    code, _, err = run(capsys, "evaluate", "run")
    assert code == 1 and "error[training-images-changed]" in err and "spec.cnn:" in err


def test_predict_goes_on_past_what_only_decoding_finds(
    photos: Path, capsys: pytest.CaptureFixture[str], cpu: str
) -> None:
    assert run(capsys, "train", "net.cnn", "--out", "run", "--epochs", "1")[0] == 0
    whole = photos / "photos" / "dark" / "7.jpg"
    Image.open(whole).save(photos / "bad.png")
    data = bytearray((photos / "bad.png").read_bytes())
    data[len(data) // 2] ^= 4
    (photos / "bad.png").write_bytes(data)
    code, out, err = run(capsys, "predict", "run", "bad.png", str(whole))
    assert code == 1 and "7.jpg" in out and "bad.png" in err


def test_data_alone_has_nothing_to_set(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "data", "photos", "--set", "data.mode=gray")
    assert code == 1 and "error[nothing-to-set]" in err
