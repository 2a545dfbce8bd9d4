"""Images with any number of labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from .base import Task

if TYPE_CHECKING:
    import numpy as np

    from ..data.targets import Targets


@dataclass(frozen=True)
class LabelTask(Task):
    """Several labels, each of which applies or not."""

    kind: ClassVar[str] = "labels"
    metrics: ClassVar[tuple[str, ...]] = ("f1", "hamming")

    def encoded(self, targets: Targets) -> np.ndarray:
        """(N, K) of float32, 1 where the label applies."""
        import numpy as np

        return self.truth(targets).astype(np.float32)

    def truth(self, targets: Targets) -> np.ndarray:
        assert targets.labels is not None
        return targets.labels

    def scores(self, outputs: np.ndarray) -> np.ndarray:
        """(N, K) probabilities, by sigmoid."""
        from scipy.special import expit

        result: np.ndarray = expit(outputs.astype("float64"))
        return result
