"""The form of convolutions with channels last: the plain form's values and gradients, for whatever shapes there are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

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
    from cnnspec.backends.tinygrad.channels_last import conv2d

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


def reads(length: int, before: int, after: int, kernel: int, stride: int, dilation: int) -> bool:
    """Whether any window of a row of pixels, padded, has a pixel under one of its taps."""
    last = before + length + after - dilation * (kernel - 1)
    return any(
        0 <= start - before + tap * dilation < length
        for start in range(0, last, stride)
        for tap in range(kernel)
    )


@pytest.mark.slow
@given(
    st.tuples(st.integers(1, 9), st.integers(1, 4), st.integers(1, 9), st.integers(1, 9)),
    st.integers(1, 5),
    *(pairs, pairs, st.tuples(st.integers(1, 2), st.integers(1, 2))),
    st.tuples(*[st.integers(0, 3)] * 4),
)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_drawn_shapes(
    cpu: str, shape: Any, outputs: int, kernel: Any, stride: Any, dilation: Any, sides: Any
) -> None:
    left, right, top, bottom = sides
    assume(dilation[0] * (kernel[0] - 1) < shape[2] + top + bottom)
    assume(dilation[1] * (kernel[1] - 1) < shape[3] + left + right)
    # tinygrad cannot compile the plain form where all that is read is padding.
    assume(reads(shape[2], top, bottom, kernel[0], stride[0], dilation[0]))
    assume(reads(shape[3], left, right, kernel[1], stride[1], dilation[1]))
    compare(shape, outputs, kernel, stride, dilation, sides, cpu)


def test_large_weights_are_summed_in_fewer_parts() -> None:
    from cnnspec.backends.tinygrad.channels_last import MOST_PARTIAL, _parts

    assert _parts(64, 28 * 28, 1000) == 64
    assert _parts(64, 49, 1000) == 8
    assert _parts(30, 49, 1000) == 30
    for images in (1, 7, 32, 96):
        parts = _parts(images, 49, 512 * 512 * 9)
        assert images % parts == 0
        assert parts == 1 or parts * 512 * 512 * 9 <= MOST_PARTIAL
