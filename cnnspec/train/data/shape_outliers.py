"""Numbers of generated pictures that are wrong."""

from __future__ import annotations

from dataclasses import replace

from .dataset import Dataset
from .shape_draws import OUTLIERS, draws

_SLIP = 10


def with_outliers(part: Dataset, share: float, seed: int) -> Dataset:
    """The same pictures, ``share`` of them with numbers ten times too large, to the nearest picture."""
    import numpy as np

    numbers = part.targets.numbers
    if numbers is None:
        return part
    drawn = draws(seed, part.rows).uniform(OUTLIERS, 1)[:, 0]
    wrong = np.argsort(drawn, kind="stable")[: int(share * len(part) + 0.5)]
    numbers = numbers.copy()
    numbers[wrong] *= _SLIP
    return Dataset(part.pictures, replace(part.targets, numbers=numbers), part.rows, part.pipeline)
