"""Measures of raw outputs against labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .metrics import Accuracy
from .registries import Loss, Metric

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Measures:
    """How a network does on a split. ``confusion[predicted, actual]`` counts images.

    ``values`` holds ``loss``, ``accuracy`` and each further metric by name.
    """

    images: int
    values: dict[str, float]
    confusion: np.ndarray
    names: tuple[str, ...]

    @property
    def classes(self) -> list[dict[str, Any]]:
        """An entry a class: images, how many were recognised, recall and precision (None where undefined)."""
        hits, actual, predicted = self.confusion.diagonal(), self.confusion.sum(0), self.confusion.sum(1)
        return [
            {
                "name": name,
                "images": int(n),
                "correct": int(hit),
                "recall": float(hit / n) if n else None,
                "precision": float(hit / p) if p else None,
            }
            for name, hit, n, p in zip(self.names, hits, actual, predicted, strict=True)
        ]

    def as_json(self) -> dict[str, Any]:
        """An object of plain values, with the confusion matrix as lists (rows predicted)."""
        return {**self.summary(), "classes": self.classes, "confusion_matrix": self.confusion.tolist()}

    def summary(self) -> dict[str, Any]:
        return {"images": self.images, **self.values}


def measure(
    outputs: np.ndarray,
    labels: np.ndarray,
    loss: Loss,
    metrics: Sequence[Metric],
    names: Sequence[str],
    device: str,
) -> Measures:
    """Measures of ``outputs`` (N, K), K at least the number of class ``names``."""
    from .steps import mean_loss

    all_metrics = {"accuracy": Accuracy(), **{m.call_name: m for m in metrics}}
    values = {"loss": mean_loss(loss, outputs, labels, device)}
    values.update({name: metric.compute(outputs, labels) for name, metric in all_metrics.items()})
    named = output_names(names, outputs.shape[1] if outputs.argmax(1).max() >= len(names) else len(names))
    return Measures(len(labels), values, confusion(outputs.argmax(1), labels, len(named)), named)


def confusion(predicted: np.ndarray, actual: np.ndarray, classes: int) -> np.ndarray:
    """Counts (classes, classes): rows are what was predicted, columns what it was."""
    import numpy as np

    return np.bincount(predicted * classes + actual, minlength=classes * classes).reshape(classes, classes)


def output_names(names: Sequence[str], outputs: int) -> tuple[str, ...]:
    """A name an output; those beyond the data's classes are numbered."""
    return (*names, *(f"output {i}" for i in range(len(names), outputs)))[: max(outputs, len(names))]
