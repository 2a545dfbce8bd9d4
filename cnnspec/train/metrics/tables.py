"""Counts by class, and what follows from them: the tables of reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .base import predicted

if TYPE_CHECKING:
    import numpy as np

    from ..tasks import Scored


@dataclass(frozen=True, slots=True)
class Counts:
    """Images by whether they are of a class and taken for it: true and false positives, false and true negatives.

    Measures are None where there is nothing to divide by.
    """

    tp: int
    fp: int
    fn: int
    tn: int

    @property
    def accuracy(self) -> float | None:
        return _share(self.tp + self.tn, self.tp + self.fp + self.fn + self.tn)

    @property
    def precision(self) -> float | None:
        return _share(self.tp, self.tp + self.fp)

    @property
    def recall(self) -> float | None:
        return _share(self.tp, self.tp + self.fn)

    @property
    def f1(self) -> float | None:
        return _share(2 * self.tp, 2 * self.tp + self.fp + self.fn)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One class or label: how many images are of it, are taken for it, and both; measures are None where they are not
    defined."""

    name: str
    images: int
    predicted: int
    correct: int
    precision: float | None
    recall: float | None
    f1: float | None


def confusion(scored: Scored) -> np.ndarray:
    """(K, K) of int: images by predicted class (rows) and actual class (columns). Scikit-learn's has them the other way."""
    import numpy as np

    classes = len(scored.task.names)
    counts = np.bincount(predicted(scored) * classes + scored.truth, minlength=classes**2)
    return counts.reshape(classes, classes)


def oriented(scored: Scored, rows: str) -> tuple[np.ndarray, str]:
    """The confusion matrix whose rows are the ``rows`` ("predicted" or "actual") classes, and what its columns are."""
    matrix = confusion(scored)
    return (matrix, "actual") if rows == "predicted" else (matrix.T, "predicted")


def class_table(scored: Scored) -> tuple[ClassRow, ...]:
    """A row a class, or a label."""
    truth, said = scored.truth, predicted(scored)
    if scored.task.kind == "labels":
        columns = truth.sum(0), said.sum(0), (truth * said).sum(0)
    else:
        matrix = confusion(scored)
        columns = matrix.sum(0), matrix.sum(1), matrix.diagonal()
    counts = zip(*(column.tolist() for column in columns), strict=True)
    return tuple(_row(name, *each) for name, each in zip(scored.task.names, counts, strict=True))


def _row(name: str, images: int, taken: int, correct: int) -> ClassRow:
    counts = Counts(correct, taken - correct, images - correct, 0)
    return ClassRow(name, images, taken, correct, counts.precision, counts.recall, counts.f1)


def largest_share(truth: np.ndarray) -> tuple[int, float]:
    """The number of the commonest class of ``truth`` (N,), of equal ones the first, and its share; (0, 0.0) of nothing."""
    import numpy as np

    if not len(truth):
        return 0, 0.0
    counts = np.bincount(truth)
    return int(counts.argmax()), float(counts.max() / len(truth))


def unequal(truth: np.ndarray, classes: int) -> bool:
    """Whether the largest class holds more than 1.2 times what it would if all were equal."""
    import numpy as np

    # Counts, because a product of shares would round 1.2 itself to either side.
    return bool(len(truth) and np.bincount(truth).max() * classes > 1.2 * len(truth))


def baseline_note(accuracy: float, name: str, share: float) -> str | None:
    """What is to be said where ``accuracy`` is no better than always naming the largest class, with its ``share``."""
    if accuracy > share:
        return None
    return (
        f"accuracy {accuracy:.4g} is no better than naming '{name}' for every image, which gives {share:.4g}"
    )


@dataclass(frozen=True, slots=True)
class Bin:
    """Predictions of about the same confidence: their mean, the share that is right, and how many there are."""

    confidence: float
    right: float
    count: int


@dataclass(frozen=True, slots=True)
class Reliability:
    """Whether probabilities can be taken at their word. ``error`` is the expected calibration error, None of nothing."""

    bins: tuple[Bin, ...]
    error: float | None


def reliability(scored: Scored, bins: int = 10) -> Reliability:
    """Confidence against what is right, in bins of equal width without the empty ones, and the mean distance of the two.

    Of classes, the probability of the predicted one; of labels, that of each. Guo et al. 2017, equation 3.
    """
    import numpy as np

    confidence, right = _claims(scored)
    # The upper edge belongs to a bin, as in that paper.
    places = np.digitize(confidence, np.linspace(0, 1, bins + 1)[1:-1], right=True)
    counts = np.bincount(places, minlength=bins)
    sums = (np.bincount(places, each, bins) for each in (confidence, right))
    columns = ((each[counts > 0] / counts[counts > 0]).tolist() for each in sums)
    found = tuple(Bin(*each) for each in zip(*columns, counts[counts > 0].tolist(), strict=True))
    distances = [each.count * abs(each.right - each.confidence) for each in found]
    return Reliability(found, sum(distances) / len(confidence) if found else None)


def _claims(scored: Scored) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities, and for each whether what it is of applies."""
    if scored.task.kind == "labels":
        return scored.scores.ravel(), scored.truth.ravel()
    return scored.scores.max(1), predicted(scored) == scored.truth
