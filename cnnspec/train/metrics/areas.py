"""Areas under curves: how well probabilities put the images of a class before all others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...ir import Choice, arg
from ..registries import METRICS, of_argument
from ..tasks import ClassTask
from .base import Measure, marked

if TYPE_CHECKING:
    import numpy as np

    from ..tasks import Scored


def one_against_rest(scored: Scored) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
    """The number, the truth (N,) of bool and the probability (N,) of each class or label that some images have and
    others have not; of two classes the positive one alone."""
    task = scored.task
    every = range(len(task.names))
    for number in (task.positive,) if isinstance(task, ClassTask) and task.binary else every:
        truth = marked(scored, scored.truth, number)
        if 0 < truth.sum() < len(truth):
            yield number, truth, scored.scores[:, number]


class _Area(Measure):
    kinds = ("classes", "labels")
    ranks = True
    average: str = arg(
        Choice("macro", "weighted"),
        "how three or more classes, or labels, are put together: the mean (macro), or that weighted by the number of images",
        "macro",
    )
    of: str | None = of_argument()

    @property
    def key(self) -> str:
        return self.call_name if self.average == "macro" else f"{self.call_name}_{self.average}"

    def area(self, truth: np.ndarray, scores: np.ndarray) -> float:
        """The area of one class against all others."""
        raise NotImplementedError

    def value(self, scored: Scored) -> float | None:
        import numpy as np

        found = [(self.area(truth, scores), truth.sum()) for _, truth, scores in one_against_rest(scored)]
        if not found:
            return None
        areas, images = zip(*found, strict=True)
        return float(np.average(areas, weights=images if self.average == "weighted" else None))


@METRICS.register("roc_auc")
class RocAuc(_Area):
    """The area under the ROC curve: how often an image of a class has a higher probability of it than one that is not.
    0.5 for guessing.

    Of two classes that of the positive one; else the mean over classes or labels, each against all others. Those that all
    images or none have are left out. As scikit-learn's ``roc_auc_score``, one against the rest; Fawcett 2006.
    """

    also_called = ("auc", "auroc", "roc_auc_score", "area_under_curve")
    examples = ("roc_auc(weighted)",)

    def area(self, truth: np.ndarray, scores: np.ndarray) -> float:
        from sklearn.metrics import roc_auc_score

        return float(roc_auc_score(truth, scores))


@METRICS.register("pr_auc")
class PrAuc(_Area):
    """The area under the curve of precision over recall, as the average precision: the sum of the precision at each
    threshold times the recall gained there. The share of the class's images for guessing.

    Of two classes that of the positive one; else the mean over classes or labels, each against all others. Those that all
    images or none have are left out. As scikit-learn's ``average_precision_score``; Davis and Goadrich 2006.
    """

    also_called = ("average_precision", "average_precision_score", "ap", "auprc", "prc", "auc_pr")
    examples = ("pr_auc(weighted)",)

    def area(self, truth: np.ndarray, scores: np.ndarray) -> float:
        from sklearn.metrics import average_precision_score

        return float(average_precision_score(truth, scores))
