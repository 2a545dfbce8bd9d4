"""What losses and their gradients are, in float64: by formulas in NumPy, and by PyTorch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from scipy.special import expit

Answer = tuple[float, np.ndarray]
Case = tuple[str, str, dict[str, Any]]


def softplus(x: np.ndarray) -> np.ndarray:
    return np.logaddexp(0, x)


def log_softmax(x: np.ndarray) -> np.ndarray:
    shifted = x - x.max(1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(1, keepdims=True))


def cross_entropy(x: np.ndarray, t: np.ndarray, said: Mapping[str, Any]) -> Answer:
    smoothing, columns = said.get("label_smoothing", 0.0), x.shape[1]
    weights = np.array(said.get("class_weights", (1.0,) * columns))[:columns]
    wanted = (np.eye(columns)[t] * (1 - smoothing) + smoothing / columns) * weights / weights[t].sum()
    logs = log_softmax(x)
    return float(-(wanted * logs).sum()), np.exp(logs) * wanted.sum(1, keepdims=True) - wanted


def binary_cross_entropy(x: np.ndarray, t: np.ndarray, said: Mapping[str, Any]) -> Answer:
    weight = np.array(said.get("positive_weight", 1.0))
    weight = weight[: x.shape[1]] if weight.ndim else weight
    smoothing = said.get("label_smoothing", 0.0)
    no = np.where(t == 1, smoothing / 2, 1 - smoothing / 2)
    yes = (1 - no) * weight
    return float((yes * softplus(-x) + no * softplus(x)).mean()), (no * expit(x) - yes * expit(-x)) / x.size


def focal(x: np.ndarray, t: np.ndarray, said: Mapping[str, Any]) -> Answer:
    gamma = said.get("gamma", 2.0)
    if t.ndim == 1:
        true = np.eye(x.shape[1])[t] == 1
        others = log_softmax(np.where(true, -np.inf, x))
        highest = np.where(true, -np.inf, x).max(1)
        lead = (x[true] - highest) - np.log(
            np.where(true, 0, np.exp(np.minimum(0, x - highest[:, None]))).sum(1)
        )
        value, slope = focused(lead, gamma)
        return float(value.mean()), np.where(true, 1, -np.exp(others)) * slope[:, None] / len(t)
    sign, alpha = t * 2 - 1, said.get("alpha")
    shares = np.ones(x.shape) if alpha is None else np.where(t == 1, alpha, 1 - alpha)
    value, slope = focused(x * sign, gamma)
    return float((shares * value).mean()), shares * slope * sign / x.size


def focused(z: np.ndarray, gamma: float) -> tuple[np.ndarray, np.ndarray]:
    """(1 - p)^gamma * -log(p) for p = sigmoid(z), and its derivative by z."""
    rest = expit(-z) ** gamma
    return rest * softplus(-z), -rest * (gamma * expit(z) * softplus(-z) + expit(-z))


def mse(x: np.ndarray, t: np.ndarray, said: Mapping[str, Any]) -> Answer:
    return float(((x - t) ** 2).mean()), 2 * (x - t) / x.size


def mae(x: np.ndarray, t: np.ndarray, said: Mapping[str, Any]) -> Answer:
    return float(np.abs(x - t).mean()), np.sign(x - t) / x.size


def huber(x: np.ndarray, t: np.ndarray, said: Mapping[str, Any]) -> Answer:
    errors, delta = x - t, said.get("delta", 1.0)
    far = delta * (np.abs(errors) - delta / 2)
    value = np.where(np.abs(errors) <= delta, errors**2 / 2, far).mean()
    return float(value), np.clip(errors, -delta, delta) / x.size


FORMULAS = {f.__name__: f for f in (cross_entropy, binary_cross_entropy, focal, mse, mae, huber)}


def by_formula(case: Case, outputs: np.ndarray, targets: np.ndarray) -> Answer:
    name, _, arguments = case
    wide = targets if targets.ndim == 1 else targets.astype(np.float64)
    return FORMULAS[name](outputs.astype(np.float64), wide, arguments)


def theirs(name: str, x: Any, t: Any, said: Mapping[str, Any]) -> Any:
    import torch
    from torch import nn

    def cut(key: str) -> Any:
        value = said.get(key)
        return torch.tensor(value[: x.shape[1]]).double() if isinstance(value, tuple) else value

    smoothing = said.get("label_smoothing", 0.0)
    if name == "cross_entropy":
        return nn.CrossEntropyLoss(cut("class_weights"), label_smoothing=smoothing)(x, t)
    if name == "binary_cross_entropy":
        weight = cut("positive_weight")
        weight = torch.tensor(weight).double() if isinstance(weight, float) else weight
        return nn.BCEWithLogitsLoss(pos_weight=weight)(x, t * (1 - smoothing) + smoothing / 2)
    if name == "focal":
        return focal_of_torchvision(x, t, said.get("gamma", 2.0), said.get("alpha"))
    losses = {"mse": nn.MSELoss(), "mae": nn.L1Loss(), "huber": nn.HuberLoss(delta=said.get("delta", 1.0))}
    return losses[name](x, t)


def focal_of_torchvision(x: Any, t: Any, gamma: float, alpha: float | None) -> Any:
    """As ``torchvision.ops.sigmoid_focal_loss`` computes it; by softmax where targets are class numbers."""
    from torch.nn import functional

    if t.ndim == 1:
        losses = functional.cross_entropy(x, t, reduction="none")
        others = functional.softmax(x, 1).masked_fill(functional.one_hot(t, x.shape[1]).bool(), 0).sum(1)
        return (losses * others**gamma).mean()
    p, losses = x.sigmoid(), functional.binary_cross_entropy_with_logits(x, t, reduction="none")
    others = (-x).sigmoid() * t + p * (1 - t)
    losses = losses * others**gamma
    return (losses if alpha is None else (alpha * t + (1 - alpha) * (1 - t)) * losses).mean()


def by_torch(case: Case, outputs: np.ndarray, targets: np.ndarray) -> Answer:
    torch = pytest.importorskip("torch")
    name, _, arguments = case
    x = torch.tensor(outputs.astype(np.float64), requires_grad=True)
    t = torch.tensor(targets.astype(np.int64 if targets.ndim == 1 else np.float64))
    loss = theirs(name, x, t, arguments)
    loss.backward()
    return loss.item(), x.grad.numpy()
