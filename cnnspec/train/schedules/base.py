"""What schedules have in common: the rise at the start, and how much of training is gone by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from ...ir import BadValue, Float, OpError, arg
from ..registries import Moment, Schedule


class Named(Schedule):
    """A schedule. ``also_called`` are other tools' names for it, ``examples`` calls of it."""

    also_called: ClassVar[tuple[str, ...]] = ()
    examples: ClassVar[tuple[str, ...]] = ()


class Warmed(Named):
    """A schedule that rises linearly from 0 over ``warmup`` epochs, step by step (Goyal et al. 2017, section 2.2).

    What a class says in ``after`` is multiplied by the rise.
    """

    if TYPE_CHECKING:
        # Declared by each schedule, in its own place among its arguments.
        warmup: float

    def rising(self, epochs: int) -> tuple[str, float]:
        return "warmup", self.warmup

    def factor(self, at: Moment) -> float:
        rise = at.progress / self.warmup if at.progress < self.warmup else 1.0
        return rise * self.after(at)

    def after(self, at: Moment) -> float:
        """The factor without the rise."""
        raise NotImplementedError

    def since(self, at: Moment) -> float:
        """Epochs since the rise; 0 within it."""
        return max(0.0, at.progress - self.warmup)

    def gone(self, at: Moment) -> float:
        """The share of what comes after the rise that is over, 0 to 1."""
        return min(1.0, self.since(at) / max(at.epochs - self.warmup, 1e-9))


def warmup_argument() -> Any:
    """The field ``warmup``."""
    return arg(Float(minimum=0), "epochs of linear rise at the start", 0.0)


def minimum_argument(doc: str = "factor at the end") -> Any:
    """The field ``minimum``: a share of ``lr``."""
    return arg(Float(0, 1), doc, 0.0)


def gamma_argument(doc: str, *default: float) -> Any:
    """The field ``gamma``: what the factor is multiplied by, above 0 and at most 1."""
    return arg(Float(above=0, maximum=1), doc, *default)


def refuse(call: str, problem: str, argument: str) -> NoReturn:
    """Raise ``OpError``: ``argument`` has a value that makes no sense."""
    raise OpError(BadValue(call=call, problem=problem), argument)
