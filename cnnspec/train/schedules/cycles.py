"""Schedules in which the rate rises again, or rises as part of the plan."""

from __future__ import annotations

import math

from ...ir import Choice, Float, Int, arg
from ..registries import SCHEDULES, Moment
from .base import Named, Warmed, minimum_argument, warmup_argument


@SCHEDULES.register("cosine_restarts")
class CosineRestarts(Warmed):
    """Cosines from 1 down to ``minimum`` one after another, each ``growth`` times as long as the one before.

    Loshchilov and Hutter 2017, equation 5. The first begins after the rise. Weights are best at the end of a cosine, so
    choose ``epochs`` to end with one: with growth 2 after 1, 3, 7, 15 … periods, and the rise. Equal to PyTorch's
    ``CosineAnnealingWarmRestarts`` with a step a batch.
    """

    also_called = ("CosineAnnealingWarmRestarts", "sgdr", "CosineDecayRestarts", "cosine_decay_restarts")
    examples = ("cosine_restarts(10)", "cosine_restarts(5, growth = 2, minimum = 0.01, warmup = 1)")

    period: int = arg(Int(1), "epochs of the first cosine")
    growth: float = arg(Float(1), "length of each cosine over that of the one before", 1.0)
    minimum: float = minimum_argument("factor at the end of each cosine")
    warmup: float = warmup_argument()

    def last_change(self) -> tuple[str, float, str]:
        # A cosine that ends with training is whole: only what is more comes late.
        return (
            "period",
            self.period + self.warmup - 1,
            f"ends its first cosine after {self.period + self.warmup:g} epochs",
        )

    def after(self, at: Moment) -> float:
        place, length = self.since(at), float(self.period)
        while place >= length:
            place, length = place - length, length * self.growth
        return self.minimum + (1 - self.minimum) * (1 + math.cos(math.pi * place / length)) / 2


@SCHEDULES.register("one_cycle")
class OneCycle(Named):
    """One rise from ``1 / start`` to 1, then one fall to ``1 / (start end)``, step by step; ``lr`` is the peak.

    Smith and Topin 2018, in the form of PyTorch's ``OneCycleLR``, to which it is equal step for step. Only the rate follows
    the cycle: momentum stays as the optimizer says (there: ``cycle_momentum = False``).
    """

    also_called = ("OneCycleLR", "onecycle", "1cycle", "super_convergence")
    examples = ("one_cycle", "one_cycle(rise = 0.2, shape = linear)")

    rise: float = arg(Float(0, 1), "share of training in which the rate rises", 0.3)
    start: float = arg(Float(1), "the peak over the first rate", 25.0)
    end: float = arg(Float(1), "the first rate over the last", 1e4)
    shape: str = arg(Choice("cosine", "linear"), "how the rate goes from one to the other", "cosine")

    def rising(self, epochs: int) -> tuple[str, float]:
        return "rise", self.rise * epochs

    def factor(self, at: Moment) -> float:
        steps = at.steps * at.epochs
        peak, last, first = self.rise * steps - 1, steps - 1, 1 / self.start
        if at.step <= peak:
            return self._between(first, 1.0, at.step, peak)
        # As in PyTorch the peak lies before the first step where 'rise' is less than a step.
        return self._between(1.0, first / self.end, min(at.step, last) - peak, last - peak)

    def _between(self, start: float, end: float, place: float, length: float) -> float:
        share = place / length if length else 1.0
        if self.shape == "linear":
            return start + (end - start) * share
        return end + (start - end) * (1 + math.cos(math.pi * share)) / 2
