"""Pictures are drawn whatever classes are called."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from cnnspec.train.pictures import confusion_matrix, curves


@pytest.mark.parametrize("names", [["$a_{", "猫", "x" * 40], [str(i) for i in range(30)]])
def test_confusion_matrix(names: list[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        picture = confusion_matrix(np.eye(len(names), dtype=np.int64), names, "net $x")
    assert picture.startswith(b"\x89PNG")


def test_curves_of_one_epoch_without_validation() -> None:
    assert curves([{"epoch": 1, "train_loss": 1.0, "train_accuracy": 0.5}], "net").startswith(b"\x89PNG")
