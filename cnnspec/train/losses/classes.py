"""The loss of networks with an output a class."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ...ir import BadValue, Choice, Either, Float, ListOf, OpError, arg
from ..registries import LOSSES, of_argument, weight_argument
from ..tasks import ClassTask
from .base import Comparison

if TYPE_CHECKING:
    import numpy as np

    from ..data.targets import Targets
    from ..tasks import Task


def balanced_weights(counts: np.ndarray) -> tuple[float, ...]:
    """images / (classes * images of the class), for each class that has images; 0 for others. As scikit-learn's."""
    import numpy as np

    present = max(1, int((counts > 0).sum()))
    weights = np.where(counts > 0, counts.sum() / (present * np.maximum(1, counts)), 0.0)
    return tuple(map(float, weights))


@LOSSES.register("cross_entropy")
class CrossEntropy(Comparison):
    """Softmax cross-entropy of raw scores x (logits) against the true class t of each image, the mean over images:

    ``-log(exp(x_t) / sum over classes j of exp(x_j))``

    Bishop 2006, equation 4.108. Equal to PyTorch's ``CrossEntropyLoss``: with ``label_smoothing`` s the target is 1 - s
    on the true class plus s / K on each of the K outputs (Szegedy et al. 2016, section 7). With ``class_weights`` each
    image counts as its class does, and the mean is weighted. ``balanced`` gives a class the weight ``images / (classes
    * images of the class)``, as scikit-learn does; outputs without a class weigh 0.
    """

    kinds = ("classes",)
    bounded = "softmax"
    also_called = (
        "CrossEntropyLoss",
        "categorical_crossentropy",
        "CategoricalCrossentropy",
        "sparse_categorical_crossentropy",
        "SparseCategoricalCrossentropy",
        "softmax_loss",
    )
    examples = ("cross_entropy(label_smoothing = 0.1)", "cross_entropy(class_weights = balanced)")

    label_smoothing: float = arg(Float(0, below=1), "share of the target spread over all classes", 0.0)
    class_weights: str | tuple[float, ...] = arg(
        Either(
            Choice("equal", "balanced"),
            ListOf(Float(0)),
            expected="equal, balanced, or a list of numbers of at least 0",
        ),
        "what an image counts, by its class",
        "equal",
    )
    of: str | None = of_argument()
    weight: float = weight_argument()

    def fitted(self, task: Task, targets: Targets) -> CrossEntropy:
        import numpy as np

        if self.class_weights == "equal":
            return self
        assert isinstance(task, ClassTask) and targets.classes is not None
        counts = np.bincount(targets.classes, minlength=len(task.names))
        if isinstance(self.class_weights, str):
            return replace(self, class_weights=balanced_weights(counts))
        weights = self._an_output(task, self.class_weights)
        if counts.any() and not counts @ weights:
            raise self._misfit("all classes that have training images weigh 0")
        return replace(self, class_weights=weights)

    def _an_output(self, task: ClassTask, weights: tuple[float, ...]) -> tuple[float, ...]:
        """A weight an output; 0 for those without a class."""
        given, outputs = len(weights), len(task.names)
        if given not in (task.classes, outputs):
            classes = f"{task.classes} classes" + (
                f" and {outputs} outputs" if outputs != task.classes else ""
            )
            raise self._misfit(f"there are {given} class weights for {classes}")
        return (*weights, *[0.0] * (outputs - given))

    def _misfit(self, problem: str) -> OpError:
        return OpError(BadValue(call=self.call_name, problem=problem), "class_weights")

    def __call__(self, outputs: Any, targets: Any) -> Any:
        if isinstance(self.class_weights, str):
            return outputs.sparse_categorical_crossentropy(targets, label_smoothing=self.label_smoothing)
        return self._weighted(outputs, targets, self.class_weights)

    def _weighted(self, outputs: Any, targets: Any, class_weights: tuple[float, ...]) -> Any:
        """PyTorch's formula: weighted losses over the sum of the weights of the true classes; 0 where that is 0."""
        from tinygrad import Tensor

        weights = Tensor(list(class_weights), device=outputs.device)
        losses = -outputs.log_softmax(-1) * weights
        true = targets.reshape(-1, 1)._one_hot_along_dim(outputs.shape[1])
        own = (losses * true).sum(-1)
        smoothed = own * (1 - self.label_smoothing) + losses.mean(-1) * self.label_smoothing
        total = (true * weights).sum()
        return smoothed.sum() / (total > 0).where(total, 1.0)
