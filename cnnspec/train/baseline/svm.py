"""A linear support vector machine, its one setting chosen on the validation images."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

PENALTIES = (0.0001, 0.001, 0.01, 0.1)
"""The values of C that are tried: how much a training image on the wrong side costs, against small weights."""
UNCHOSEN = 0.001
"""C where there is nothing to choose it by."""
_SEARCHED = 10_000
"""Training images, at most, that the values of C are tried on."""
_ROUNDS = 2000


@dataclass(frozen=True, eq=False)
class LinearSvm:
    """``weights`` (K, F) and ``bias`` (K,) of features as they are; ``settled`` where training came to an end."""

    penalty: float
    weights: np.ndarray
    bias: np.ndarray
    settled: bool

    def classes(self, features: np.ndarray) -> np.ndarray:
        """(N,) of int64: the numbers of the classes that images with ``features`` (N, F) are taken for."""
        found: np.ndarray = (features @ self.weights.T + self.bias).argmax(1)
        return found


@dataclass(frozen=True, eq=False)
class Scaled:
    """Features ``values`` (N, F) of mean 0 and deviation 1, and the mean and deviation (F,) that they had."""

    values: np.ndarray
    mean: np.ndarray
    deviation: np.ndarray

    def rows(self, rows: np.ndarray) -> Scaled:
        """Some of the images."""
        return self if len(rows) == len(self.values) else Scaled(self.values[rows], self.mean, self.deviation)


@dataclass(frozen=True)
class Tried:
    """A value of C, and how the validation images came out with it."""

    penalty: float
    measure: float | None


def scale_of(features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and deviation (F,) of each feature; of one that is always the same the deviation is 1."""
    import numpy as np

    mean = features.mean(0, dtype=np.float64)
    squares = np.einsum("nf,nf->f", features, features, dtype=np.float64) / len(features)
    deviation = np.sqrt(np.maximum(squares - mean**2, 0))
    return mean, np.where(deviation > 1e-6 * np.maximum(1, np.abs(mean)), deviation, 1.0)


def scaled(features: np.ndarray) -> Scaled:
    """``features`` (N, F), standardised."""
    import numpy as np

    mean, deviation = scale_of(features)
    values = features - mean.astype(np.float32)
    values /= deviation.astype(np.float32)
    return Scaled(values, mean, deviation)


def train(given: Scaled, classes: np.ndarray, count: int, penalty: float) -> LinearSvm:
    """One class against all others for each of ``count`` classes.

    The least of ``|w|² / 2 + C * sum(max(0, 1 - y * (w x + b))²)``, with b as one of the weights: what scikit-learn's
    ``LinearSVC`` looks for (Fan et al., LIBLINEAR, JMLR 9, 2008). That keeps features as lists and goes through them one
    by one; here images and classes are products of matrices, many times as fast, and L-BFGS takes the steps. A class
    without images is never chosen.
    """
    import numpy as np
    from scipy.optimize import minimize
    from threadpoolctl import threadpool_limits

    signs = np.where(classes[:, None] == np.arange(count), 1, -1).astype(np.float32)
    shape = (count, given.values.shape[1] + 1)

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        w = flat.reshape(shape)
        scores = given.values @ w[:, :-1].T.astype(np.float32) + w[:, -1].astype(np.float32)
        short = np.maximum(1 - signs * scores, 0)
        slope = -2 * penalty * signs * short
        gradient = np.concatenate([slope.T @ given.values, slope.sum(0)[:, None]], 1)
        total = (w**2).sum() / 2 + penalty * np.square(short, dtype=np.float64).sum()
        return float(total), (w + gradient).ravel()

    options = {"maxiter": _ROUNDS, "maxfun": 2 * _ROUNDS, "ftol": 1e-6, "gtol": 1e-5}
    with threadpool_limits(1):  # sums do not depend on how many threads there are
        found = minimize(loss, np.zeros(shape).ravel(), jac=True, method="L-BFGS-B", options=options)
    w = found.x.reshape(shape)
    weights = w[:, :-1] / given.deviation
    bias = w[:, -1] - weights @ given.mean
    bias[np.bincount(classes, minlength=count) == 0] = -np.inf
    return LinearSvm(penalty, weights.astype(np.float32), bias.astype(np.float32), bool(found.success))


def choose(
    train_one: Callable[[float], LinearSvm], measure: Callable[[LinearSvm], float | None]
) -> tuple[LinearSvm, tuple[Tried, ...]]:
    """The machine that ``measure``, of the validation images, is best with: of equal ones that with the least C; and all
    that were tried."""
    machines = [train_one(penalty) for penalty in PENALTIES]
    tried = tuple(Tried(machine.penalty, measure(machine)) for machine in machines)
    values = [-1.0 if each.measure is None else each.measure for each in tried]
    return machines[values.index(max(values))], tried


def sample(classes: np.ndarray, seed: int) -> np.ndarray:
    """The rows that values of C are tried on: all, or ``_SEARCHED`` drawn ones, of each class its share."""
    import numpy as np

    from ..data.split import stratified

    if len(classes) <= _SEARCHED:
        return np.arange(len(classes))
    return stratified(classes, [_SEARCHED / len(classes)], seed)[1]
