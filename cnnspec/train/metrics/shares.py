"""Shares of images, or of decisions, that are right or wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...ir import BadValue, Int, OpError, arg
from ..registries import METRICS, of_argument
from .base import Measure, predicted

if TYPE_CHECKING:
    from ..tasks import Scored, Task


@METRICS.register("accuracy")
class Accuracy(Measure):
    """The share of images that are put into their class; with labels, of images all of whose labels are right.

    A label is predicted where its probability is at least 0.5. As scikit-learn's ``accuracy_score``.
    """

    also_called = ("acc", "accuracy_score", "subset_accuracy", "exact_match")
    kinds = ("classes", "labels")
    percent = True
    of: str | None = of_argument()

    def value(self, scored: Scored) -> float:
        from sklearn.metrics import accuracy_score

        return float(accuracy_score(scored.truth, predicted(scored)))


@METRICS.register("balanced_accuracy")
class BalancedAccuracy(Measure):
    """The mean over classes of the share of a class's images that are found, so that rare classes count as much as
    frequent ones.

    Classes without images are left out. As scikit-learn's ``balanced_accuracy_score``; Brodersen et al. 2010.
    """

    also_called = ("balanced_accuracy_score", "mean_class_accuracy", "bacc")
    percent = True
    of: str | None = of_argument()

    def value(self, scored: Scored) -> float:
        from sklearn.metrics import balanced_accuracy_score

        return float(balanced_accuracy_score(scored.truth, predicted(scored)))


@METRICS.register("top")
class Top(Measure):
    """The share of images whose class is among the ``k`` most probable ones.

    Of equally probable classes the last ones are taken, of two the first. As scikit-learn's ``top_k_accuracy_score``.
    """

    also_called = (
        "top_k",
        "top5",
        "top_5",
        "top_k_accuracy",
        "top_k_accuracy_score",
        "TopKCategoricalAccuracy",
        "top_k_categorical_accuracy",
    )
    examples = ("top(3)",)
    percent = True
    ranks = True
    k: int = arg(Int(1), "how many classes may be named", 5)
    of: str | None = of_argument()

    @property
    def key(self) -> str:
        return f"top_{self.k}"

    def check(self, task: Task) -> None:
        count = len(task.names)
        if self.k >= count:
            problem = (
                f"'k' is {self.k}, but there are {count} classes, so that each image would count as right"
            )
            hints = (f"'k' can be up to {count - 1}",) if count > 1 else ()
            raise OpError(BadValue(call=self.call_name, problem=problem, hints=hints), "k")

    def value(self, scored: Scored) -> float:
        from sklearn.metrics import top_k_accuracy_score

        classes = scored.scores.shape[1]
        # Of two classes scikit-learn takes the probability of the second alone.
        scores = scored.scores[:, 1] if classes == 2 else scored.scores
        return float(top_k_accuracy_score(scored.truth, scores, k=self.k, labels=range(classes)))


@METRICS.register("hamming")
class Hamming(Measure):
    """The share of labels that are wrong, over all images: predicted but not true, or true but not predicted.

    As scikit-learn's ``hamming_loss``.
    """

    also_called = ("hamming_loss", "hamming_distance")
    kinds = ("labels",)
    better = "lower"
    percent = True
    of: str | None = of_argument()

    def value(self, scored: Scored) -> float:
        from sklearn.metrics import hamming_loss

        return float(hamming_loss(scored.truth, predicted(scored)))
