"""What a data set holds: parts, classes, sizes, colours, targets."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .data.dataset import Dataset, Splits
from .data.normalization import Normalization
from .data.pictures import Problem
from .losses import balanced_weights

if TYPE_CHECKING:
    import numpy as np

PARTS = ("train", "validation", "test")
_SAMPLE = 1000
_KINDS = {1: "gray", 2: "gray with transparency", 3: "RGB", 4: "RGB with transparency"}


@dataclass(frozen=True)
class Inspection:
    """``counts`` (classes or labels, 3) are images a part; ``sizes`` the smallest, median and largest, by area.

    ``weights`` are what ``class_weights = balanced`` would give; ``numbers`` has least, mean and most of each column.
    """

    images: tuple[int, int, int]
    names: tuple[str, ...]
    counts: np.ndarray
    weights: tuple[float, ...]
    sizes: tuple[tuple[int, int], ...]
    different_sizes: int
    colours: dict[str, int]
    numbers: dict[str, tuple[float, float, float]]
    targets: tuple[str, ...]
    normalization: Normalization
    skipped: tuple[Problem, ...]

    @property
    def largest_share(self) -> float:
        """The share of the most frequent class among training images; 0 without classes."""
        train = self.counts[:, 0]
        return float(train.max() / train.sum()) if len(train) and train.sum() else 0.0

    def as_json(self) -> dict[str, Any]:
        """An object of plain values."""
        return {
            "images": dict(zip(PARTS, self.images, strict=True)),
            "targets": list(self.targets),
            "classes": [
                {"name": name, **dict(zip(PARTS, map(int, row), strict=True)), "weight": weight}
                for name, row, weight in zip(self.names, self.counts, self.weights, strict=True)
            ],
            "sizes": dict(zip(("smallest", "median", "largest"), map(list, self.sizes), strict=True)),
            "different_sizes": self.different_sizes,
            "colours": self.colours,
            "numbers": {
                n: dict(zip(("least", "mean", "most"), v, strict=True)) for n, v in self.numbers.items()
            },
            "mean": list(self.normalization.mean),
            "std": list(self.normalization.std),
            "broken": [{"place": p.place, "reason": p.reason} for p in self.skipped],
        }


def inspect(splits: Splits, mode: str) -> Inspection:
    """What ``splits`` holds; mean and deviation are of up to 1,000 training images, as ``mode`` colours them."""
    import numpy as np

    parts = tuple(splits)
    shapes = np.concatenate([part.pictures.shapes[part.rows] for part in parts])
    sizes = shapes[:, 1:]
    order = np.argsort(sizes[:, 0].astype(np.int64) * sizes[:, 1], kind="stable")
    picked = [order[0], order[len(order) // 2], order[-1]] if len(order) else []
    counts = _counts(splits)
    train = splits.train.targets
    return Inspection(
        images=(len(parts[0]), len(parts[1]), len(parts[2])),
        names=splits.names.classes or splits.names.labels,
        counts=counts,
        weights=balanced_weights(counts[:, 0]),
        sizes=tuple((int(sizes[i, 0]), int(sizes[i, 1])) for i in picked),
        different_sizes=len(np.unique(sizes, axis=0)),
        colours=dict(Counter(_KINDS.get(int(c), f"{c} channels") for c in shapes[:, 0])),
        numbers=_numbers(splits.train, splits.names.numbers),
        targets=train.kinds,
        normalization=_measured(splits.train, mode),
        skipped=splits.skipped,
    )


def _counts(splits: Splits) -> np.ndarray:
    """Images of each class, or with each label, in each part."""
    import numpy as np

    columns = []
    for part in splits:
        targets = part.targets
        if splits.names.classes and targets.classes is not None:
            columns.append(np.bincount(targets.classes, minlength=len(splits.names.classes)))
        elif targets.labels is not None:
            columns.append(targets.labels.sum(0))
        else:
            columns.append(np.zeros(0, np.int64))
    return np.stack(columns, axis=1)


def _numbers(part: Dataset, names: tuple[str, ...]) -> dict[str, tuple[float, float, float]]:
    numbers = part.targets.numbers
    if numbers is None or not len(numbers):
        return {}
    return {
        name: (float(column.min()), float(column.mean()), float(column.max()))
        for name, column in zip(names, numbers.T, strict=True)
    }


def _measured(part: Dataset, mode: str) -> Normalization:
    """Mean and deviation of pixels as stored, each image counting as its size; by channel where all have as many."""
    import numpy as np

    from .imaging.engine import engine

    rows = np.unique(np.linspace(0, max(0, len(part) - 1), min(_SAMPLE, len(part))).astype(np.int64))
    using, sums = engine(), None
    for row in rows:
        pixels = using.array(part.pictures.read(int(part.rows[row]), mode, None)).astype(np.float64) / 255
        flat = pixels.reshape(-1, pixels.shape[2])
        now = np.stack([flat.sum(0), (flat**2).sum(0), np.full(flat.shape[1], len(flat))])
        if sums is None or sums.shape == now.shape:
            sums = now if sums is None else sums + now
        else:
            return _measured(part, "gray")
    if sums is None:
        return Normalization((), ())
    mean = sums[0] / sums[2]
    std = np.sqrt(np.maximum(sums[1] / sums[2] - mean**2, 0))
    return Normalization(tuple(map(float, mean)), tuple(map(float, std)))
