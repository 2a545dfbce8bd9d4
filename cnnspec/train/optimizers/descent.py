"""Gradient descent with one mean of past steps."""

from __future__ import annotations

from typing import Any

from ...ir import BadValue, Float, OpError, arg
from ...ir.op import Role
from ..registries import OPTIMIZERS, Change
from .base import (
    L2,
    MOMENTUM,
    Method,
    decay_argument,
    decays_argument,
    momentum_argument,
    nesterov_argument,
    norm,
    penalized,
    rate_argument,
    trust_ratio,
)


@OPTIMIZERS.register("sgd")
class Sgd(Method):
    """Stochastic gradient descent: ``v = momentum v + g``, ``w = w - lr v``

    With ``nesterov``, ``w = w - lr (g + momentum v)`` (Sutskever et al. 2013). Equal to PyTorch's ``SGD`` without dampening.
    """

    also_called = ("MomentumSGD", "momentum", "MomentumOptimizer", "nesterov", "nag", "gradient_descent")
    examples = (
        "sgd(lr = 0.1, momentum = 0.9, weight_decay = 1e-4)",
        "sgd(momentum = 0.9, nesterov = true, decays = weights)",
    )

    lr: float = rate_argument(0.01)
    momentum: float = momentum_argument(0.0)
    nesterov: bool = nesterov_argument(False)
    weight_decay: float = decay_argument(L2, 0.0)
    decays: str = decays_argument()

    def __post_init__(self) -> None:
        if self.nesterov and not self.momentum:
            raise OpError(BadValue(call="sgd", problem="nesterov needs a momentum above 0"), "nesterov")

    def slots(self, role: Role) -> tuple[str, ...]:
        return (MOMENTUM,) if self.momentum else ()

    def change(self, change: Change) -> tuple[Any, dict[str, Any]]:
        gradient = penalized(change)
        if not self.momentum:
            return change.weight - change.rate * gradient, {}
        mean = self.momentum * change.state[MOMENTUM] + gradient
        step = gradient + self.momentum * mean if self.nesterov else mean
        return change.weight - change.rate * step, {MOMENTUM: mean}


@OPTIMIZERS.register("lars")
class Lars(Method):
    """Layer-wise adaptive rate scaling, for very large batches: each weight tensor moves by a share of its own norm.

    ``v = momentum v + lr r (g + weight_decay w)``, ``w = w - v``

    where ``r = trust_coefficient |w| / (|g| + weight_decay |w|)``. You et al. 2017, algorithm 1: the learning rate is
    inside the mean, so a step that is on its way stays as it is when the rate falls. Biases and parameters of norms have
    r = 1, as in the reference code of MLPerf; so has a tensor whose norm, or whose gradient's, is zero.
    """

    also_called = ("LARSOptimizer", "layerwise_adaptive_rate_scaling")
    examples = ("lars(lr = 4, weight_decay = 5e-5, decays = weights)",)

    lr: float = rate_argument(1.0)
    momentum: float = momentum_argument(0.9)
    trust_coefficient: float = arg(
        Float(above=0), "share of a weight tensor's norm by which it moves at lr = 1, but for momentum", 0.001
    )
    weight_decay: float = decay_argument(L2, 1e-4)
    decays: str = decays_argument()

    def slots(self, role: Role) -> tuple[str, ...]:
        return (MOMENTUM,) if self.momentum else ()

    def change(self, change: Change) -> tuple[Any, dict[str, Any]]:
        step = penalized(change) * (change.rate * self._ratio(change))
        if not self.momentum:
            return change.weight - step, {}
        mean = self.momentum * change.state[MOMENTUM] + step
        return change.weight - mean, {MOMENTUM: mean}

    def _ratio(self, change: Change) -> Any:
        if change.role != "weight":
            return 1.0
        weight, gradient = norm(change.weight), norm(change.gradient)
        ratio = self.trust_coefficient * weight / (gradient + change.decay * weight)
        return trust_ratio(weight, gradient, ratio)
