"""The loss of networks whose outputs say yes or no each."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ...ir import BadValue, Choice, Either, Float, ListOf, OpError, arg
from ..registries import LOSSES, of_argument, weight_argument
from .base import Comparison, positive_argument, target_argument

if TYPE_CHECKING:
    import numpy as np

    from ..data.targets import Targets
    from ..tasks import Task


def balanced_positives(yes: np.ndarray) -> tuple[float, ...]:
    """Images without / images with, for each column of (N, K) that has both; 1 for others."""
    import numpy as np

    positives = yes.sum(0, dtype=np.float64)
    negatives = len(yes) - positives
    both = (positives > 0) & (negatives > 0)
    return tuple(map(float, np.where(both, negatives / np.maximum(1, positives), 1.0)))


@LOSSES.register("binary_cross_entropy")
class BinaryCrossEntropy(Comparison):
    """Sigmoid cross-entropy of raw scores x (logits) against targets t of 0 or 1, the mean over images and outputs:

    ``-(w t log(p) + (1 - t) log(1 - p))``, where ``p = 1 / (1 + exp(-x))``

    Bishop 2006, equation 4.90. For labels, each of which applies to an image or not, and for two classes by a single
    output. It penalises most what is confident and wrong. Equal to PyTorch's ``BCEWithLogitsLoss``, whose ``pos_weight``
    is w, here ``positive_weight``: 1, a number, or one for each output; ``balanced`` makes it images without / images with
    the label, or class, of the training images (1 where either is 0). With ``label_smoothing`` s the target is
    ``t (1 - s) + s / 2`` (Szegedy et al. 2016, section 7, for two classes).
    """

    kinds = ("labels", "classes")
    bounded = "sigmoid"
    class_outputs = ("single",)
    also_called = ("BCEWithLogitsLoss", "BCELoss", "bce", "binary_crossentropy", "BinaryCrossentropy")
    examples = (
        "binary_cross_entropy(positive = cat)",
        "binary_cross_entropy(positive_weight = balanced)",
    )

    positive: str | None = positive_argument()
    positive_weight: str | float | tuple[float, ...] = arg(
        Either(
            Choice("equal", "balanced"),
            Float(above=0),
            ListOf(Float(above=0)),
            expected="equal, balanced, a number above 0, or a list of such numbers",
        ),
        "what an image counts where the answer is yes, against 1 where it is no",
        "equal",
    )
    label_smoothing: float = arg(Float(0, below=1), "share of the target spread over yes and no", 0.0)
    target: str | None = target_argument(*kinds)
    of: str | None = of_argument()
    weight: float = weight_argument()

    def fitted(self, task: Task, targets: Targets) -> BinaryCrossEntropy:
        if self.positive_weight == "balanced":
            return replace(self, positive_weight=balanced_positives(task.encoded(targets)))
        if isinstance(self.positive_weight, tuple) and len(self.positive_weight) != task.outputs:
            outputs = f"{task.outputs} output{'' if task.outputs == 1 else 's'}"
            problem = f"there are {len(self.positive_weight)} positive weights for {outputs}"
            raise OpError(BadValue(call=self.call_name, problem=problem), "positive_weight")
        return self

    def __call__(self, outputs: Any, targets: Any) -> Any:
        smoothed = targets * (1 - self.label_smoothing) + self.label_smoothing / 2
        return outputs.binary_crossentropy_logits(smoothed, pos_weight=self._on(outputs.device))

    def _on(self, device: Any) -> Any:
        """The weights as the formula takes them; None where all count the same."""
        from tinygrad import Tensor

        if isinstance(self.positive_weight, tuple):
            return Tensor(list(self.positive_weight), device=device)
        return None if isinstance(self.positive_weight, str) else self.positive_weight
