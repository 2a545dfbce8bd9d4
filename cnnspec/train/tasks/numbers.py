"""Numbers to be learnt: columns of a table, or places in the picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from .base import Task

if TYPE_CHECKING:
    import numpy as np

    from ..data.targets import Targets


@dataclass(frozen=True)
class NumberTask(Task):
    """Numbers, in units of the data: ``shift + scale * output`` for each output."""

    kind: ClassVar[str] = "numbers"
    metrics: ClassVar[tuple[str, ...]] = ("mae", "r2")
    shift: tuple[float, ...] = ()
    scale: tuple[float, ...] = ()

    def encoded(self, targets: Targets) -> np.ndarray:
        """(N, K) of float32, (value - shift) / scale."""
        import numpy as np

        encoded: np.ndarray = (self.truth(targets) - np.array(self.shift)) / np.array(self.scale)
        return encoded.astype(np.float32)

    def truth(self, targets: Targets) -> np.ndarray:
        column: np.ndarray = getattr(targets, self.kind)
        return column.reshape(len(column), -1).astype("float64")

    def scores(self, outputs: np.ndarray) -> np.ndarray:
        """(N, K) in units of the data."""
        import numpy as np

        values: np.ndarray = outputs.astype(np.float64) * np.array(self.scale) + np.array(self.shift)
        return values


@dataclass(frozen=True)
class PointTask(NumberTask):
    """Points, x and y in turns, in pixels of the network's input."""

    kind: ClassVar[str] = "points"
