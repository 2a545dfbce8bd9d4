"""Muon: the mean of gradients made orthogonal."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ...ir import Choice, Float, Int, arg
from ...ir.op import Role
from ..registries import OPTIMIZERS, Change
from .base import (
    DECOUPLED,
    MOMENTUM,
    Method,
    betas_argument,
    decay_argument,
    decays_argument,
    momentum_argument,
    nesterov_argument,
    norm,
    rate_argument,
    shrunk,
)
from .moments import AdamW

COEFFICIENTS = (3.4445, -4.7750, 2.0315)
_EPS = 1e-7


@OPTIMIZERS.register("muon")
class Muon(Method):
    """Momentum whose step is replaced by a nearly orthogonal matrix, so that it is about as long in all directions:

    ``v = momentum v + (1 - momentum) g``, ``w = w - lr weight_decay w - lr a O``

    where O is v, with ``nesterov`` ``(1 - momentum) g + momentum v``, after ``ns_steps`` of an iteration by Newton and
    Schulz that brings singular values near 1 (Jordan et al. 2024). A kernel (O, I, kh, kw) is taken as a matrix of O rows
    and I kh kw columns. a is ``sqrt(max(1, rows / columns))``; with ``adjust_lr = match_rms_adamw`` it is
    ``0.2 sqrt(max(rows, columns))``, so that rates found for ``adamw`` fit (Liu et al. 2025, section 2.2). Equal to
    PyTorch's ``Muon``, but that the iteration is in float32, not bfloat16.

    Biases and parameters of norms are changed by ``adamw``, with ``other_lr`` and so on. All weights are changed by Muon,
    the last layer's too, which its author leaves to AdamW. An update takes three products of matrices for each of
    ``ns_steps`` and each weight tensor.
    """

    also_called = ("MuonWithAuxAdam", "SingleDeviceMuonWithAuxAdam")
    examples = (
        "muon(lr = 0.02, weight_decay = 0.01)",
        "muon(adjust_lr = match_rms_adamw, other_lr = 3e-4)",
    )

    lr: float = rate_argument(0.001)
    momentum: float = momentum_argument(0.95)
    nesterov: bool = nesterov_argument(True)
    ns_steps: int = arg(Int(1, 99), "steps of Newton and Schulz's iteration", 5)
    adjust_lr: str = arg(
        Choice("original", "match_rms_adamw"), "how the rate follows from the shape of a weight", "original"
    )
    other_lr: float = arg(
        Float(above=0), "learning rate of biases and norms, before the schedule's factor", 0.001
    )
    other_betas: tuple[float, float] = betas_argument()
    other_eps: float = arg(Float(above=0), "added to the divisor, for biases and norms", 1e-8)
    weight_decay: float = decay_argument(DECOUPLED, 0.1)
    decays: str = decays_argument()

    @property
    def other(self) -> AdamW:
        """What changes all but weights."""
        return AdamW(
            lr=self.other_lr,
            betas=self.other_betas,
            eps=self.other_eps,
            weight_decay=self.weight_decay,
            decays=self.decays,
        )

    def slots(self, role: Role) -> tuple[str, ...]:
        return (MOMENTUM,) if role == "weight" else self.other.slots(role)

    def shared(self) -> dict[str, float]:
        return self.other.shared()

    def advanced(self, shared: Mapping[str, Any]) -> dict[str, Any]:
        return self.other.advanced(shared)

    def change(self, change: Change) -> tuple[Any, dict[str, Any]]:
        if change.role != "weight":
            return self.other.change(replace(change, rate=change.rate * (self.other_lr / self.lr)))
        gradient = change.gradient
        mean = self.momentum * change.state[MOMENTUM] + (1 - self.momentum) * gradient
        ahead = (1 - self.momentum) * gradient + self.momentum * mean if self.nesterov else mean
        matrix = ahead.reshape(ahead.shape[0], -1)
        step = orthogonal(matrix, self.ns_steps).reshape(ahead.shape)
        return shrunk(change) - step * (change.rate * self._adjustment(*matrix.shape)), {MOMENTUM: mean}

    def _adjustment(self, rows: int, columns: int) -> float:
        if self.adjust_lr == "original":
            return math.sqrt(max(1, rows / columns))
        return 0.2 * math.sqrt(max(rows, columns))


def orthogonal(matrix: Any, steps: int) -> Any:
    """A matrix with singular values near 1 and the singular vectors of ``matrix``; zero where that is zero.

    Newton and Schulz's iteration of fifth order, ``X = a X + (b A + c A A) X`` with ``A = X X^T``; Jordan et al. 2024.
    """
    a, b, c = COEFFICIENTS
    tall = matrix.shape[0] > matrix.shape[1]
    x = matrix.T if tall else matrix
    x = (x / norm(x).maximum(_EPS)).contiguous()
    # Each product is computed once: as part of the next one, it would be computed for each of its rows.
    for _ in range(steps):
        gram = (x @ x.T).contiguous()
        x = (a * x + (b * gram + c * (gram @ gram)).contiguous() @ x).contiguous()
    return x.T if tall else x
