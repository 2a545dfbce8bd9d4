"""Optimizers that divide the mean of gradients by the root of the mean of their squares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...ir import Float, arg
from ...ir.op import Role
from ..registries import OPTIMIZERS, Change
from .base import (
    DECOUPLED,
    L2,
    Method,
    betas_argument,
    decay_argument,
    decays_argument,
    norm,
    penalized,
    rate_argument,
    shrunk,
    trust_ratio,
)

MEAN, SQUARE = "exp_avg", "exp_avg_sq"
CORRECTIONS = ("bias_correction1", "bias_correction2")
_EPS = "added to the divisor"


class Means(Method):
    """Two running means, and how full each is: 1 - beta^t after t steps.

    That is itself such a mean, of ones: ``c = beta c + (1 - beta)``. Nothing is subtracted from what is nearly equal, and it
    rounds as the means do, so that dividing by it gives true averages.
    """

    if TYPE_CHECKING:
        betas: tuple[float, float]
        eps: float

    def slots(self, role: Role) -> tuple[str, ...]:
        return (MEAN, SQUARE)

    def shared(self) -> dict[str, float]:
        return dict.fromkeys(CORRECTIONS, 0.0)

    def advanced(self, shared: Mapping[str, Any]) -> dict[str, Any]:
        pairs = zip(CORRECTIONS, self.betas, strict=True)
        return {name: beta * shared[name] + (1 - beta) for name, beta in pairs}

    def means(self, change: Change, gradient: Any) -> dict[str, Any]:
        """The means one step further."""
        first, second = self.betas
        return {
            MEAN: first * change.state[MEAN] + (1 - first) * gradient,
            SQUARE: second * change.state[SQUARE] + (1 - second) * gradient.square(),
        }

    def direction(self, change: Change, means: Mapping[str, Any]) -> Any:
        """``m / c1 / (sqrt(v / c2) + eps)``."""
        first, second = (change.shared[name] for name in CORRECTIONS)
        return means[MEAN] / first / ((means[SQUARE] / second).sqrt() + self.eps)


@OPTIMIZERS.register("adam")
class Adam(Means):
    """Adam, whose steps do not depend on how large gradients are: ``w = w - lr m / (sqrt(v) + eps)``

    where m and v are means of the gradient and of its square, without the bias to their start at zero. Kingma and Ba 2015,
    algorithm 1. Equal to PyTorch's ``Adam``.
    """

    also_called = ("AdamOptimizer",)
    examples = ("adam(lr = 2e-3)", "adam(betas = [0.9, 0.99], weight_decay = 1e-5, decays = weights)")

    lr: float = rate_argument(0.001)
    betas: tuple[float, float] = betas_argument()
    eps: float = arg(Float(above=0), _EPS, 1e-8)
    weight_decay: float = decay_argument(L2, 0.0)
    decays: str = decays_argument()

    def change(self, change: Change) -> tuple[Any, dict[str, Any]]:
        means = self.means(change, penalized(change))
        return change.weight - change.rate * self.direction(change, means), means


@OPTIMIZERS.register("adamw")
class AdamW(Means):
    """Adam with decoupled weight decay: ``w = w - lr weight_decay w`` beside the step of ``adam``

    so that decay is not divided by the size of gradients. Loshchilov and Hutter 2019, algorithm 2, with the learning rate as
    the schedule. Equal to PyTorch's ``AdamW``.
    """

    also_called = ("adam_w", "AdamWeightDecay", "AdamWeightDecayOptimizer")
    examples = ("adamw(lr = 2e-3, weight_decay = 0.05, decays = weights)",)

    lr: float = rate_argument(0.001)
    betas: tuple[float, float] = betas_argument()
    eps: float = arg(Float(above=0), _EPS, 1e-8)
    weight_decay: float = decay_argument(DECOUPLED, 0.01)
    decays: str = decays_argument()

    def change(self, change: Change) -> tuple[Any, dict[str, Any]]:
        means = self.means(change, change.gradient)
        return shrunk(change) - change.rate * self.direction(change, means), means


@OPTIMIZERS.register("lamb")
class Lamb(Means):
    """Adam's steps, made as long as a share of each weight tensor's norm, for very large batches:

    ``w = w - lr (|w| / |u|) u`` with ``u = m / (sqrt(v) + eps) + weight_decay w``

    with m and v as in ``adam``. You et al. 2020, algorithm 2, with the norm itself as the scaling function. Biases and
    parameters of norms have the ratio 1, as in the authors' code; so has a tensor whose norm, or whose step's, is zero.
    """

    also_called = ("LAMBOptimizer", "FusedLAMB", "NVLAMB")
    examples = ("lamb(lr = 0.01, weight_decay = 0.02, decays = weights)",)

    lr: float = rate_argument(0.005)
    betas: tuple[float, float] = betas_argument()
    eps: float = arg(Float(above=0), _EPS, 1e-6)
    weight_decay: float = decay_argument("share of the weights that is added to the step", 0.01)
    decays: str = decays_argument()

    def change(self, change: Change) -> tuple[Any, dict[str, Any]]:
        means = self.means(change, change.gradient)
        step = self.direction(change, means)
        if change.decay:
            step = step + change.weight * change.decay
        return change.weight - step * (change.rate * _ratio(change, step)), means


def _ratio(change: Change, step: Any) -> Any:
    if change.role != "weight":
        return 1.0
    weight, length = norm(change.weight), norm(step)
    return trust_ratio(weight, length, weight / length)
