"""Optimizers in NumPy and float64, written down from the papers: what tests compare with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

Arrays = Iterable[np.ndarray]


def length(values: np.ndarray) -> float:
    return float(np.sqrt((values**2).sum()))


def lars(
    w: np.ndarray,
    gradients: Arrays,
    rates: Sequence[float],
    momentum: float,
    trust: float,
    decay: float,
    scaled: bool,
) -> np.ndarray:
    """You et al. 2017, algorithm 1: SGD with LARS."""
    v = np.zeros_like(w)
    for g, rate in zip(gradients, rates, strict=True):
        local = trust * length(w) / (length(g) + decay * length(w)) if scaled else 1
        v = momentum * v + rate * local * (g + decay * w)
        w = w - v
    return w


def lamb(
    x: np.ndarray,
    gradients: Arrays,
    rates: Sequence[float],
    betas: tuple[float, float],
    eps: float,
    decay: float,
    scaled: bool,
) -> np.ndarray:
    """You et al. 2020, algorithm 2, with the identity as phi."""
    m, v = np.zeros_like(x), np.zeros_like(x)
    for t, (g, rate) in enumerate(zip(gradients, rates, strict=True), 1):
        m = betas[0] * m + (1 - betas[0]) * g
        v = betas[1] * v + (1 - betas[1]) * g**2
        r = (m / (1 - betas[0] ** t)) / (np.sqrt(v / (1 - betas[1] ** t)) + eps)
        step = r + decay * x
        x = x - rate * (length(x) / length(step) if scaled else 1) * step
    return x


def adamw(
    w: np.ndarray,
    gradients: Arrays,
    rates: Sequence[float],
    betas: tuple[float, float],
    eps: float,
    decay: float,
) -> np.ndarray:
    """Loshchilov and Hutter 2019, algorithm 2."""
    m, v = np.zeros_like(w), np.zeros_like(w)
    for t, (g, rate) in enumerate(zip(gradients, rates, strict=True), 1):
        m = betas[0] * m + (1 - betas[0]) * g
        v = betas[1] * v + (1 - betas[1]) * g**2
        w = w - rate * (m / (1 - betas[0] ** t) / (np.sqrt(v / (1 - betas[1] ** t)) + eps) + decay * w)
    return w


def muon(
    w: np.ndarray,
    gradients: Arrays,
    rates: Sequence[float],
    momentum: float,
    nesterov: bool,
    decay: float,
    matched: bool,
) -> np.ndarray:
    """Jordan et al. 2024 with the decay, and where ``matched`` the factor, of Liu et al. 2025; kernels as matrices."""
    mean = np.zeros_like(w)
    rows, columns = w.shape[0], w[0].size
    factor = 0.2 * max(rows, columns) ** 0.5 if matched else max(1, rows / columns) ** 0.5
    for g, rate in zip(gradients, rates, strict=True):
        mean = momentum * mean + (1 - momentum) * g
        step = momentum * mean + (1 - momentum) * g if nesterov else mean
        w = w - rate * decay * w - rate * factor * newton_schulz(step.reshape(rows, -1)).reshape(w.shape)
    return w


def newton_schulz(matrix: np.ndarray, steps: int = 5) -> np.ndarray:
    """The odd polynomial 3.4445 x - 4.7750 x³ + 2.0315 x⁵ of the singular values, again and again."""
    u, s, vt = np.linalg.svd(matrix / length(matrix), full_matrices=False)
    for _ in range(steps):
        s = 3.4445 * s - 4.7750 * s**3 + 2.0315 * s**5
    return (u * s) @ vt
