"""Optimizers give PyTorch's numbers."""

from __future__ import annotations

import numpy as np
import pytest

from cnnspec.ir import OpError
from cnnspec.train import optimizers  # noqa: F401
from cnnspec.train.registries import OPTIMIZERS

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


def test_nesterov_needs_momentum() -> None:
    with pytest.raises(OpError, match="momentum"):
        OPTIMIZERS.make("sgd", nesterov=True)
