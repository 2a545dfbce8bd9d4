"""Convolution and pooling with arguments and shapes drawn by Hypothesis, against PyTorch."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cnnspec.ops  # noqa: F401
from cnnspec.ir import LAYERS, OpError, Shape

from .comparing import compare

pytest.importorskip("torch")

# Every new shape compiles kernels, hence few examples, the same ones each time.
few = settings(
    max_examples=15, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
sizes = st.tuples(st.integers(3, 7), st.integers(3, 7))
kernels = st.tuples(st.integers(1, 3), st.integers(1, 3))
strides = st.tuples(st.integers(1, 3), st.integers(1, 3))
dilations = st.sampled_from([(1, 1), (2, 1), (1, 2), (2, 2)])
sides = st.one_of(
    st.just("same"),
    st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 2), st.integers(0, 2)),
)


def _fits(name: str, shape: Shape, **arguments: object) -> None:
    """Compare where the layer takes the shape; a refusal is tested elsewhere."""
    op = LAYERS.make(name, **arguments)
    try:
        op.output_shape(shape)
    except OpError:
        return
    compare(op, (shape,))


@few
@given(
    size=sizes,
    kernel=kernels,
    stride=strides,
    padding=sides,
    dilation=dilations,
    groups=st.integers(1, 2),
    per_group=st.tuples(st.integers(1, 2), st.integers(1, 2)),
    bias=st.booleans(),
)
def test_conv(
    size: tuple[int, int],
    kernel: tuple[int, int],
    stride: tuple[int, int],
    padding: object,
    dilation: tuple[int, int],
    groups: int,
    per_group: tuple[int, int],
    bias: bool,
) -> None:
    channels = groups * per_group[1]
    shape = (groups * per_group[0], *size)
    _fits(
        "conv",
        shape,
        channels=channels,
        kernel=kernel,
        stride=stride,
        padding=padding,
        dilation=dilation,
        groups=groups,
        bias=bias,
    )


@st.composite
def pooling(draw: st.DrawFn) -> dict[str, object]:
    """Arguments of either pool. PyTorch has ``ceil_mode`` with even padding only."""
    kernel = draw(kernels)
    ceil_mode = draw(st.booleans())
    top, left = (draw(st.integers(0, k // 2)) for k in kernel)
    uneven = st.tuples(*(st.integers(0, kernel[i] // 2) for i in (1, 1, 0, 0)))
    padding = (left, left, top, top) if ceil_mode else draw(st.one_of(st.just("same"), uneven))
    return {
        "kernel": kernel,
        "stride": draw(st.one_of(st.none(), strides)),
        "padding": padding,
        "ceil_mode": ceil_mode,
    }


@few
@given(size=sizes, arguments=pooling(), dilation=dilations)
def test_maxpool(size: tuple[int, int], arguments: dict[str, object], dilation: tuple[int, int]) -> None:
    _fits("maxpool", (2, *size), dilation=dilation, **arguments)


@few
@given(size=sizes, arguments=pooling(), count=st.booleans())
def test_avgpool(size: tuple[int, int], arguments: dict[str, object], count: bool) -> None:
    _fits("avgpool", (2, *size), count_include_pad=count, **arguments)
