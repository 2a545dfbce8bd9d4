"""Registered networks in other commands than ``predict`` alone: features, specs that begin with them, hints."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pretrained_photos import need

import cnnspec
from cnnspec.cli.main import main

TUNED = 'use efficientnet_lite0(classes = {})\nfinetune {{ from("efficientnet_lite0")  {} }}\n'
FEATURES = ("--layer", "flatten1", "--data", "photos/", "-o", "f.npz")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cpu: str) -> None:
    """A folder of photographs of several sizes."""
    need("efficientnet_lite0")
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    for name in ("cats", "dogs"):
        Path("photos", name).mkdir(parents=True)
        for i in range(4):
            pixels = rng.integers(0, 256, (200 + 40 * i, 300 - 20 * i, 3), np.uint8)
            Image.fromarray(pixels).save(f"photos/{name}/{i}.png")


def features(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[np.ndarray, str]:
    code = main(["features", *arguments])
    err = capsys.readouterr().err
    assert code == 0, err
    with np.load("f.npz") as file:
        return file["features"], err


def test_features_of_photographs_of_several_sizes(capsys: pytest.CaptureFixture[str]) -> None:
    """As the README has it; and with a spec that begins with the weights, which takes their preparation."""
    found, err = features(capsys, "efficientnet_lite0", *FEATURES)
    assert found.shape == (8, 1280) and "normalised as the spec says" in err
    Path("tuned.cnn").write_text(TUNED.format(2, "replace(head)"))
    tuned, err = features(capsys, "tuned.cnn", *FEATURES)
    assert "prepared as is known for 'efficientnet_lite0': central_crop(224 / 256)  resize(224" in err
    assert "normalised as these steps say" in err
    np.testing.assert_array_equal(found, tuned)


def test_predict_takes_the_weights_of_the_section_finetune(capsys: pytest.CaptureFixture[str]) -> None:
    Path("tuned.cnn").write_text(TUNED.format(1000, "freeze(stem)"))
    Path("anew.cnn").write_text(TUNED.format(2, "replace(head)"))
    image = "photos/cats/0.png"
    assert main(["predict", "efficientnet_lite0", image, "--json"]) == 0
    known = capsys.readouterr().out
    assert main(["predict", "tuned.cnn", image, "--json"]) == 0
    assert capsys.readouterr().out == known
    assert main(["predict", "anew.cnn", image]) == 1
    err = capsys.readouterr().err
    assert "--> anew.cnn:2:17" in err and "only once it is trained" in err


def test_hints_can_be_followed_where_nothing_is_trained(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["predict", "efficientnet_lite0(classes = 5)", "photos/cats/0.png"]) == 1
    said = capsys.readouterr().err
    with pytest.raises(cnnspec.SpecError) as raised:
        cnnspec.load("efficientnet_lite0(classes = 5)").lower(weights="efficientnet_lite0")
    for text in (said, str(raised.value)):
        assert "these weights are for 1,000 outputs, and the network has 5: classes = 1000 fits them" in text
        assert "replace(" not in text
