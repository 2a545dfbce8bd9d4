"""Losses."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..ir import BadValue, Choice, Either, Float, ListOf, OpError, Shape, WrongRank, arg, show
from .registries import LOSSES, Loss

if TYPE_CHECKING:
    import numpy as np

    from .data.targets import Targets


def balanced_weights(counts: np.ndarray) -> tuple[float, ...]:
    """images / (classes * images of the class), for each class that has images; 0 for others. As scikit-learn's."""
    import numpy as np

    present = max(1, int((counts > 0).sum()))
    weights = np.where(counts > 0, counts.sum() / (present * np.maximum(1, counts)), 0.0)
    return tuple(map(float, weights))


@LOSSES.register("cross_entropy")
class CrossEntropy(Loss):
    """Softmax cross-entropy of raw outputs (logits) against class indices, the mean over the batch.

    Equal to PyTorch's ``CrossEntropyLoss``: with ``label_smoothing`` s the target is 1 - s on the
    true class plus s / K on each of the K classes (Szegedy et al. 2016, section 7). With ``class_weights`` each image
    counts as its class does, and the mean is weighted. ``balanced`` gives a class the weight images / (classes * images
    of the class), as scikit-learn does.
    """

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

    def check(self, output: Shape) -> None:
        if len(output) != 1:
            hint = "end the network with 'flatten  linear(classes)' or 'global_avgpool'"
            found = show(output)
            raise OpError(
                WrongRank(
                    call="cross_entropy", expected="a vector of class scores", found=found, hints=(hint,)
                )
            )

    def fitted(self, targets: Targets, outputs: int) -> CrossEntropy:
        import numpy as np

        if self.class_weights == "equal" or targets.classes is None:
            return self
        counts = np.bincount(targets.classes, minlength=outputs)[:outputs]
        if self.class_weights == "balanced":
            return replace(self, class_weights=balanced_weights(counts))
        if len(self.class_weights) != outputs:
            problem = f"there are {len(self.class_weights)} class weights for {outputs} outputs"
            raise OpError(BadValue(call=self.call_name, problem=problem), "class_weights")
        return self

    def __call__(self, outputs: Any, targets: Any) -> Any:
        if isinstance(self.class_weights, str):
            return outputs.sparse_categorical_crossentropy(targets, label_smoothing=self.label_smoothing)
        return self._weighted(outputs, targets, self.class_weights)

    def _weighted(self, outputs: Any, targets: Any, class_weights: tuple[float, ...]) -> Any:
        """PyTorch's formula: weighted losses over the sum of the weights of the true classes."""
        from tinygrad import Tensor

        weights = Tensor(list(class_weights), device=outputs.device)
        losses = -outputs.log_softmax(-1) * weights
        true = targets.reshape(-1, 1)._one_hot_along_dim(outputs.shape[1])
        own = (losses * true).sum(-1)
        smoothed = own * (1 - self.label_smoothing) + losses.mean(-1) * self.label_smoothing
        return smoothed.sum() / (true * weights).sum()
