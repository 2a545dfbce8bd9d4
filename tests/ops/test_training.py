"""Random layers: what they draw, what they do with it, and that they rest outside training."""

from __future__ import annotations

import numpy as np
import pytest

from .build import layer
from .running import PlainRun, batch, cotangent, forward, running_gradient

CASES = [
    ("dropout(0.3)", ((3, 4, 5),), (64, 3, 4, 5)),
    ("dropout(0.3)", ((50,),), (64, 50)),
    ("stochastic_depth(0.3)", ((3, 2, 2),), (64, 1, 1, 1)),
    ("stochastic_depth(0.3)", ((6,),), (64, 1)),
    ("stochastic_depth(0.3, mode = batch)", ((3, 2, 2),), (1, 1, 1, 1)),
]


@pytest.mark.parametrize(("text", "shapes", "drawn"), CASES)
def test_survivors_are_scaled_and_the_rest_is_zero(text: str, shapes: tuple, drawn: tuple[int, ...]) -> None:
    op = layer(text)
    inputs = batch(op, shapes, 64)
    run = PlainRun(training=True)
    output, gradient = running_gradient(op, inputs, run)
    (draws,) = run.draws
    assert draws.shape == drawn
    factor = np.where(draws >= 0.3, 1 / 0.7, 0.0)
    np.testing.assert_allclose(output, inputs[0] * factor, rtol=1e-6)
    np.testing.assert_allclose(gradient, cotangent(output.shape) * factor, rtol=1e-6)


@pytest.mark.parametrize("text", ["dropout(0)", "stochastic_depth(0)"])
def test_nothing_is_drawn_where_nothing_can_be_dropped(text: str) -> None:
    op = layer(text)
    inputs = batch(op, ((4,),))
    run = PlainRun(training=True)
    np.testing.assert_array_equal(forward(op, inputs, {}, run), inputs[0])
    assert not run.draws
