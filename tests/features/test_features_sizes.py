"""``features`` of photographs of several sizes, and what it says where they do not come to the network's input."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnnspec.cli.main import main

MODEL = "model net(classes = 2) { input 3 x 16 x 16  conv(4, 3)  relu  global_avgpool  flatten  head: linear(classes) }\n"
GIVEN = ("--layer", "relu1", "--pool", "-o", "f.npz")


@pytest.fixture
def photos(cpu: str, capsys: pytest.CaptureFixture[str]) -> Path:
    """A folder of two classes, pictures of five sizes each; beside it ``net.cnn`` and weights for it."""
    rng = np.random.default_rng(0)
    for name in ("cats", "dogs"):
        Path("photos", name).mkdir(parents=True)
        for i in range(5):
            pixels = rng.integers(0, 256, (40 - 3 * i, 20 + 7 * i, 3), np.uint8)
            Image.fromarray(pixels).save(f"photos/{name}/{i}.png")
    Path("net.cnn").write_text(MODEL)
    assert main(["export", "net.cnn", "--to", "safetensors", "-o", "w.safetensors"]) == 0
    capsys.readouterr()
    return Path("photos")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["features", *arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_all_parts_are_prepared_by_the_section_evaluation(
    photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also images for training, whatever ``augment`` would do to them."""
    steps = "evaluation { resize(18)  center_crop(16) }\n"
    Path("own.cnn").write_text(MODEL + steps)
    Path("both.cnn").write_text(MODEL + "augment { flip }\n" + steps)
    found = []
    for spec, more in (
        ("own.cnn", ()),
        ("both.cnn", ()),
        ("net.cnn", ("--set", "evaluation={ resize(18)  center_crop(16) }")),
    ):
        code, out, err = run(capsys, spec, "--weights", "w.safetensors", "--data", "photos", *GIVEN, *more)
        assert code == 0, err
        assert "wrote f.npz: 10 images (" in out and "prepared" not in err
        with np.load("f.npz") as file:
            found.append(file["features"])
    np.testing.assert_array_equal(found[0], found[1])
    np.testing.assert_array_equal(found[0], found[2])


def test_a_spec_that_says_nothing(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The hints can be followed as they stand."""
    given = ("net.cnn", "--weights", "w.safetensors", *GIVEN)
    code, _, err = run(capsys, *given, "--data", "photos")
    assert code == 1 and "error[image-size]" in err
    assert "--set 'evaluation={ resize(18)  center_crop(16) }'" in err
    assert "--data 'folder(\"photos\", fit = resize)'" in err and "of 10 images do not fit" in err
    assert "begin the network with" not in err
    assert run(capsys, *given, "--data", 'folder("photos", fit = resize)')[0] == 0
    small = ("--set", "evaluation={ resize(20)  center_crop(16) }")
    assert run(capsys, *given, "--data", "photos", *small)[0] == 0


def test_a_run_cannot_be_set(photos: Path, trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, str(trained / "run"), "--layer", "fc", "-o", "f.npz", "--data", "photos")
    assert code == 1 and "--data 'folder(\"photos\", fit = resize)'" in err and "--set" not in err


def test_a_registered_network_with_weights_of_ones_own(
    photos: Path, capsys: pytest.CaptureFixture[str], cpu: str
) -> None:
    """The steps known for its name are taken, and told; not where a person says how images are fitted."""
    assert main(["export", "resnet18", "--to", "safetensors", "-o", "r18.safetensors"]) == 0
    capsys.readouterr()
    given = ("resnet18", "--weights", "r18.safetensors", "--layer", "stem.maxpool1", "--pool", "-o", "f.npz")
    code, _, err = run(capsys, *given, "--data", "photos")
    assert code == 0, err
    assert "prepared as is known for 'resnet18': resize(256)  center_crop(224)" in err
    code, _, err = run(capsys, *given, "--data", 'folder("photos", fit = resize)')
    assert code == 0 and "prepared" not in err


def test_a_name_that_is_mistyped(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = str(trained / "rum")
    for arguments in (["features", wrong, *GIVEN], ["export", wrong, "--to", "safetensors"]):
        assert main(arguments) == 1
        err = capsys.readouterr().err
        assert "error[neither-run-nor-spec]" in err and f"did you mean '{trained / 'run'}'?" in err


def test_a_layer_that_is_mistyped_is_of_the_model(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, str(trained / "run"), "--layer", "fx", "-o", "f.npz")
    assert code == 1 and "'net' has no layer or part 'fx'" in err


def test_without_data_it_says_how_to_name_some(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["features", "net.cnn", "--weights", "w.safetensors", *GIVEN], ["baseline", "net.cnn"]):
        assert main(arguments) == 1
        assert "name images: --data PATH" in capsys.readouterr().err


def test_a_baseline_says_that_it_leaves_the_specs_task(capsys: pytest.CaptureFixture[str]) -> None:
    text = "model sizes { input 3 x 16 x 16  conv(4, 3)  relu  flatten  linear(1) }\n"
    Path("sizes.cnn").write_text(f"{text}data shapes(images = 60, size = 16)\nloss huber(target = numbers)\n")
    assert main(["baseline", "sizes.cnn", "--features", "pixels", "--size", "16"]) == 0
    assert (
        "note: 'sizes' learns numbers; a baseline learns the classes of its data" in capsys.readouterr().out
    )
