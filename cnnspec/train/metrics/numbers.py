"""How far numbers are from the truth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..registries import METRICS, of_argument
from .base import Measure

if TYPE_CHECKING:
    from ..tasks import Scored

_KINDS = ("numbers", "points", "boxes")


class _Error(Measure):
    kinds = _KINDS
    better = "lower"
    of: str | None = of_argument()


@METRICS.register("mae")
class Mae(_Error):
    """The mean absolute error, |predicted - actual|, over images and columns; in the data's units, or in pixels.

    As scikit-learn's ``mean_absolute_error``.
    """

    also_called = ("mean_absolute_error", "MeanAbsoluteError", "l1")

    def value(self, scored: Scored) -> float:
        from sklearn.metrics import mean_absolute_error

        return float(mean_absolute_error(scored.truth, scored.scores))


@METRICS.register("mse")
class Mse(_Error):
    """The mean squared error, (predicted - actual)², over images and columns.

    As scikit-learn's ``mean_squared_error``.
    """

    also_called = ("mean_squared_error", "MeanSquaredError", "l2")

    def value(self, scored: Scored) -> float:
        from sklearn.metrics import mean_squared_error

        return float(mean_squared_error(scored.truth, scored.scores))


@METRICS.register("rmse")
class Rmse(_Error):
    """The root of the mean squared error of each column, and the mean of these; in the data's units, or in pixels.

    As scikit-learn's ``root_mean_squared_error``.
    """

    also_called = ("root_mean_squared_error", "RootMeanSquaredError")

    def value(self, scored: Scored) -> float:
        import numpy as np
        from sklearn.metrics import mean_squared_error

        # The function of that name is newer than the oldest scikit-learn that will do.
        errors = mean_squared_error(scored.truth, scored.scores, multioutput="raw_values")
        return float(np.sqrt(errors).mean())


@METRICS.register("r2")
class R2(Measure):
    """The share of the variance that is explained: 1 - squared errors / squared distances of the truth from its mean,
    the mean over columns. 1 at best, 0 for naming the mean, below 0 for less than that.

    Not defined for fewer than two images, nor where a column of the truth is the same on all images. As scikit-learn's
    ``r2_score``.
    """

    also_called = ("r2_score", "R2Score", "r_squared", "coefficient_of_determination")
    kinds = _KINDS
    of: str | None = of_argument()

    def value(self, scored: Scored) -> float | None:
        from sklearn.metrics import r2_score

        # Of a constant column scikit-learn makes 0 or 1, or what rounding its mean leaves.
        if (scored.truth == scored.truth[0]).all(0).any():
            return None
        return float(r2_score(scored.truth, scored.scores))
