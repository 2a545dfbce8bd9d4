"""What measures have in common: what was predicted, and when there is a number at all."""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, ClassVar

from ..registries import Metric

if TYPE_CHECKING:
    import numpy as np

    from ..tasks import Scored


class Measure(Metric):
    """A measure of one output. ``also_called`` are other tools' names for it, ``examples`` calls of it."""

    also_called: ClassVar[tuple[str, ...]] = ()
    examples: ClassVar[tuple[str, ...]] = ()

    def value(self, scored: Scored) -> float | None:
        """The measure of at least one image, all of whose scores are finite; nan where it is not defined."""
        raise NotImplementedError

    def compute(self, *scored: Scored) -> float | None:
        (only,) = scored
        if not measurable(only):
            return None
        with warnings.catch_warnings():
            # Scikit-learn and NumPy warn of what is not defined; here None says so.
            warnings.simplefilter("ignore")
            value = self.value(only)
        return None if value is None or not math.isfinite(value) else float(value)


def measurable(scored: Scored) -> bool:
    """Whether there are images, and a number was given for each of them."""
    import numpy as np

    return len(scored) > 0 and bool(np.isfinite(scored.scores).all())


def predicted(scored: Scored) -> np.ndarray:
    """What was predicted, as the truth is given: (N,) the classes of the largest probabilities, of equal ones the first;
    or (N, K), 1 for each label whose probability is at least 0.5."""
    import numpy as np

    if scored.task.kind == "labels":
        return (scored.scores >= 0.5).astype(np.uint8)
    classes: np.ndarray = scored.scores.argmax(axis=1)
    return classes


def marked(scored: Scored, answers: np.ndarray, number: int) -> np.ndarray:
    """(N,) of bool: which of ``answers``, true or predicted ones, are of the class or label ``number``."""
    result: np.ndarray = answers[:, number] == 1 if scored.task.kind == "labels" else answers == number
    return result
