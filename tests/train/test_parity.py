"""Losses and optimizers give PyTorch's numbers."""

from __future__ import annotations

import numpy as np
import pytest

from cnnspec.ir import OpError
from cnnspec.train import losses, metrics, optimizers  # noqa: F401
from cnnspec.train.registries import LOSSES, METRICS, OPTIMIZERS

OURS_AND_TORCH = [
    ("sgd", {"lr": 0.1}, "SGD", {"lr": 0.1}),
    (
        "sgd",
        {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.01},
        "SGD",
        {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.01},
    ),
    (
        "sgd",
        {"lr": 0.05, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01},
        "SGD",
        {"lr": 0.05, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01},
    ),
    ("adam", {"lr": 0.01}, "Adam", {"lr": 0.01}),
    (
        "adam",
        {"lr": 0.01, "betas": (0.8, 0.99), "eps": 1e-6, "weight_decay": 0.1},
        "Adam",
        {"lr": 0.01, "betas": (0.8, 0.99), "eps": 1e-6, "weight_decay": 0.1},
    ),
    ("adamw", {"lr": 0.01, "weight_decay": 0.1}, "AdamW", {"lr": 0.01, "weight_decay": 0.1}),
]


@pytest.mark.parametrize(("name", "values", "torch_name", "torch_values"), OURS_AND_TORCH)
def test_optimizer(name: str, values: dict, torch_name: str, torch_values: dict) -> None:
    torch = pytest.importorskip("torch")
    from tinygrad import Context, Tensor

    random = np.random.RandomState(0)
    start = random.randn(4, 5).astype(np.float32)
    inputs = random.randn(5, 8, 4).astype(np.float32)
    theirs = torch.tensor(start, requires_grad=True)
    their_optimizer = getattr(torch.optim, torch_name)([theirs], **torch_values)
    ours = Tensor(start.copy()).contiguous().realize()
    our_optimizer = OPTIMIZERS.make(name, **values).build([ours])
    for x in inputs:
        their_optimizer.zero_grad()
        (torch.tensor(x) @ theirs).square().mean().backward()
        their_optimizer.step()
        our_optimizer.zero_grad()
        (Tensor(x) @ ours).square().mean().backward()
        with Context(TRAINING=1):
            our_optimizer.step()
    np.testing.assert_allclose(ours.numpy(), theirs.detach().numpy(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("weights", [None, (0.5, 2.0, 1.0, 0.0, 3.0)])
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_cross_entropy(smoothing: float, weights: tuple[float, ...] | None) -> None:
    torch = pytest.importorskip("torch")
    from tinygrad import Tensor

    random = np.random.RandomState(0)
    outputs = (random.randn(6, 5) * 4).astype(np.float32)
    labels = random.randint(0, 5, 6)
    theirs = torch.tensor(outputs, requires_grad=True)
    given = None if weights is None else torch.tensor(weights)
    loss = torch.nn.CrossEntropyLoss(given, label_smoothing=smoothing)(theirs, torch.tensor(labels))
    loss.backward()
    ours = Tensor(outputs.copy()).realize()
    made = LOSSES.make("cross_entropy", label_smoothing=smoothing, class_weights=weights or "equal")
    our_loss = made(ours, Tensor(labels.astype(np.int32)))
    (gradient,) = our_loss.gradient(ours)
    assert our_loss.item() == pytest.approx(loss.item(), rel=1e-6)
    np.testing.assert_allclose(gradient.numpy(), theirs.grad.numpy(), atol=1e-6)


def test_balanced_weights_are_scikit_learns() -> None:
    from sklearn.utils.class_weight import compute_class_weight

    from cnnspec.train.data import Targets

    labels = np.array([0] * 7 + [1] * 2 + [3] * 5)
    fitted = LOSSES.make("cross_entropy", class_weights="balanced").fitted(Targets(classes=labels), 5)
    expected = compute_class_weight("balanced", classes=np.array([0, 1, 3]), y=labels)
    assert fitted.class_weights == pytest.approx((expected[0], expected[1], 0, expected[2], 0))


def test_cross_entropy_takes_vectors_only() -> None:
    with pytest.raises(OpError, match="vector of class scores"):
        LOSSES.make("cross_entropy").check((8, 4, 4))


def test_nesterov_needs_momentum() -> None:
    with pytest.raises(OpError, match="momentum"):
        OPTIMIZERS.make("sgd", nesterov=True)


def test_accuracy() -> None:
    outputs = np.array([[1, 2, 0], [3, 1, 2], [0, 0, 1], [1, 0, 0]], np.float32)
    assert METRICS.make("accuracy").compute(outputs, np.array([1, 0, 0, 0])) == 0.75
