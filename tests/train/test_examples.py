"""The examples do what the README says of them."""

import json
from pathlib import Path

import pytest

from cnnspec.cli.main import main

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_digits_reach_98_percent(tmp_path: Path, cpu: str) -> None:
    assert main(["train", str(EXAMPLES / "digits.cnn"), "--out", str(tmp_path / "run"), "--device", cpu]) == 0
    assert json.loads((tmp_path / "run" / "run.json").read_text())["test"]["accuracy"] >= 0.98


def test_a_folder_of_photos(tmp_path: Path, cpu: str) -> None:
    """Three kinds of image that differ in colour, of different sizes, as JPEG and PNG."""
    np, image = pytest.importorskip("numpy"), pytest.importorskip("PIL.Image")
    rng = np.random.default_rng(0)
    for channel, name in enumerate(("red", "green", "blue")):
        (tmp_path / "photos" / name).mkdir(parents=True)
        for number in range(20):
            pixels = rng.integers(0, 90, (70 + number, 80, 3), dtype=np.uint8)
            pixels[..., channel] += 150
            suffix = "jpg" if number % 2 else "png"
            image.fromarray(pixels).save(tmp_path / "photos" / name / f"{number}.{suffix}")
    spec = tmp_path / "photos.cnn"
    spec.write_text((EXAMPLES / "photos.cnn").read_text())
    run = tmp_path / "run"
    arguments = [
        "--set",
        "classes=3",
        "--epochs",
        "6",
        "--set",
        "train.batch=16",
        "--out",
        str(run),
        "--device",
        cpu,
    ]
    assert main(["train", str(spec), *arguments]) == 0
    assert json.loads((run / "run.json").read_text())["test"]["accuracy"] >= 0.8
    assert main(["predict", str(run), str(tmp_path / "photos" / "red" / "1.jpg"), "--device", cpu]) == 0
