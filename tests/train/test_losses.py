"""Losses and their gradients are PyTorch's and the formulas', also where float32 runs out."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from loss_formulas import by_formula, by_torch

from cnnspec.train import losses as _registered  # noqa: F401
from cnnspec.train.registries import LOSSES, Loss

Case = tuple[str, str, dict[str, Any]]
"""The name of a loss, what it learns, and its arguments."""

SHAPES = [(1, 2), (7, 5)]
CASES: list[Case] = [
    ("cross_entropy", "classes", {}),
    ("cross_entropy", "classes", {"label_smoothing": 0.1}),
    ("cross_entropy", "classes", {"class_weights": (0.5, 2.0, 1.0, 0.0, 3.0)}),
    ("cross_entropy", "classes", {"class_weights": (0.5, 2.0, 1.0, 0.0, 3.0), "label_smoothing": 0.3}),
    ("binary_cross_entropy", "labels", {}),
    ("binary_cross_entropy", "labels", {"positive_weight": 2.5}),
    (
        "binary_cross_entropy",
        "labels",
        {"positive_weight": (0.5, 2.0, 1.0, 9.0, 3.0), "label_smoothing": 0.2},
    ),
    ("focal", "classes", {}),
    ("focal", "classes", {"gamma": 0.0}),
    ("focal", "classes", {"gamma": 0.5}),
    ("focal", "labels", {"gamma": 5.0}),
    ("focal", "labels", {"gamma": 0.5, "alpha": 0.25}),
    ("mse", "numbers", {}),
    ("mae", "numbers", {}),
    ("huber", "numbers", {}),
    ("huber", "numbers", {"delta": 0.3}),
]
cases = pytest.mark.parametrize("case", CASES, ids=[f"{name}-{kind}-{said}" for name, kind, said in CASES])

few = settings(max_examples=20, deadline=None)


def made(name: str, arguments: Mapping[str, Any], columns: int) -> Loss:
    """A loss whose lists are cut to ``columns``."""
    return LOSSES.make(name, **{k: v[:columns] if isinstance(v, tuple) else v for k, v in arguments.items()})


@functools.cache
def captured(loss: Loss, outputs: tuple[int, ...], targets: tuple[int, ...]) -> Callable[..., Any]:
    """The loss and its gradient for these shapes as training runs them: captured once, then replayed."""
    from tinygrad import Tensor, TinyJit

    def both(outputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        value = loss(outputs, targets)
        assert value.shape == ()
        # Together: of a realized value tinygrad gives gradients of 0.
        gradient = value.gradient(outputs)[0]
        Tensor.realize(value, gradient)
        return value, gradient

    return TinyJit(both)


def computed(loss: Loss, outputs: np.ndarray, targets: np.ndarray) -> tuple[float, np.ndarray]:
    from tinygrad import Tensor

    run = captured(loss, outputs.shape, targets.shape)
    value, gradient = run(Tensor(outputs.copy()).realize(), Tensor(targets.copy()).realize())
    return value.item(), gradient.numpy()


def same(ours: tuple[float, np.ndarray], value: float, gradient: np.ndarray) -> None:
    """Equal within 1e-5 of the larger of what is compared, and of what a single output far off would give."""
    assert ours[0] == pytest.approx(value, rel=1e-5, abs=1e-6)
    scale = max(float(np.abs(gradient).max()), 1 / gradient.size)
    np.testing.assert_allclose(ours[1], gradient, rtol=0, atol=1e-5 * scale)


MODERATE = st.floats(-30, 30, width=32)
SIZES = [0.0, 1e-30, 1.0, 16.7, 20.0, 90.0, 104.0, 1e4, 1e30]
ANY_SIZE = st.sampled_from([*SIZES, *(-size for size in SIZES)])


@st.composite
def drawn(draw: Callable[..., Any], case: Case, scores: Any) -> tuple[Loss, np.ndarray, np.ndarray]:
    """A loss, outputs, and targets of which some weigh something and some equal the output."""
    name, kind, arguments = case
    shape = draw(st.sampled_from(SHAPES))
    loss, outputs = made(name, arguments, shape[1]), draw(arrays(np.float32, shape, elements=scores))
    if kind == "classes":
        targets = draw(arrays(np.int32, shape[0], elements=st.integers(0, shape[1] - 1)))
        assume(np.array(arguments.get("class_weights", [1] * shape[1]))[targets].any())
    elif kind == "labels":
        targets = draw(arrays(np.float32, shape, elements=st.sampled_from([0.0, 1.0])))
    else:
        targets = draw(arrays(np.float32, shape, elements=MODERATE))
        targets = np.where(draw(arrays(np.bool_, shape)), outputs, targets)
    return loss, outputs, targets


@cases
@given(st.data())
@few
def test_it_is_the_formula(case: Case, data: st.DataObject) -> None:
    loss, outputs, targets = data.draw(drawn(case, MODERATE))
    same(computed(loss, outputs, targets), *by_formula(case, outputs, targets))


@cases
@given(st.data())
@few
def test_it_is_the_formula_for_scores_of_any_size(case: Case, data: st.DataObject) -> None:
    loss, outputs, targets = data.draw(drawn(case, ANY_SIZE))
    value, gradient = by_formula(case, outputs, targets)
    ours = computed(loss, outputs, targets)
    assert np.isfinite(ours[1]).all()
    assert np.isfinite(ours[0]) or (case[0] == "mse" and value > 1e38)
    same(ours, value if value < 1e38 else np.inf, gradient)


@cases
@given(st.data())
@few
def test_it_is_pytorchs(case: Case, data: st.DataObject) -> None:
    loss, outputs, targets = data.draw(drawn(case, MODERATE))
    same(computed(loss, outputs, targets), *by_torch(case, outputs, targets))


@given(st.data())
@few
def test_smooth_l1_is_huber_of_delta_1(data: st.DataObject) -> None:
    torch = pytest.importorskip("torch")
    loss, outputs, targets = data.draw(drawn(("huber", "numbers", {}), MODERATE))
    expected = torch.nn.SmoothL1Loss()(torch.tensor(outputs), torch.tensor(targets))
    assert computed(loss, outputs, targets)[0] == pytest.approx(expected.item(), rel=1e-5, abs=1e-6)


def test_errors_of_0_pull_nowhere() -> None:
    zeros = np.zeros((7, 5), np.float32)
    for name in ("mse", "mae", "huber"):
        value, gradient = computed(LOSSES.make(name), zeros + 3, zeros + 3)
        assert value == 0 and not gradient.any()


def test_scores_of_0_pull_to_both_sides_alike() -> None:
    """As a last layer gives them that begins at zero."""
    zeros, yes = np.zeros((7, 5), np.float32), np.ones((7, 5), np.float32)
    for loss in (LOSSES.make("binary_cross_entropy"), LOSSES.make("focal", gamma=0.0)):
        same(computed(loss, zeros, yes), np.log(2), np.full((7, 5), -0.5 / 35))
        same(computed(loss, zeros, zeros), np.log(2), np.full((7, 5), 0.5 / 35))


def test_images_that_weigh_nothing_give_a_loss_of_0() -> None:
    loss = LOSSES.make("cross_entropy", class_weights=(1.0, 0.0, 1.0, 1.0, 1.0))
    value, gradient = computed(loss, np.eye(7, 5, dtype=np.float32), np.ones(7, np.int32))
    assert value == 0 and not gradient.any()
