"""How often each class of generated pictures comes, and in what order they do."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from .shape_draws import ORDER, draws

if TYPE_CHECKING:
    import numpy as np


def counts(shares: Sequence[float], images: int) -> tuple[int, ...]:
    """Pictures of each class, ``images`` in all: by the largest remainder, of equal ones the first."""
    whole = sum(map(Fraction, shares))
    quotas = [Fraction(share) * images / whole for share in shares]
    found = [int(quota) for quota in quotas]
    by_remainder = sorted(range(len(found)), key=lambda k: found[k] - quotas[k])
    for k in by_remainder[: images - sum(found)]:
        found[k] += 1
    return tuple(found)


@lru_cache(maxsize=4)
def order(counts: tuple[int, ...], seed: int) -> np.ndarray:
    """(N,) of uint8: the class of each picture, ``counts`` of each."""
    import numpy as np

    drawn = draws(seed, np.arange(sum(counts))).uniform(ORDER, 1)[:, 0]
    classes = np.empty(len(drawn), np.uint8)
    classes[np.argsort(drawn, kind="stable")] = np.repeat(np.arange(len(counts)), counts)
    classes.flags.writeable = False
    return classes
