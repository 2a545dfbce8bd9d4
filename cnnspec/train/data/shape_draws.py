"""Which random numbers of a generated picture are for what; they follow from a seed and the picture's number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..augment.draws import Draws

if TYPE_CHECKING:
    import numpy as np

PARAMETERS, TEXTURE, GRAIN, ORDER, SURROUNDINGS, FIGURES, PLACES, OUTLIERS = range(8)
_EPOCH = 2**32
"""What stands for the epoch in draws: none of a run, so that augmentation does not depend on what is in a picture."""


def draws(seed: int, rows: np.ndarray) -> Draws:
    """For the pictures with the numbers ``rows``."""
    return Draws.of(seed, _EPOCH, rows)


def first(values: np.ndarray, enough: float) -> np.ndarray:
    """(B,): the first place in each row that has ``enough``; that of the greatest value where none has."""
    import numpy as np

    fits = values >= enough
    places: np.ndarray = np.where(fits.any(axis=1), fits.argmax(axis=1), values.argmax(axis=1))
    return places
