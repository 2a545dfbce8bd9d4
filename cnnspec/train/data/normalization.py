"""Mean and standard deviation of the training images, a channel at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .dataset import Dataset, FolderDataset

if TYPE_CHECKING:
    import numpy as np

SAMPLE = 5000
_BATCH = 256
_FLAT = 1e-6


@dataclass(frozen=True, slots=True)
class Normalization:
    """What brings pixels to mean 0 and deviation 1: ``(x - mean) / std``, with x scaled to 0 … 1."""

    mean: tuple[float, ...]
    std: tuple[float, ...]


def measure(dataset: Dataset, sample: int = SAMPLE) -> Normalization:
    """The normalization of ``dataset``: its mean and (population) deviation a channel, uint8 as 0 … 1.

    Images in memory are all measured, as they come out of ``batch``; of a folder at most ``sample``
    are decoded, evenly spaced over it. A channel without any variation gets deviation 1, so
    that it can be divided by; an empty set gets mean 0.
    """
    import numpy as np

    limit = sample if isinstance(dataset, FolderDataset) else len(dataset)
    rows = np.unique(np.linspace(0, max(0, len(dataset) - 1), min(limit, len(dataset))).astype(np.int64))
    channels = dataset.shape[0]
    total, squares, count = np.zeros(channels), np.zeros(channels), 0
    for start in range(0, len(rows), _BATCH):
        images = dataset.batch(rows[start : start + _BATCH])
        s, q = _sums(images)
        total, squares, count = total + s, squares + q, count + images[:, 0].size
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
        return wide.sum((0, 2, 3)), (wide**2).sum((0, 2, 3))
    # 256 counts a channel are all that bytes can tell, and are exact.
    values = np.arange(256) / 255
    counts = [np.bincount(images[:, c].ravel(), minlength=256) for c in range(images.shape[1])]
    return np.stack(counts) @ values, np.stack(counts) @ values**2
