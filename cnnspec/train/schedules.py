"""Schedules: the factor on the learning rate."""

from __future__ import annotations

import math

from ..ir import Float, Int, arg
from .registries import SCHEDULES, Schedule


@SCHEDULES.register("constant")
class Constant(Schedule):
    """The learning rate as it is, all the way."""

    def factor(self, epoch: float, epochs: int) -> float:
        return 1.0


@SCHEDULES.register("step")
class Step(Schedule):
    """Times ``gamma`` every ``size`` epochs (PyTorch's ``StepLR``)."""

    size: int = arg(Int(1), "epochs between two steps")
    gamma: float = arg(Float(above=0), "factor of each step", 0.1)

    def factor(self, epoch: float, epochs: int) -> float:
        return float(self.gamma ** (math.floor(epoch) // self.size))


@SCHEDULES.register("cosine")
class Cosine(Schedule):
    """From 1 down to ``minimum`` along half a cosine, step by step (Loshchilov and Hutter 2017).

    Before it the factor rises linearly from 0 to 1 over ``warmup`` epochs (Goyal et al. 2017).
    """

    warmup: float = arg(Float(minimum=0), "epochs of linear rise at the start", 0.0)
    minimum: float = arg(Float(0, 1), "factor at the end", 0.0)

    def factor(self, epoch: float, epochs: int) -> float:
        if epoch < self.warmup:
            return epoch / self.warmup
        progress = min(1.0, (epoch - self.warmup) / max(epochs - self.warmup, 1e-9))
        return self.minimum + (1 - self.minimum) * (1 + math.cos(math.pi * progress)) / 2
