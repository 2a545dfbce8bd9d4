"""What layers say of constants and of ranges, against what they compute in training and after it."""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np
import pytest

import cnnspec.ops  # noqa: F401
from cnnspec.ir import APART, LAYERS, Example

from .build import layer
from .running import PlainRun, allocate, batch, forward, seeded

CORNERS = (
    Example("pad(0)", ((2, 3, 4),)),
    Example("layer_norm(over = all)", ((1, 3, 4),)),
    Example("layer_norm", ((1, 3, 4),)),
    Example("leaky_relu(1)", ((2, 3, 4),)),
    Example("lrn(3, alpha = 0.1, k = 0.25)", ((4, 2, 3),)),
    Example("lrn(3, alpha = 0.1, beta = -1)", ((4, 2, 3),)),
    Example("lrn(3, alpha = -0.1, beta = 1)", ((4, 2, 3),)),
)
"""Arguments and shapes with which a layer says something else than with those of its examples."""
ALL_EXAMPLES = [*(e for cls in LAYERS.entries.values() for e in cls.examples), *CORNERS]
EXAMPLES = [pytest.param(e, id=f"{e.text} on {e.inputs[0]}") for e in ALL_EXAMPLES]
UNSAID = {"convolution", "linear", "norm", "regularize"}
"""Families in which a constant may stay one by the numbers given, or by chance, which nothing goes by."""


@pytest.mark.parametrize("example", EXAMPLES)
def test_constants_in_channels(example: Example) -> None:
    """A constant more in each channel of each input: what comes out is the same, more by a constant, or neither."""
    op, inputs = layer(example.text), batch(layer(example.text), example.inputs)
    generator = seeded("constants", example.text)
    added = [x + generator.uniform(1, 2, (1, x.shape[1], *(1,) * (x.ndim - 2))) for x in inputs]
    before, after = (
        forward(op, [np.asarray(x, np.float32) for x in given], allocate(op, example.inputs), PlainRun(True))
        for given in (inputs, added)
    )
    more = after - before
    each = more[:1].mean(axis=tuple(range(2, more.ndim)), keepdims=True)
    if op.removes_constants(*example.inputs):
        assert abs(more).max() < 1e-3
    stays = bool(abs(more - each).max() < 1e-4)
    assert stays or not op.keeps_constants(*example.inputs)
    assert op.keeps_constants(*example.inputs) or op.family in UNSAID or not stays


@pytest.mark.parametrize("example", EXAMPLES)
def test_arguments_filled_in(example: Example) -> None:
    """A layer with its arguments written out is the same one."""
    op, inputs = layer(example.text), batch(layer(example.text), example.inputs)
    for filled in {op.filled_in(), op.filled_in(*example.inputs)} - {op}:
        assert filled.filled_in(*example.inputs) == op.filled_in(*example.inputs)
        assert filled.parameters(*example.inputs) == op.parameters(*example.inputs)
        values = allocate(op, example.inputs)
        before, after = (forward(each, inputs, values, PlainRun(False)) for each in (op, filled))
        assert np.array_equal(before, after)


@pytest.mark.parametrize("example", EXAMPLES)
@pytest.mark.parametrize("least", [-1.5, 0.5])
def test_ranges(example: Example, least: float) -> None:
    """What comes out of values of a range is in the range that the layer says, and an activation that changes nothing does
    not."""
    op = layer(example.text)
    generator = seeded("ranges", example.text, least)
    inputs: list[Any] = [generator.uniform(least, 2, (4, *s)).astype(np.float32) for s in example.inputs]
    low, high = op.range_given(*((least, 2.0) for _ in inputs))
    for training in (True, False):
        given = forward(op, inputs, allocate(op, example.inputs), PlainRun(training))
        assert low - 1e-6 <= given.min() and given.max() <= high + 1e-6
        if op.changes_nothing((least, 2.0)):
            assert np.allclose(given, inputs[0], atol=1e-6)
    assert op.changes_nothing((-inf, inf)) == bool(op.never_changes)


@pytest.mark.parametrize("example", [p for p in EXAMPLES if layer(p.values[0].text).scales_channels])
def test_scaled(example: Example) -> None:
    """Twice the input gives twice as much, whatever the parameters."""
    op, inputs = layer(example.text), batch(layer(example.text), example.inputs)
    once, twice = (
        forward(op, [x * np.float32(factor) for x in inputs], allocate(op, example.inputs), PlainRun(True))
        for factor in (1, 2)
    )
    assert op.mixing(*example.inputs) is APART and np.allclose(once * 2, twice)


@pytest.mark.parametrize("example", EXAMPLES)
def test_copies(example: Example) -> None:
    """Rows and columns that are said to be copies of one are."""
    op, inputs = layer(example.text), batch(layer(example.text), example.inputs)
    if op.copies() != (1, 1):
        given = forward(op, inputs, allocate(op, example.inputs), PlainRun(False))
        rows, columns = op.copies()
        assert np.array_equal(given, inputs[0].repeat(rows, axis=2).repeat(columns, axis=3))
