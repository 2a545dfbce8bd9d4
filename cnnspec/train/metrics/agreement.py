"""How predicted and actual classes go together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...ir import Choice, arg
from ..registries import METRICS, of_argument
from .base import Measure, predicted

if TYPE_CHECKING:
    from ..tasks import Scored


@METRICS.register("matthews")
class Matthews(Measure):
    """The correlation of predicted and actual classes: 1 where all are right, about 0 for guessing, whatever the sizes of
    the classes.

    0 where all images are of one class, or taken for one. As scikit-learn's ``matthews_corrcoef``; Matthews 1975, and
    Gorodkin 2004 for more than two classes.
    """

    also_called = ("mcc", "matthews_corrcoef", "matthews_correlation", "phi_coefficient")
    of: str | None = of_argument()

    def value(self, scored: Scored) -> float:
        from sklearn.metrics import matthews_corrcoef

        return float(matthews_corrcoef(scored.truth, predicted(scored)))


@METRICS.register("kappa")
class Kappa(Measure):
    """How much of the accuracy that chance would leave out is reached: (accuracy - chance) / (1 - chance), where chance
    is the accuracy of guesses that name the classes as often as the network does.

    Not defined where all images are of one class and taken for it. As scikit-learn's ``cohen_kappa_score``; Cohen 1960.
    """

    also_called = ("cohen_kappa", "cohen_kappa_score", "CohenKappa", "cohens_kappa")
    of: str | None = of_argument()

    def value(self, scored: Scored) -> float:
        from sklearn.metrics import cohen_kappa_score

        return float(cohen_kappa_score(scored.truth, predicted(scored)))


@METRICS.register("confusion_matrix")
class ConfusionMatrix(Measure):
    """How confusion matrices are shown, which count the images by the class they are of and the one they are taken for.

    It is no number; the matrix is always made.
    """

    also_called = ("confusion", "ConfusionMatrixDisplay")
    examples = ("confusion_matrix(rows = actual)",)
    scalar = False
    rows: str = arg(Choice("predicted", "actual"), "what a row of the matrix is", "predicted")
    of: str | None = of_argument()

    def value(self, scored: Scored) -> None:
        return None
