"""Losses of networks that give numbers: columns of a table, or places in the picture."""

from __future__ import annotations

from typing import Any

from ...ir import Bool, Float, arg
from ..registries import LOSSES, of_argument, weight_argument
from .base import Comparison, target_argument

KINDS = ("numbers", "boxes", "points")


def scaled_argument() -> Any:
    """The field ``scaled`` of losses of numbers."""
    doc = (
        "whether numbers are learnt scaled to mean 0 and deviation 1 of the training images "
        "(boxes and points: as shares of the picture's sides)"
    )
    return arg(Bool(), doc, True)


@LOSSES.register("mse")
class SquaredError(Comparison):
    """Mean squared error, over images and outputs: ``(output - target)²``

    Squaring penalises predictions that are far away heavily, so a few outliers can decide what is learnt; ``mae`` and
    ``huber`` are robust to them. The best constant answer is the mean. Equal to PyTorch's ``MSELoss``. Hastie, Tibshirani
    and Friedman 2009, section 10.6.
    """

    kinds = KINDS
    also_called = ("MSELoss", "mean_squared_error", "MeanSquaredError", "l2", "l2_loss", "squared_error")
    examples = ("mse(target = boxes)",)

    scaled: bool = scaled_argument()
    target: str | None = target_argument(*KINDS)
    of: str | None = of_argument()
    weight: float = weight_argument()

    def __call__(self, outputs: Any, targets: Any) -> Any:
        return (outputs - targets).square().mean()


@LOSSES.register("mae")
class AbsoluteError(Comparison):
    """Mean absolute error, over images and outputs: ``|output - target|``

    More robust to outliers than ``mse``, as nothing is squared: every error pulls with the same force, the smallest too.
    The best constant answer is the median. Equal to PyTorch's ``L1Loss``. Hastie, Tibshirani and Friedman 2009, section
    10.6.
    """

    kinds = KINDS
    also_called = ("L1Loss", "mean_absolute_error", "MeanAbsoluteError", "l1", "l1_loss", "absolute_error")
    examples = ("mae(target = points)",)

    scaled: bool = scaled_argument()
    target: str | None = target_argument(*KINDS)
    of: str | None = of_argument()
    weight: float = weight_argument()

    def __call__(self, outputs: Any, targets: Any) -> Any:
        return (outputs - targets).abs().mean()


@LOSSES.register("huber")
class Huber(Comparison):
    """The mean over images and outputs of, for the error d = output - target,

    ``d² / 2`` where ``|d| <= delta``, else ``delta (|d| - delta / 2)``

    Like ``mse`` near the target, so that it settles there, and like ``mae`` far away, so that outliers do not decide. Equal
    to PyTorch's ``HuberLoss``; with ``delta`` 1 also to ``SmoothL1Loss``. Huber 1964 (Robust estimation of a location
    parameter).
    """

    kinds = KINDS
    also_called = ("HuberLoss", "huber_loss", "smooth_l1", "SmoothL1Loss", "smooth_l1_loss")
    examples = ("huber(delta = 0.1, target = boxes)",)

    delta: float = arg(Float(above=0), "the error from which on it grows no faster", 1.0)
    scaled: bool = scaled_argument()
    target: str | None = target_argument(*KINDS)
    of: str | None = of_argument()
    weight: float = weight_argument()

    def __call__(self, outputs: Any, targets: Any) -> Any:
        errors = outputs - targets
        # Both forms in one: squares of far errors, which can overflow, are never made.
        near = errors.clamp(-self.delta, self.delta)
        return (near * (errors - near * 0.5)).mean()
