"""Losses."""

from __future__ import annotations

from typing import Any

from ..ir import Float, OpError, Shape, WrongRank, arg, show
from .registries import LOSSES, Loss


@LOSSES.register("cross_entropy")
class CrossEntropy(Loss):
    """Softmax cross-entropy of raw outputs (logits) against class indices, the mean over the batch.

    Equal to PyTorch's ``CrossEntropyLoss``: with ``label_smoothing`` s the target is 1 - s on the
    true class plus s / K on each of the K classes (Szegedy et al. 2016, section 7).
    """

    label_smoothing: float = arg(Float(0, below=1), "share of the target spread over all classes", 0.0)

    def check(self, output: Shape) -> None:
        if len(output) != 1:
            hint = "end the network with 'flatten  linear(classes)' or 'global_avgpool'"
            found = show(output)
            raise OpError(
                WrongRank(
                    call="cross_entropy", expected="a vector of class scores", found=found, hints=(hint,)
                )
            )

    def __call__(self, outputs: Any, targets: Any) -> Any:
        return outputs.sparse_categorical_crossentropy(targets, label_smoothing=self.label_smoothing)
