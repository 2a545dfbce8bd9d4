"""The form of convolutions with channels last: the plain form's values and gradients, for whatever shapes there are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cnnspec.backends.tinygrad import lower
from cnnspec.backends.tinygrad.plan import PASSES, plan
from cnnspec.elaborate import Loader, elaborate, open_target
from cnnspec.source import Source

pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))


def results(
    form: Any, x: np.ndarray, w: np.ndarray, b: np.ndarray, g: np.ndarray, device: str
) -> list[np.ndarray]:
    """Output and the gradients to input, weight and bias."""
    from tinygrad import Tensor

    tensors = [Tensor(a, device=device).is_param_(True) for a in (x, w, b)]
    y = form(*tensors)
    grads = (y * Tensor(g, device=device)).sum().gradient(*tensors)
    Tensor.realize(y, *grads)
    return [t.numpy() for t in (y, *grads)]


def compare(
    shape: tuple[int, ...], outputs: int, kernel: Any, stride: Any, dilation: Any, sides: Any, cpu: str
) -> None:
    from cnnspec.backends.tinygrad.convolution import conv2d

    rng = np.random.default_rng(0)
    x = rng.normal(size=shape).astype(np.float32)
    w, b = rng.normal(size=(outputs, shape[1], *kernel)), rng.normal(size=outputs)
    left, right, top, bottom = sides
    height = (shape[2] + top + bottom - dilation[0] * (kernel[0] - 1) - 1) // stride[0] + 1
    width = (shape[3] + left + right - dilation[1] * (kernel[1] - 1) - 1) // stride[1] + 1
    g = rng.normal(size=(shape[0], outputs, height, width)).astype(np.float32)
    given_ = (x, w.astype(np.float32), b.astype(np.float32), g, cpu)
    ours = results(lambda x, w, b: conv2d(x, w, b, stride, dilation, sides), *given_)
    plain = results(lambda x, w, b: x.conv2d(w, b, 1, stride, dilation, sides), *given_)
    for mine, theirs in zip(ours, plain, strict=True):
        assert mine.shape == theirs.shape
        assert np.abs(mine - theirs).max() <= 1e-5 * max(np.abs(theirs).max(), 1e-3)


@pytest.mark.parametrize(
    ("shape", "outputs", "kernel", "stride", "dilation", "sides"),
    [
        ((2, 3, 7, 8), 4, (3, 3), (1, 1), (1, 1), (1, 1, 1, 1)),
        ((9, 2, 6, 6), 3, (1, 1), (2, 2), (1, 1), (0, 0, 0, 0)),
        ((16, 2, 8, 8), 3, (3, 3), (2, 2), (1, 1), (1, 1, 1, 1)),
        ((1, 3, 11, 9), 2, (5, 2), (3, 1), (1, 2), (2, 0, 3, 1)),
        ((2, 1, 5, 5), 1, (1, 3), (1, 1), (1, 1), (4, 4, 0, 0)),
    ],
)
def test_shapes(
    shape: Any, outputs: int, kernel: Any, stride: Any, dilation: Any, sides: Any, cpu: str
) -> None:
    compare(shape, outputs, kernel, stride, dilation, sides, cpu)


@pytest.mark.slow
@given(
    st.tuples(st.integers(1, 9), st.integers(1, 4), st.integers(1, 9), st.integers(1, 9)),
    st.integers(1, 5),
    *(pairs, pairs, st.tuples(st.integers(1, 2), st.integers(1, 2))),
    st.tuples(*[st.integers(0, 3)] * 4),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_drawn_shapes(
    cpu: str, shape: Any, outputs: int, kernel: Any, stride: Any, dilation: Any, sides: Any
) -> None:
    left, right, top, bottom = sides
    assume(dilation[0] * (kernel[0] - 1) < shape[2] + top + bottom)
    assume(dilation[1] * (kernel[1] - 1) < shape[3] + left + right)
    compare(shape, outputs, kernel, stride, dilation, sides, cpu)


def test_large_weights_are_summed_in_fewer_parts() -> None:
    from cnnspec.backends.tinygrad.convolution import MOST_PARTIAL, _parts

    assert _parts(64, 28 * 28, 1000) == 64
    assert _parts(64, 49, 1000) == 8
    assert _parts(30, 49, 1000) == 30
    for images in (1, 7, 32, 96):
        parts = _parts(images, 49, 512 * 512 * 9)
        assert images % parts == 0
        assert parts == 1 or parts * 512 * 512 * 9 <= MOST_PARTIAL


NET = """model net {
  input 3 x 12 x 12
  conv(8, 3, padding = 1)  bn  relu  maxpool(2)
  conv(8, 3, groups = 4, padding = 1)  relu
  add { | | conv(8, 3, padding = same, bias = false)  bn }
  conv(12, 3, stride = 2)  relu  flatten  linear(4)
}"""


def losses(passes: tuple[str, ...] | None, device: str) -> list[float]:
    from cnnspec.train import losses as _losses  # noqa: F401
    from cnnspec.train import optimizers as _optimizers  # noqa: F401
    from cnnspec.train.data.normalization import Normalization
    from cnnspec.train.registries import LOSSES, OPTIMIZERS
    from cnnspec.train.steps import Scaler, TrainingStep

    module = lower(elaborate(Loader().link(Source("net.cnn", NET), None)), 0, device, passes)
    optimizer = OPTIMIZERS.make("sgd", lr=0.05, momentum=0.9).build(module.trainable)
    rng = np.random.default_rng(0)
    images = rng.uniform(size=(8, 3, 12, 12)).astype(np.float32)
    scaler = Scaler(Normalization((0.5,) * 3, (0.25,) * 3), device)
    step = TrainingStep(module, optimizer, LOSSES.make("cross_entropy"), 0.3, scaler, images)
    found = []
    for _ in range(8):
        step(images, np.arange(8) % 4, 0.05)
        found.append(step.read().loss)
    return found


def test_training_curves_agree(cpu: str) -> None:
    fast, plain = losses(tuple(PASSES), cpu), losses((), cpu)
    assert fast == pytest.approx(plain, rel=1e-4)
    assert fast[-1] < fast[0]


def test_the_plan_says_which_form_a_layer_has() -> None:
    graph = elaborate(Loader().link(Source("net.cnn", NET), None))
    forms = dict(zip((n.name for n in graph.nodes), plan(graph, PASSES).forms, strict=True))
    assert forms["conv1"] == "channels_last" and forms["conv2"] == "plain" and forms["bn1"] == "plain"
    assert set(plan(graph).forms) == {"plain"}
    assert "channels_last  conv1: conv 3x3, 8" in plan(graph, PASSES).text()


def test_a_pass_that_does_not_exist_is_refused(cpu: str) -> None:
    with pytest.raises(ValueError, match="channels_last"):
        lower(elaborate(open_target("lenet5")), 0, cpu, ("chanels_last",))
    assert all(each.about for each in PASSES.values())
