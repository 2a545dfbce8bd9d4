"""The five tasks of docs/tasks.md, on fewer and easier pictures than there, reach a stated quality."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cnnspec.cli.main import main

EXAMPLES = Path(__file__).parents[2] / "examples"

SMALL = {
    "shapes": (
        [
            "data=shapes(images = 2000, size = 32, classes = [circle, star, moon])",
            "classes=3",
            "train.epochs=8",
        ],
        {"accuracy": 0.95},
    ),
    "rare_shapes": (
        ["data.images=2500", "data.noise=0.05", "train.epochs=8"],
        {"f1": 0.9, "accuracy": 0.98, "balanced_accuracy": 0.9, "pr_auc": 0.95},
    ),
    "shape_labels": (
        ["data.images=2000", "data.classes=[circle, star]", "labels=2", "train.epochs=6"],
        {"f1_macro": 0.95, "accuracy": 0.9, "roc_auc": 0.98},
    ),
    "localization": (
        ["data.images=2000", "data.classes=[star, ring]", "classes=2", "train.epochs=10"],
        {"localization": 0.95, "accuracy": 0.98, "iou": 0.75},
    ),
}


def trained(name: str, folder: Path, device: str, *changes: str) -> dict[str, float]:
    """The test figures of an example with changes."""
    sets = [argument for change in changes for argument in ("--set", change)]
    arguments = ["train", str(EXAMPLES / f"{name}.cnn"), *sets, "--out", str(folder), "--device", device]
    assert main(arguments) == 0
    found: dict[str, float] = json.loads((folder / "run.json").read_text())["test"]
    return found


@pytest.mark.parametrize("name", SMALL)
def test_quality(name: str, tmp_path: Path, cpu: str) -> None:
    changes, least = SMALL[name]
    found = trained(name, tmp_path / "run", cpu, *changes)
    assert {key: found[key] for key in least if found[key] < least[key]} == {}
    if name == "rare_shapes":
        assert found["largest_class"] == pytest.approx(0.95, abs=0.005)


def test_the_absolute_error_is_robust_to_outliers_and_the_square_is_not(tmp_path: Path, cpu: str) -> None:
    small = ("data.images=1200", "train.epochs=6")
    robust = trained("shape_area", tmp_path / "mae", cpu, *small)
    bent = trained("shape_area", tmp_path / "mse", cpu, *small, "loss=mse")
    assert robust["mae"] < 4 and robust["r2"] > 0.8
    assert bent["mae"] > 2 * robust["mae"] and bent["r2"] < 0.5
