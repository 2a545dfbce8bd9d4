"""What optimizers have in common: arguments, the two forms of weight decay, the ratio of two norms."""

from __future__ import annotations

from typing import Any, ClassVar

from ...ir import Bool, Choice, Float, ListOf, arg
from ..registries import Change, Optimizer

MOMENTUM = "momentum_buffer"
L2 = "factor on the weights that is added to the gradient (L2)"
DECOUPLED = "share of the weights taken off, times the learning rate"
NESTEROV = "whether the gradient is looked up one step ahead"


class Method(Optimizer):
    """An optimizer. ``also_called`` are other tools' names for it, ``examples`` calls of it."""

    also_called: ClassVar[tuple[str, ...]] = ()
    examples: ClassVar[tuple[str, ...]] = ()


def rate_argument(default: float) -> Any:
    """The field ``lr``."""
    return arg(Float(above=0), "learning rate, before the schedule's factor", default)


def momentum_argument(default: float) -> Any:
    """The field ``momentum`` of optimizers that keep a single mean."""
    return arg(Float(0, below=1), "share of the last step kept", default)


def nesterov_argument(default: bool) -> Any:
    """The field ``nesterov``."""
    return arg(Bool(), NESTEROV, default)


def betas_argument() -> Any:
    """The field ``betas``: two numbers from 0 to below 1."""
    doc = "decay of the means of the gradient and of its square"
    return arg(ListOf(Float(0, below=1), 2), doc, (0.9, 0.999))


def decay_argument(doc: str, default: float) -> Any:
    """The field ``weight_decay``; ``doc`` is ``L2`` or ``DECOUPLED``, or says more."""
    return arg(Float(minimum=0), doc, default)


def decays_argument() -> Any:
    """The field ``decays``, the last of every optimizer."""
    doc = "what weight decay acts on: all that is trained, or weights alone, so that biases and norms are spared"
    return arg(Choice("all", "weights"), doc, "all")


def penalized(change: Change) -> Any:
    """The gradient with that of ``decay / 2 * |w|²`` added: L2."""
    return change.gradient + change.weight * change.decay if change.decay else change.gradient


def shrunk(change: Change) -> Any:
    """The parameter with ``rate * decay`` of it taken off: decoupled decay."""
    return change.weight * (1 - change.rate * change.decay) if change.decay else change.weight


def norm(tensor: Any) -> Any:
    """The Euclidean norm of all values of a tensor, a scalar."""
    return tensor.square().sum().sqrt()


def trust_ratio(weight: Any, step: Any, ratio: Any) -> Any:
    """``ratio`` where both norms are above zero, else 1: a parameter that is zero must be able to leave it."""
    return ((weight > 0) & (step > 0)).where(ratio, 1.0)
