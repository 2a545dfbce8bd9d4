"""Optimizers, with PyTorch's definitions. ``weight_decay`` acts on all trained parameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..ir import BadValue, Bool, Float, ListOf, OpError, arg
from .registries import OPTIMIZERS, Optimizer

_RATE = "learning rate, before the schedule's factor"


@OPTIMIZERS.register("sgd")
class Sgd(Optimizer):
    """Stochastic gradient descent: v = momentum * v + g, w = w - lr * v.

    With ``nesterov``, w = w - lr * (g + momentum * v) (Sutskever et al. 2013).
    """

    lr: float = arg(Float(above=0), _RATE, 0.01)
    momentum: float = arg(Float(0, below=1), "share of the last step kept", 0.0)
    nesterov: bool = arg(Bool(), "whether the gradient is looked up one step ahead", False)
    weight_decay: float = arg(
        Float(minimum=0), "factor on the weights that is added to the gradient (L2)", 0.0
    )

    def __post_init__(self) -> None:
        if self.nesterov and not self.momentum:
            raise OpError(BadValue(call="sgd", problem="nesterov needs a momentum above 0"), "nesterov")

    def build(self, parameters: Sequence[Any]) -> Any:
        from tinygrad.nn.optim import SGD

        return SGD(list(parameters), self.lr, self.momentum, self.weight_decay, self.nesterov)


_BETAS = ListOf(Float(0, below=1), 2)
_BETAS_DOC = "decay of the means of the gradient and of its square"


@OPTIMIZERS.register("adam")
class Adam(Optimizer):
    """Adam (Kingma and Ba 2015, algorithm 1)."""

    lr: float = arg(Float(above=0), _RATE, 0.001)
    betas: tuple[float, float] = arg(_BETAS, _BETAS_DOC, (0.9, 0.999))
    eps: float = arg(Float(above=0), "added to the divisor", 1e-8)
    weight_decay: float = arg(
        Float(minimum=0), "factor on the weights that is added to the gradient (L2)", 0.0
    )

    def build(self, parameters: Sequence[Any]) -> Any:
        from tinygrad.nn.optim import LAMB

        decay = self.weight_decay

        class DecayedAdam(LAMB):  # type: ignore[misc]
            def _step(self, params: list[Any], grads: list[Any]) -> tuple[list[Any], list[Any]]:
                if decay:
                    grads = [g + decay * t.detach() for t, g in zip(params, grads, strict=True)]
                updates: tuple[list[Any], list[Any]] = super()._step(params, grads)
                return updates

        return DecayedAdam(list(parameters), self.lr, *self.betas, self.eps, 0.0, adam=True)


@OPTIMIZERS.register("adamw")
class AdamW(Optimizer):
    """Adam with decoupled weight decay: w = w - lr * weight_decay * w (Loshchilov and Hutter 2019)."""

    lr: float = arg(Float(above=0), _RATE, 0.001)
    betas: tuple[float, float] = arg(_BETAS, _BETAS_DOC, (0.9, 0.999))
    eps: float = arg(Float(above=0), "added to the divisor", 1e-8)
    weight_decay: float = arg(
        Float(minimum=0), "share of the weights taken off, times the learning rate", 0.01
    )

    def build(self, parameters: Sequence[Any]) -> Any:
        from tinygrad.nn.optim import AdamW as TinygradAdamW

        return TinygradAdamW(list(parameters), self.lr, *self.betas, self.eps, self.weight_decay)
