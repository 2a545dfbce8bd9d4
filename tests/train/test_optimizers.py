"""Optimizers give PyTorch's numbers, or those of the papers."""

from __future__ import annotations

from typing import Any

import numpy as np
import optimizer_formulas as papers
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from optimizing import Driver, realized, tensor

from cnnspec.ir.op import Role
from cnnspec.train import optimizers  # noqa: F401
from cnnspec.train.registries import OPTIMIZERS

STEPS = 12
RATES = [0.02 * (1 + np.cos(3 * step)) + 0.001 for step in range(STEPS)]
# Nothing is shrunk: each shape is compiled, which takes minutes in all.
few = settings(deadline=None, max_examples=8, phases=[Phase.explicit, Phase.generate])
SHAPES = st.sampled_from([(1,), (7,), (4, 5), (8, 3, 3, 3), (5, 1, 3, 2)])
MATRICES = st.sampled_from([(1, 1), (4, 5), (9, 4), (6, 6)])
SEEDS = st.integers(0, 2**31)
DECAYS = st.sampled_from([0.0, 0.01, 0.1])
MOMENTA = st.sampled_from([0.0, 0.5, 0.9])
BETAS = st.sampled_from([(0.9, 0.999), (0.8, 0.99), (0.0, 0.5)])


def drawn(shape: tuple[int, ...], seed: int) -> tuple[np.ndarray, np.ndarray]:
    """A parameter, and its gradients for all steps, of very unequal sizes."""
    random = np.random.RandomState(seed)
    gradients = random.standard_normal((STEPS, *shape)) * 10.0 ** random.uniform(-3, 2, (STEPS, *shape))
    return random.standard_normal(shape).astype(np.float32), gradients.astype(np.float32)


def ours(name: str, weight: np.ndarray, gradients: np.ndarray, role: Role = "weight", **values: Any) -> Any:
    return Driver(OPTIMIZERS.make(name, **values), weight, role).run(gradients, RATES)


def theirs(name: str, weight: np.ndarray, gradients: np.ndarray, **values: Any) -> Any:
    torch = pytest.importorskip("torch")
    if not hasattr(torch.optim, name):
        pytest.skip(f"this PyTorch has no {name}")
    parameter = torch.tensor(weight.copy(), requires_grad=True)
    optimizer = getattr(torch.optim, name)([parameter], lr=1.0, **values)
    for gradient, rate in zip(gradients, RATES, strict=True):
        optimizer.param_groups[0]["lr"] = rate
        parameter.grad = torch.tensor(gradient)
        optimizer.step()
    return parameter.detach().numpy()


def same(found: np.ndarray, expected: np.ndarray, **tolerance: float) -> None:
    np.testing.assert_allclose(found, expected, **{"rtol": 1e-5, "atol": 2e-6} | tolerance)


# PyTorch


@few
@given(SHAPES, SEEDS, MOMENTA, st.booleans(), DECAYS)
def test_sgd_is_torchs(
    shape: tuple[int, ...], seed: int, momentum: float, nesterov: bool, decay: float
) -> None:
    values = {"momentum": momentum, "nesterov": nesterov and momentum > 0, "weight_decay": decay}
    case = drawn(shape, seed)
    same(ours("sgd", *case, **values), theirs("SGD", *case, **values), atol=1e-5)


@few
@given(SHAPES, SEEDS, BETAS, st.sampled_from([1e-8, 1e-4]), DECAYS)
def test_adam_is_torchs(
    shape: tuple[int, ...], seed: int, betas: tuple[float, float], eps: float, decay: float
) -> None:
    values, case = {"betas": betas, "eps": eps, "weight_decay": decay}, drawn(shape, seed)
    same(ours("adam", *case, **values), theirs("Adam", *case, **values))


@few
@given(SHAPES, SEEDS, BETAS, st.sampled_from([1e-8, 1e-4]), DECAYS)
def test_adamw_is_torchs(
    shape: tuple[int, ...], seed: int, betas: tuple[float, float], eps: float, decay: float
) -> None:
    values, case = {"betas": betas, "eps": eps, "weight_decay": decay}, drawn(shape, seed)
    same(ours("adamw", *case, **values), theirs("AdamW", *case, **values))


@few
@given(MATRICES, SEEDS, st.sampled_from([0.5, 0.95]), st.booleans(), DECAYS, st.integers(1, 6), st.booleans())
def test_muon_is_torchs(
    shape: tuple[int, ...],
    seed: int,
    momentum: float,
    nesterov: bool,
    decay: float,
    ns_steps: int,
    matched: bool,
) -> None:
    torch, adjust = pytest.importorskip("torch"), "match_rms_adamw" if matched else "original"
    values = {"momentum": momentum, "nesterov": nesterov, "weight_decay": decay, "ns_steps": ns_steps}
    case = drawn(shape, seed)
    found = ours("muon", *case, **values, adjust_lr=adjust)
    # Theirs iterates in bfloat16: once as it is, with that much between them, and once in float32.
    rounded = theirs("Muon", *case, **values, adjust_lr_fn=adjust)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch.Tensor, "bfloat16", torch.Tensor.clone)
        same(found, theirs("Muon", *case, **values, adjust_lr_fn=adjust), atol=1e-5)
    assert np.abs(found - rounded).max() < 0.1 * sum(RATES) * max(1, shape[0] / shape[1]) ** 0.5


