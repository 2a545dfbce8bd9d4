"""Images of one class each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from .base import Task

if TYPE_CHECKING:
    import numpy as np

    from ..data.targets import Targets


@dataclass(frozen=True)
class ClassTask(Task):
    """One class an image. ``names`` has a name an output; those beyond the data's classes are "output 7".

    ``single``: one output, the raw score of the class ``positive`` against the other of two. Where there are two classes,
    ``positive`` is the one that precision, recall and curves are about; ``classes`` counts those of the data.
    """

    kind: ClassVar[str] = "classes"
    metrics: ClassVar[tuple[str, ...]] = ("accuracy",)
    classes: int = 0
    positive: int = 1
    single: bool = False

    @property
    def outputs(self) -> int:
        return 1 if self.single else len(self.names)

    @property
    def known_names(self) -> tuple[str, ...]:
        return self.names[: self.classes]

    @property
    def binary(self) -> bool:
        """Whether there are two classes, one of which is the positive one."""
        return self.classes == 2 and len(self.names) == 2

    def encoded(self, targets: Targets) -> np.ndarray:
        """(N,) of int32, class numbers; (N, 1) of float32, 1 for the positive class, where there is a single output."""
        import numpy as np

        numbers = self.truth(targets)
        return (
            (numbers == self.positive).astype(np.float32)[:, None]
            if self.single
            else numbers.astype(np.int32)
        )

    def truth(self, targets: Targets) -> np.ndarray:
        assert targets.classes is not None
        return targets.classes

    def scores(self, outputs: np.ndarray) -> np.ndarray:
        """(N, K) probabilities of all classes, by softmax, or by sigmoid for a single output."""
        import numpy as np

        wide = outputs.astype(np.float64)
        if self.single:
            # The positive class against a score of 0 for the other: softmax of the two is the sigmoid.
            wide = np.concatenate([np.zeros_like(wide), wide], axis=1)
            wide = wide if self.positive == 1 else wide[:, ::-1]
        powers = np.exp(wide - wide.max(1, keepdims=True))
        result: np.ndarray = powers / powers.sum(1, keepdims=True)
        return result


def output_names(names: tuple[str, ...], outputs: int) -> tuple[str, ...]:
    """A name an output; those beyond the data's classes are numbered."""
    return (*names, *(f"output {i}" for i in range(len(names), outputs)))
