"""Metrics: measures over a whole split."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .registries import METRICS, Metric

if TYPE_CHECKING:
    import numpy as np


@METRICS.register("accuracy")
class Accuracy(Metric):
    """The share of images whose largest output is that of their class."""

    def compute(self, outputs: np.ndarray, targets: np.ndarray) -> float:
        from sklearn.metrics import accuracy_score

        return float(accuracy_score(targets, outputs.argmax(axis=1)))
