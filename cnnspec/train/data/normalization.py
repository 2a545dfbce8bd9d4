"""Mean and standard deviation of the training images, a channel at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .dataset import Dataset

if TYPE_CHECKING:
    import numpy as np

    from ..pipeline.plan import Pipeline

SAMPLE = 5000
_BATCH = 256
_FLAT = 1e-6


@dataclass(frozen=True, slots=True)
class Normalization:
    """What brings pixels to mean 0 and deviation 1: ``(x - mean) / std``, with x scaled to 0 … 1."""

    mean: tuple[float, ...]
    std: tuple[float, ...]

    def __str__(self) -> str:
        mean, std = (", ".join(f"{v:.4g}" for v in values) for values in (self.mean, self.std))
        return f"mean {mean}, deviation {std}"


def stated(pipeline: Pipeline) -> Normalization | None:
    """That of the step ``normalize``, where it has figures."""
    given = pipeline.normalize
    if given is None or given.mean is None or given.std is None:
        return None
    return Normalization(given.mean, given.std)


def normalization_of(pipeline: Pipeline, train: Dataset, known: Normalization | None = None) -> Normalization:
    """That of the step ``normalize`` where it has figures, else ``known``, else measured on the training images."""
    return stated(pipeline) or known or measure(train)


def measure(dataset: Dataset, sample: int = SAMPLE) -> Normalization:
    """The normalization of ``dataset``: its mean and (population) deviation a channel, uint8 as 0 … 1.

    Images are measured as they come out of ``batch``: all of them where that is a matter of copying, else at most
    ``sample``, evenly spaced. A channel without any variation gets deviation 1, so
    that it can be divided by; an empty set gets mean 0.
    """
    import numpy as np

    limit = sample if dataset.pictures.on_demand or dataset.prepared_by.on_host else len(dataset)
    rows = np.unique(np.linspace(0, max(0, len(dataset) - 1), min(limit, len(dataset))).astype(np.int64))
    channels = dataset.shape[0]
    total, squares, count = np.zeros(channels), np.zeros(channels), 0
    for start in range(0, len(rows), _BATCH):
        images = dataset.batch(rows[start : start + _BATCH])
        s, q = _sums(images)
        total, squares, count = total + s, squares + q, count + images[..., 0].size
    if not count:
        return Normalization((0.0,) * channels, (1.0,) * channels)
    mean = total / count
    std = np.sqrt(np.maximum(squares / count - mean**2, 0))
    return Normalization(tuple(map(float, mean)), tuple(float(s) if s > _FLAT else 1.0 for s in std))


def _sums(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sum and sum of squares of the values (0 … 1), each (C,) of float64."""
    import numpy as np

    if images.dtype != np.uint8:
        wide = images.astype(np.float64)
        return wide.sum((0, 1, 2)), (wide**2).sum((0, 1, 2))
    # 256 counts a channel are all that bytes can tell, and are exact.
    values = np.arange(256) / 255
    counts = [np.bincount(images[..., c].ravel(), minlength=256) for c in range(images.shape[3])]
    return np.stack(counts) @ values, np.stack(counts) @ values**2
