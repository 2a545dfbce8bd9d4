"""Kernels of our own: the values and gradients of tinygrad's operations, for whatever shapes there are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

Forms = Callable[..., Any]
quiet = [HealthCheck.function_scoped_fixture]


def drawn(*shape: int) -> np.ndarray:
    return np.random.default_rng([7, *shape]).normal(size=shape).astype(np.float32)


def results(form: Forms, arrays: tuple[np.ndarray, ...], device: str) -> list[np.ndarray]:
    """The output, and the gradients to all inputs where the output's own is drawn."""
    from tinygrad import Tensor

    tensors = [Tensor(a, device=device).is_param_(True) for a in arrays]
    y = form(*tensors)
    g = Tensor(drawn(2, *y.shape)[1], device=device)
    found = [y, *(y * g).sum().gradient(*tensors)]
    Tensor.realize(*found)
    return [t.numpy() for t in found]


def agree(ours: Forms, plain: Forms, arrays: tuple[np.ndarray, ...], device: str) -> None:
    for mine, theirs in zip(results(ours, arrays, device), results(plain, arrays, device), strict=True):
        assert mine.shape == theirs.shape
        assert np.abs(mine - theirs).max() <= 1e-5 * max(np.abs(theirs).max(), 1e-2)


def convolution(
    shape: Any, outputs: int, kernel: Any, stride: Any, dilation: Any, sides: Any, groups: int, cpu: str
) -> None:
    from cnnspec.backends.tinygrad.native.convolution import convolve
    from cnnspec.backends.tinygrad.native.depthwise import convolve_depthwise, is_depthwise
    from cnnspec.backends.tinygrad.native.jobs import Convolution

    n, c, h, w = shape
    layer = Convolution((n, h, w, c), outputs, kernel, stride, dilation, sides, groups, True)
    form = convolve_depthwise if is_depthwise(layer) else convolve
    agree(
        lambda x, w, b: form(x.permute(0, 2, 3, 1), w, b, layer).permute(0, 3, 1, 2),
        lambda x, w, b: x.conv2d(w, b, groups, stride, dilation, sides),
        (drawn(*shape), drawn(outputs, c // groups, *kernel), drawn(outputs)),
        cpu,
    )


@pytest.mark.parametrize(
    ("shape", "outputs", "kernel", "stride", "dilation", "sides", "groups"),
    [
        pytest.param((2, 16, 8, 8), 16, (3, 3), (1, 1), (1, 1), (1, 1, 1, 1), 1, id="usual"),
        pytest.param((2, 3, 7, 8), 40, (3, 3), (1, 1), (1, 1), (1, 1, 1, 1), 1, id="few channels"),
        pytest.param((9, 2, 6, 6), 3, (1, 1), (2, 2), (1, 1), (0, 0, 0, 0), 1, id="pixels nobody sees"),
        pytest.param((3, 20, 5, 7), 33, (1, 1), (1, 1), (1, 1), (0, 0, 0, 0), 1, id="a matrix product"),
        pytest.param((1, 3, 11, 9), 2, (5, 2), (3, 1), (1, 2), (2, 0, 3, 1), 1, id="asymmetric"),
        pytest.param((2, 16, 9, 9), 48, (3, 3), (1, 1), (1, 1), (-1, -2, -1, 2), 1, id="cropped"),
        pytest.param((4, 64, 2, 2), 160, (3, 3), (1, 1), (1, 1), (1, 1, 1, 1), 1, id="small maps"),
        pytest.param((2, 24, 6, 6), 20, (3, 3), (1, 1), (2, 2), (2, 2, 2, 2), 2, id="groups"),
        pytest.param((3, 37, 6, 5), 37, (3, 3), (2, 2), (1, 1), (1, 1, 1, 1), 37, id="depthwise"),
        pytest.param((2, 16, 20, 19), 16, (5, 5), (1, 1), (1, 1), (2, 2, 2, 2), 16, id="depthwise, wide"),
        pytest.param((1, 21, 9, 30), 21, (3, 11), (1, 1), (2, 1), (5, 5, 0, 1), 21, id="depthwise, long"),
        pytest.param((2, 6, 6, 5), 12, (3, 5), (1, 1), (1, 1), (2, 2, 1, 1), 6, id="depthwise, two each"),
        pytest.param((1, 3, 64, 64), 32, (11, 11), (4, 4), (1, 1), (2, 2, 2, 2), 1, id="AlexNet's first"),
    ],
)
def test_convolution(
    shape: Any, outputs: int, kernel: Any, stride: Any, dilation: Any, sides: Any, groups: int, cpu: str
) -> None:
    convolution(shape, outputs, kernel, stride, dilation, sides, groups, cpu)


MACHINES = {
    "AVX2": "#undef __AVX512F__\n",
    "SSE": "#undef __AVX512F__\n#undef __AVX__\n",
    "NEON's registers": "#undef __AVX512F__\n#undef __AVX__\n#define __aarch64__ 1\n",
}


@pytest.mark.parametrize("machine", MACHINES)
def test_vectors_of_other_machines(machine: str, monkeypatch: pytest.MonkeyPatch, cpu: str) -> None:
    """What other processors run, with vectors and registers as they have them; clang makes up what is not there."""
    from cnnspec.backends.tinygrad.native import kernel
    from cnnspec.backends.tinygrad.native.linear import linear

    text = kernel._file
    monkeypatch.setattr(
        kernel, "_file", lambda name: (MACHINES[machine] if name.endswith(".h") else "") + text(name)
    )
    convolution((2, 5, 9, 9), 19, (3, 3), (2, 2), (1, 1), (1, 1, 1, 1), 1, cpu)
    convolution((2, 24, 6, 6), 20, (3, 3), (1, 1), (2, 2), (2, 2, 2, 2), 2, cpu)
    convolution((3, 37, 6, 5), 37, (3, 3), (1, 1), (1, 1), (1, 1, 1, 1), 37, cpu)
    convolution((3, 20, 5, 7), 33, (1, 1), (1, 1), (1, 1), (0, 0, 0, 0), 1, cpu)
    arrays = (drawn(7, 33), drawn(19, 33), drawn(19))
    agree(linear, lambda x, w, b: x.linear(w.permute(1, 0), b), arrays, cpu)
    test_batch_normalisation((4, 19, 6, 6), cpu)
    test_maximum_pooling((2, 5, 7, 9), 3, 2, 1, cpu)


pairs = st.tuples(st.integers(1, 4), st.integers(1, 4))


@pytest.mark.slow
@given(
    st.tuples(st.integers(1, 5), st.integers(1, 9), st.integers(1, 12), st.integers(1, 12)),
    st.integers(1, 9),
    st.sampled_from([1, 1, 1, 2, 3, 8]),
    *(pairs, st.one_of(st.tuples(pairs, st.just((1, 1))), st.tuples(st.just((1, 1)), pairs))),
    st.tuples(*[st.integers(-1, 3)] * 4),
)
@settings(max_examples=20, deadline=None, suppress_health_check=quiet)
def test_drawn_convolutions(
    cpu: str, shape: Any, outputs: int, groups: int, kernel: Any, steps: Any, sides: Any
) -> None:
    stride, dilation = steps
    left, right, top, bottom = sides
    assume(dilation[0] * (kernel[0] - 1) < shape[2] + top + bottom)
    assume(dilation[1] * (kernel[1] - 1) < shape[3] + left + right)
    n, c, h, w = shape
    convolution((n, c * groups, h, w), outputs * groups, kernel, stride, dilation, sides, groups, cpu)


@pytest.mark.parametrize(("n", "k", "o"), [(64, 400, 120), (1, 84, 10), (7, 33, 19), (3, 5, 1)])
def test_linear(n: int, k: int, o: int, cpu: str) -> None:
    from cnnspec.backends.tinygrad.native.linear import linear

    arrays = (drawn(n, k), drawn(o, k), drawn(o))
    agree(linear, lambda x, w, b: x.linear(w.permute(1, 0), b), arrays, cpu)
    agree(lambda x, w: linear(x, w, None), lambda x, w: x.linear(w.permute(1, 0)), arrays[:2], cpu)


@pytest.mark.parametrize("groups", [1, 2, 8])
@pytest.mark.parametrize("activation", ["relu", "relu6"])
def test_activations_in_the_kernel(groups: int, activation: str, cpu: str) -> None:
    from cnnspec.backends.tinygrad.native.activations import ACTIVATIONS
    from cnnspec.backends.tinygrad.native.convolution import convolve
    from cnnspec.backends.tinygrad.native.depthwise import convolve_depthwise, is_depthwise
    from cnnspec.backends.tinygrad.native.jobs import Convolution
    from cnnspec.backends.tinygrad.native.linear import linear

    number, limit = ACTIVATIONS[activation], 6 if activation == "relu6" else 1e9
    of = Convolution((2, 6, 5, 8), 8, (3, 3), (1, 1), (1, 1), (1, 1, 1, 1), groups, True, number)
    form = convolve_depthwise if is_depthwise(of) else convolve
    arrays = (drawn(2, 8, 6, 5) * 2, drawn(8, 8 // groups, 3, 3), drawn(8))
    agree(
        lambda x, w, b: form(x.permute(0, 2, 3, 1), w, b, of).permute(0, 3, 1, 2),
        lambda x, w, b: x.conv2d(w, b, groups, padding=1).relu().minimum(limit),
        arrays,
        cpu,
    )
    if groups == 1:
        agree(
            lambda x, w, b: linear(x, w, b, number),
            lambda x, w, b: x.linear(w.permute(1, 0), b).relu().minimum(limit),
            (drawn(9, 20) * 2, drawn(12, 20), drawn(12)),
            cpu,
        )


@pytest.mark.parametrize("shape", [(4, 16, 6, 6), (2, 19, 3, 5), (8, 3), (40, 5, 9, 9)])
def test_batch_normalisation(shape: Any, cpu: str) -> None:
    from cnnspec.backends.tinygrad.native.channels import normalise

    axes = (0, *range(2, len(shape)))
    last, first = (0, *range(2, len(shape)), 1), (0, len(shape) - 1, *range(1, len(shape) - 1))
    along = (1, -1, *(1,) * (len(shape) - 2))

    def ours(x: Any, weight: Any, bias: Any) -> Any:
        return normalise(x.permute(last), weight, bias, 1e-5)[0].permute(first)

    def plain(x: Any, weight: Any, bias: Any) -> Any:
        centred = x - x.mean(axes, True)
        y = centred * (centred.square().mean(axes, True) + 1e-5).rsqrt()
        return y * weight.reshape(along) + bias.reshape(along)

    # A mean far from zero: the variance must not be the small difference of large numbers.
    agree(ours, plain, (drawn(*shape) * 3 + 20, drawn(shape[1]), drawn(shape[1])), cpu)


@pytest.mark.parametrize("shape", [(4, 6, 6, 16), (3, 1, 1, 5)])
def test_statistics_of_a_batch(shape: Any, cpu: str) -> None:
    from tinygrad import Tensor

    from cnnspec.backends.tinygrad.native.channels import normalise

    x = drawn(*shape)
    ones, zeros = (Tensor(np.full(shape[-1], v, np.float32), device=cpu) for v in (1, 0))
    _, mean, variance = normalise(Tensor(x, device=cpu), ones, zeros, 1e-5)
    Tensor.realize(mean, variance)
    assert mean.numpy() == pytest.approx(x.mean((0, 1, 2)), abs=1e-6)
    assert variance.numpy() == pytest.approx(x.var((0, 1, 2)), rel=1e-5)


@pytest.mark.parametrize(
    ("shape", "kernel", "stride", "before"),
    [((2, 16, 8, 8), 2, 2, 0), ((2, 5, 7, 9), 3, 2, 1), ((1, 33, 6, 6), 3, 1, 1), ((3, 4, 1, 1), 1, 1, 0)],
)
def test_maximum_pooling(shape: Any, kernel: int, stride: int, before: int, cpu: str) -> None:
    from cnnspec.backends.tinygrad.native.pooling import Pool, max_pool

    n, c, h, w = shape
    size = tuple((extent + 2 * before - kernel) // stride + 1 for extent in (h, w))
    pool = Pool((n, h, w, c), (kernel, kernel), (stride, stride), (1, 1), (before, before), size)
    agree(
        lambda x: max_pool(x.permute(0, 2, 3, 1), pool).permute(0, 3, 1, 2),
        lambda x: x.max_pool2d((kernel, kernel), (stride, stride), 1, before),
        (drawn(*shape),),
        cpu,
    )


def test_of_equal_elements_the_first_has_the_gradient(cpu: str) -> None:
    from tinygrad import Tensor

    from cnnspec.backends.tinygrad.native.pooling import Pool, max_pool

    x = Tensor(np.zeros((1, 2, 2, 1), np.float32), device=cpu)
    pool = Pool((1, 2, 2, 1), (2, 2), (2, 2), (1, 1), (0, 0), (1, 1))
    (gradient,) = max_pool(x, pool).sum().gradient(x)
    assert gradient.numpy().ravel().tolist() == [1, 0, 0, 0]
