"""Schedules without corners, from the end of the rise to the end of training."""

from __future__ import annotations

import math

from ...ir import Float, arg
from ..registries import SCHEDULES, Moment
from .base import Warmed, minimum_argument, warmup_argument


@SCHEDULES.register("constant")
class Constant(Warmed):
    """The learning rate as it is, all the way."""

    also_called = ("constant_schedule_with_warmup", "fixed")
    examples = ("constant(warmup = 2)",)

    warmup: float = warmup_argument()

    def after(self, at: Moment) -> float:
        return 1.0


@SCHEDULES.register("cosine")
class Cosine(Warmed):
    """From 1 down to ``minimum`` along half a cosine, step by step (Loshchilov and Hutter 2017, equation 5).

    Before it the factor rises linearly from 0 to 1 over ``warmup`` epochs (Goyal et al. 2017); the cosine spans the rest.
    Equal to PyTorch's ``CosineAnnealingLR`` with a step a batch.
    """

    also_called = (
        "CosineAnnealingLR",
        "cosine_annealing",
        "CosineDecay",
        "cosine_decay",
        "CosineLRScheduler",
    )
    examples = ("cosine(warmup = 5)", "cosine(minimum = 0.01)")

    # The other way round than elsewhere: 'cosine(2)' has always been a warm-up.
    warmup: float = warmup_argument()
    minimum: float = minimum_argument()

    def after(self, at: Moment) -> float:
        return self.minimum + (1 - self.minimum) * (1 + math.cos(math.pi * self.gone(at))) / 2


@SCHEDULES.register("linear")
class Linear(Warmed):
    """From 1 down to ``minimum`` on a straight line, step by step; it spans what the rise leaves.

    Equal to PyTorch's ``LinearLR`` with ``start_factor = 1``, ``end_factor = minimum`` and a step a batch.
    """

    also_called = ("linear_decay", "linear_schedule_with_warmup")
    examples = ("linear(warmup = 5)",)

    minimum: float = minimum_argument()
    warmup: float = warmup_argument()

    def after(self, at: Moment) -> float:
        return self.minimum + (1 - self.minimum) * (1 - self.gone(at))


@SCHEDULES.register("polynomial")
class Polynomial(Warmed):
    """From 1 down to ``minimum`` along ``(1 - t)^power``, step by step, t from 0 to 1 over what the rise leaves.

    The schedule that large batches are often trained with (You et al. 2017, algorithm 1). Equal to PyTorch's
    ``PolynomialLR`` with a step a batch.
    """

    also_called = ("PolynomialLR", "poly", "PolynomialDecay", "polynomial_decay")
    examples = ("polynomial(power = 2, warmup = 5)",)

    power: float = arg(Float(above=0), "2 for a parabola; with 1 it is as 'linear'", 2.0)
    minimum: float = minimum_argument()
    warmup: float = warmup_argument()

    def after(self, at: Moment) -> float:
        falling: float = (1 - self.gone(at)) ** self.power
        return self.minimum + (1 - self.minimum) * falling