@pytest.mark.parametrize(
    ("name", "torchs"), [("sgd", "SGD"), ("adam", "Adam"), ("adamw", "AdamW"), ("muon", "Muon")]
)
def test_defaults_are_torchs(name: str, torchs: str) -> None:
    torch = pytest.importorskip("torch")
    if not hasattr(torch.optim, torchs):
        pytest.skip(f"this PyTorch has no {torchs}")
    defaults = getattr(torch.optim, torchs)([torch.zeros(2, 2, requires_grad=True)]).defaults
    made = OPTIMIZERS.make(name)
    shared = [key for key in defaults if hasattr(made, key)]
    assert {"lr", "weight_decay"} <= {*shared}
    expected = {key: 0.01 if (name, key) == ("sgd", "lr") else defaults[key] for key in shared}
    assert {key: getattr(made, key) for key in shared} == expected


# The papers


def paper(function: Any, weight: np.ndarray, gradients: np.ndarray, **values: Any) -> np.ndarray:
    found: np.ndarray = function(weight.astype(np.float64), gradients.astype(np.float64), RATES, **values)
    return found


@pytest.mark.parametrize("role", ["weight", "bias", "norm"])
@few
@given(SHAPES, SEEDS, MOMENTA, st.sampled_from([0.001, 0.1]), DECAYS)
def test_lars_is_the_papers(
    role: Role, shape: tuple[int, ...], seed: int, momentum: float, trust: float, decay: float
) -> None:
    case = drawn(shape, seed)
    found = ours("lars", *case, role, momentum=momentum, trust_coefficient=trust, weight_decay=decay)
    values = {"momentum": momentum, "trust": trust, "decay": decay, "scaled": role == "weight"}
    same(found, paper(papers.lars, *case, **values), atol=1e-5)


@pytest.mark.parametrize("role", ["weight", "bias", "norm"])
@few
@given(SHAPES, SEEDS, BETAS, DECAYS)
def test_lamb_is_the_papers(
    role: Role, shape: tuple[int, ...], seed: int, betas: tuple[float, float], decay: float
) -> None:
    case = drawn(shape, seed)
    found = ours("lamb", *case, role, betas=betas, weight_decay=decay)
    values = {"betas": betas, "eps": 1e-6, "decay": decay, "scaled": role == "weight"}
    same(found, paper(papers.lamb, *case, **values), atol=1e-5)


@few
@given(st.sampled_from([(4, 2, 3, 3), (24, 2, 3, 3), (6, 1, 2, 2), (5, 7)]), SEEDS, st.booleans(), DECAYS)
def test_muon_of_kernels_is_the_papers(
    shape: tuple[int, ...], seed: int, matched: bool, decay: float
) -> None:
    weight, gradients = drawn(shape, seed)
    adjust = "match_rms_adamw" if matched else "original"
    found = ours("muon", weight, gradients, weight_decay=decay, adjust_lr=adjust)
    values = {"momentum": 0.95, "nesterov": True, "decay": decay, "matched": matched}
    same(found, paper(papers.muon, weight, gradients, **values), atol=1e-4)


@pytest.mark.parametrize("role", ["bias", "norm"])
def test_muon_leaves_biases_and_norms_to_adamw(role: Role) -> None:
    weight, gradients = drawn((7,), 3)
    betas = (0.8, 0.99)
    values = {"other_betas": betas, "other_eps": 1e-6, "weight_decay": 0.1}
    found = ours("muon", weight, gradients, role, lr=0.02, other_lr=0.005, **values)
    # The rates are those of weights; the others' are as many times smaller as 'other_lr' is.
    adamw = papers.adamw(weight, gradients, [rate / 4 for rate in RATES], betas, 1e-6, 0.1)
    same(found, adamw)


def test_newton_and_schulz_make_orthogonal() -> None:
    from cnnspec.train.optimizers.muon import orthogonal

    matrix = np.random.RandomState(1).standard_normal((12, 40))
    values = np.linalg.svd(orthogonal(tensor(matrix), 5).numpy(), compute_uv=False)
    assert values.min() > 0.65 and values.max() < 1.25


# What follows from roles, and from long runs


@pytest.mark.parametrize("name", OPTIMIZERS.entries)
def test_decay_can_act_on_weights_alone(name: str) -> None:
    made = OPTIMIZERS.make(name, weight_decay=0.5)
    spared = OPTIMIZERS.make(name, weight_decay=0.5, decays="weights")
    roles: tuple[Role, ...] = ("weight", "bias", "norm")
    assert [made.decay(role) for role in roles] == [0.5, 0.5, 0.5]
    assert [spared.decay(role) for role in roles] == [0.5, 0, 0]
    weight, gradients = np.ones(4, np.float32), np.zeros((STEPS, 4), np.float32)
    assert (ours(name, weight, gradients, "bias", weight_decay=0.5, decays="weights") == 1).all()
    assert (ours(name, weight, gradients, "bias", weight_decay=0.5) < 1).all()


def test_means_are_corrected_after_many_steps() -> None:
    made = OPTIMIZERS.make("adam")
    shared: dict[str, Any] = {name: tensor([value]) for name, value in made.shared().items()}
    for step in range(1, 401):
        shared = realized(made.advanced(shared))
        if step in (1, 2, 10, 400):
            found = [float(shared[name].item()) for name in ("bias_correction1", "bias_correction2")]
            assert found == pytest.approx([1 - 0.9**step, 1 - 0.999**step], rel=2e-5)


@pytest.mark.parametrize("name", ["lars", "lamb", "muon"])
def test_weights_can_leave_zero(name: str) -> None:
    _, gradients = drawn((3, 4), 5)
    assert np.abs(ours(name, np.zeros((3, 4), np.float32), gradients)).min() > 0
