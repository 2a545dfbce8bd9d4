"""Of what is taken for a class, how much is; of what is of it, how much is found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from ...ir import BadValue, Choice, OpError, Word, arg
from ..registries import METRICS, of_argument
from ..tasks import ClassTask
from ..tasks.making import class_number
from .base import Measure, marked, predicted

if TYPE_CHECKING:
    from ..tasks import Scored, Task


class _OfClasses(Measure):
    """A measure of each class or label against all others. ``scored_by`` is the name of scikit-learn's function."""

    kinds = ("classes", "labels")
    scored_by: ClassVar[str]
    average: str | None = arg(
        Choice("macro", "micro", "weighted"),
        "how classes or labels are put together: their mean (macro), all decisions counted at once (micro), or the mean "
        "weighted by the number of images (weighted). Where it is left out, the positive one alone of two classes, else "
        "macro",
        None,
    )
    positive: str | None = arg(Word(), "the one class or label that it is about", None)
    of: str | None = of_argument()

    def __post_init__(self) -> None:
        if self.average is not None and self.positive is not None:
            problem = "'positive' is about one class, 'average' about all of them: give one of the two"
            raise OpError(BadValue(call=self.call_name, problem=problem), "average")

    @property
    def key(self) -> str:
        return "_".join(filter(None, (self.call_name, self.average, self.positive)))

    def check(self, task: Task) -> None:
        what = "label" if task.kind == "labels" else "class"
        class_number(self.call_name, self.positive, task.names, 0, what)

    def value(self, scored: Scored) -> float:
        from sklearn import metrics

        measure: Any = getattr(metrics, self.scored_by)
        answers, one = (scored.truth, predicted(scored)), self._one(scored.task)
        if one is None:
            return float(measure(*answers, average=self.average or "macro", zero_division=0))
        return float(measure(*(marked(scored, each, one) for each in answers), zero_division=0))

    def _one(self, task: Task) -> int | None:
        """The number of the class or label that it is about, None for all of them."""
        if self.positive is not None:
            return task.names.index(self.positive)
        if isinstance(task, ClassTask) and task.binary and self.average is None:
            return task.positive
        # A single column would be two classes to scikit-learn: the label, and its absence.
        return 0 if task.kind == "labels" and len(task.names) == 1 else None


@METRICS.register("precision")
class Precision(_OfClasses):
    """The share of the images taken for a class that are of it: true positives / (true and false positives).

    0 where none is taken for it. The mean of classes leaves out those that no image is of and none is taken
    for. As scikit-learn's ``precision_score``.
    """

    also_called = ("precision_score", "positive_predictive_value", "ppv")
    examples = ("precision(macro)", 'precision(positive = "7")')
    scored_by = "precision_score"


@METRICS.register("recall")
class Recall(_OfClasses):
    """The share of a class's images that are found: true positives / (true positives and false negatives).

    0 where there are none. The mean of classes leaves out those that no image is of and none is taken for. As
    scikit-learn's ``recall_score``.
    """

    also_called = ("recall_score", "sensitivity", "true_positive_rate", "tpr")
    examples = ("recall(macro)", 'recall(positive = "7")')
    scored_by = "recall_score"


@METRICS.register("f1")
class F1(_OfClasses):
    """The harmonic mean of precision and recall, high only where both are: 2 * precision * recall / (precision + recall).

    0 where no image of a class is found. The mean of classes leaves out those that no image is of and none is taken
    for. As scikit-learn's ``f1_score``; van Rijsbergen 1979, chapter 7.
    """

    also_called = ("f1_score", "fscore", "f_score", "f1score", "f_measure")
    examples = ("f1(macro)", 'f1(positive = "7")')
    scored_by = "f1_score"
