"""Random numbers of which each follows from what it is for, so that it does not matter who asks first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

_GOLDEN = 0x9E3779B97F4A7C15
_MASK = 2**64 - 1


def mixed(values: np.ndarray) -> np.ndarray:
    """uint64 to uint64, one to one and without a pattern: the finaliser of SplitMix64 (Steele et al. 2014)."""
    import numpy as np

    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    done: np.ndarray = values ^ (values >> np.uint64(31))
    return done


def _mixed_number(value: int) -> int:
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9 & _MASK
    value = (value ^ (value >> 27)) * 0x94D049BB133111EB & _MASK
    return value ^ (value >> 31)


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """Numbers for some images: ``states`` (B,) of uint64 follow from the seed, the epoch and each image's number."""

    states: np.ndarray

    @classmethod
    def of(cls, seed: int, epoch: int, rows: np.ndarray) -> Draws:
        """For the images ``rows`` (B,) of a part of the data, in an epoch of a run."""
        import numpy as np

        start = _mixed_number(_mixed_number(seed + _GOLDEN & _MASK) + (epoch + 1) * _GOLDEN & _MASK)
        numbers = np.asarray(rows, np.int64).astype(np.uint64) + np.uint64(1)
        return cls(mixed(np.uint64(start) + numbers * np.uint64(_GOLDEN)))

    def uniform(self, step: int, count: int) -> np.ndarray:
        """(B, count) of float64, 0 up to below 1, for the step of a pipeline with this number."""
        import numpy as np

        places = np.arange(1, count + 1, dtype=np.uint64) + np.uint64((step + 1) << 32)
        bits = mixed(self.states[:, None] + places * np.uint64(_GOLDEN))
        return (bits >> np.uint64(11)) * 2.0**-53
