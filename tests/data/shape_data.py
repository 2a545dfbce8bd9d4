"""Pictures of the source ``shapes`` for the tests."""

from __future__ import annotations

import numpy as np
from data_files import fitted, load

from cnnspec.train.data import Fitting, Splits
from cnnspec.train.registries import DATA_SOURCES


def whole(size: tuple[int, int] = (32, 32), **values: object) -> Splits:
    """All pictures as training images."""
    return load("shapes", (3, *size), **{"size": size, "validation": 0.0, "test": 0.0, **values})


def of_seed(seed: int, run: int = 0, size: tuple[int, int] = (8, 8), **values: object) -> Splits:
    """With a seed of the source, beside that of the run."""
    made = DATA_SOURCES.make("shapes", seed=seed, size=size, **values)
    return fitted(made.load((3, *size), run), Fitting((3, *size)))


def pixels(splits: Splits) -> np.ndarray:
    return splits.train.batch(range(len(splits.train)))


def chroma(images: np.ndarray) -> np.ndarray:
    """(…, H, W): how much colour each pixel has, 0 to 255."""
    values = images.astype(int)
    return values.max(axis=-1) - values.min(axis=-1)


def coloured(image: np.ndarray, level: float) -> np.ndarray:
    """(H, W): where an image has far more colour than a background has."""
    return chroma(image) > level * 255
