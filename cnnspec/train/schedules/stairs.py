"""Schedules that change between epochs. They count from the start of training, the rise included."""

from __future__ import annotations

from bisect import bisect_right
from math import inf

from ...ir import Float, Int, ListOf, arg
from ..registries import SCHEDULES, Moment
from .base import Warmed, gamma_argument, minimum_argument, refuse, warmup_argument


@SCHEDULES.register("step")
class Step(Warmed):
    """Times ``gamma`` every ``size`` epochs. Equal to PyTorch's ``StepLR``."""

    also_called = ("StepLR", "step_lr", "step_decay", "staircase")
    examples = ("step(30)", "step(2, gamma = 0.97, warmup = 3)")

    size: int = arg(Int(1), "epochs between two steps")
    gamma: float = gamma_argument("factor of each step", 0.1)
    warmup: float = warmup_argument()

    def last_change(self) -> tuple[str, float, str]:
        return "size", self.size, "first changes the rate after {}"

    def after(self, at: Moment) -> float:
        return float(self.gamma ** (at.epoch // self.size))


@SCHEDULES.register("multi_step")
class MultiStep(Warmed):
    """Times ``gamma`` after as many epochs as each of the ``milestones`` says. Equal to PyTorch's ``MultiStepLR``.

    He et al. 2016 train their networks so.
    """

    also_called = ("MultiStepLR", "multistep", "PiecewiseConstantDecay", "piecewise_constant")
    examples = ("multi_step([30, 60, 80])", "multi_step([80, 120], gamma = 0.2, warmup = 1)")

    milestones: tuple[int, ...] = arg(ListOf(Int(1)), "epochs gone by at each step, in rising order")
    gamma: float = gamma_argument("factor of each step", 0.1)
    warmup: float = warmup_argument()

    def __post_init__(self) -> None:
        if not self.milestones:
            refuse("multi_step", "there is no milestone", "milestones")
        for before, after in zip(self.milestones, self.milestones[1:], strict=False):
            if before >= after:
                problem = f"milestones must rise, and {after} comes after {before}"
                refuse("multi_step", problem, "milestones")

    def last_change(self) -> tuple[str, float, str]:
        return "milestones", self.milestones[-1], "changes the rate after {}"

    def after(self, at: Moment) -> float:
        return float(self.gamma ** bisect_right(self.milestones, at.epoch))


@SCHEDULES.register("exponential")
class Exponential(Warmed):
    """Times ``gamma`` after each epoch. Equal to PyTorch's ``ExponentialLR``."""

    also_called = ("ExponentialLR", "ExponentialDecay", "exponential_decay")
    examples = ("exponential(0.95)",)

    gamma: float = gamma_argument("factor of each epoch")
    warmup: float = warmup_argument()

    def after(self, at: Moment) -> float:
        return float(self.gamma**at.epoch)


@SCHEDULES.register("plateau")
class Plateau(Warmed):
    """Times ``gamma`` once the validation loss has not got better for more than ``patience`` epochs.

    Better is below ``(1 - threshold)`` times the best so far. After a change, ``cooldown`` epochs are not counted as worse.
    Equal to PyTorch's ``ReduceLROnPlateau``, with ``minimum`` as a share of ``lr``. Where there is no validation, the
    training loss counts.
    """

    also_called = ("ReduceLROnPlateau", "reduce_on_plateau", "PlateauLRScheduler")
    examples = ("plateau", "plateau(gamma = 0.5, patience = 3, cooldown = 1, minimum = 0.001)")

    gamma: float = arg(Float(above=0, below=1), "factor of each change", 0.1)
    patience: int = arg(Int(0), "epochs that may be no better before the rate changes", 10)
    threshold: float = arg(Float(0, below=1), "share of the best loss by which a better one is lower", 1e-4)
    cooldown: int = arg(Int(0), "epochs after a change that are not counted", 0)
    minimum: float = minimum_argument("factor below which it does not go")
    warmup: float = warmup_argument()

    def last_change(self) -> tuple[str, float, str]:
        # The first epoch is the best so far, and one more than the patience must be worse.
        return "patience", self.patience + 2, "changes the rate after {} at the earliest"

    def after(self, at: Moment) -> float:
        factor, best, worse, resting = 1.0, inf, 0, 0
        for loss in at.losses:
            better = loss < best * (1 - self.threshold)
            best = loss if better else best
            worse = 0 if better or resting else worse + 1
            resting = max(0, resting - 1)
            if worse > self.patience:
                factor, worse, resting = max(factor * self.gamma, self.minimum), 0, self.cooldown
        return factor
