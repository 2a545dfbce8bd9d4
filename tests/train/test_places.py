"""Boxes and points are learnt where they are in the images as the network sees them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cnnspec.cli.main import main

SPEC = """model net {
  input 3 x 16 x 16
  flatten  linear(4, init = zeros, bias_init = zeros)
}
data shapes(images = 200, size = 64, fit = resize)
loss mse(target = boxes)
optimizer sgd(lr = 1e-12)
train (epochs = 1, batch = 20)
"""


def test_boxes_of_resized_images_are_learnt_resized(tmp_path: Path, cpu: str) -> None:
    """Outputs that stay 0 have the mean square of the targets, shares of the sides, as their loss in every part."""
    (tmp_path / "net.cnn").write_text(SPEC)
    assert main(["train", str(tmp_path / "net.cnn"), "--out", str(tmp_path / "run"), "--device", cpu]) == 0
    (record,) = map(json.loads, (tmp_path / "run" / "metrics.jsonl").read_text().splitlines())
    assert record["train_loss"] == pytest.approx(record["val_loss"], rel=0.25)
    assert 0.1 < record["train_loss"] < 0.6
