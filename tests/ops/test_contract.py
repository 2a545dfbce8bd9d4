"""Every registered layer keeps what it promises: shape, parameters, receptive field."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

import numpy as np
import pytest

import cnnspec.ops  # noqa: F401
from cnnspec.ir import LAYERS, Example, Shape, Window, is_map, signature

from .build import layer
from .running import PlainRun, allocate, forward, seeded

EXAMPLES = [
    pytest.param(e, id=f"{e.text} on {e.inputs[0]}") for cls in LAYERS.entries.values() for e in cls.examples
]


@pytest.mark.parametrize("name", LAYERS.entries)
def test_documented_and_exemplified(name: str) -> None:
    cls = LAYERS.entries[name]
    assert cls.examples, f"{name} has no examples"
    assert cls.__doc__ and not cls.__doc__.startswith(cls.__name__ + "("), f"{name} has no docstring"
    assert all(a.doc for a in signature(cls))


@pytest.mark.parametrize("name", LAYERS.entries)
def test_every_argument_is_exercised(name: str) -> None:
    """Each argument of a layer has, in some example, a value that is not its default."""
    cls = LAYERS.entries[name]
    ops = [layer(e.text) for e in cls.examples]
    for argument in signature(cls):
        assert any(getattr(op, argument.name) != argument.default for op in ops), argument.name


@pytest.mark.parametrize("example", EXAMPLES)
def test_shape_parameters_and_window(example: Example) -> None:
    op = layer(example.text)
    shape = op.output_shape(*example.inputs)
    parameters = allocate(op, example.inputs)
    inputs = _perturbed(example.inputs)
    output = forward(op, inputs, parameters, PlainRun())
    assert output.shape[1:] == shape
    assert all(type(n) is int for n in shape)
    assert isinstance(op.label(), str) and not {"True", "False"} & set(re.findall(r"\w+", op.label()))
    assert op == layer(example.text) and hash(op) == hash(layer(example.text))
    if is_map(example.inputs[0]):
        largest = max(example.inputs, key=math.prod)
        _check_window(op.window(*example.inputs), _influence(output, largest))


@pytest.mark.parametrize("example", EXAMPLES)
def test_mixing_is_what_forward_reads(example: Example) -> None:
    """Each channel of each input is raised by itself, everywhere: the outputs that change are those that read it."""
    op, shapes = layer(example.text), example.inputs
    output = op.output_shape(*shapes)
    names = [[frozenset({(i, c)}) for c in range(shape[0])] for i, shape in enumerate(shapes)]
    stated = op.mixing(*shapes).follow(names, output[0], lambda held: frozenset().union(*held))
    raised = [pair for each in names for (pair,) in each]
    generator, inputs = seeded("mixing", shapes), []
    for i, shape in enumerate(shapes):
        base = np.repeat(generator.uniform(0.5, 1.0, (1, *shape)), 1 + len(raised), 0).astype(np.float32)
        for sample, (which, channel) in enumerate(raised, 1):
            if which == i:
                base[sample, channel] += generator.uniform(1.5, 2.5, shape[1:])
        inputs.append(base)
    given = forward(op, inputs, allocate(op, shapes), PlainRun())
    changed = (abs(given[1:] - given[:1]) > 1e-6).reshape(len(raised), output[0], -1).any(2)
    read = [frozenset(raised[n] for n in np.flatnonzero(column)) for column in changed.T]
    assert read == list(stated)
    assert op.drops_channels == (frozenset().union(*stated) != set(raised))


@pytest.mark.parametrize("example", [e for e in EXAMPLES if len(e.values[0].inputs) > 1])
def test_order_of_inputs(example: Example) -> None:
    """Whether it matters is what the layer says."""
    op = layer(example.text)
    inputs = [seeded(i, shape).normal(0, 1, (2, *shape)) for i, shape in enumerate(example.inputs)]
    there, back = (forward(op, order, {}, PlainRun()) for order in (inputs, inputs[::-1]))
    assert op.commutative == (there.shape == back.shape and np.allclose(there, back, atol=1e-6))


def _perturbed(shapes: tuple[Shape, ...]) -> list[np.ndarray]:
    """Sample 0 is the base; sample i + 1 has pixel i of the largest input raised, in every channel."""
    generator = seeded("influence", shapes)
    largest = max(range(len(shapes)), key=lambda i: math.prod(shapes[i]))
    _, h, w = shapes[largest] if is_map(shapes[largest]) else (1, 1, 1)
    inputs = []
    for index, shape in enumerate(shapes):
        base = np.broadcast_to(generator.uniform(0.5, 1.0, shape), (1 + h * w, *shape)).astype(np.float32)
        if index == largest and is_map(shape):
            base = base.copy()
            for pixel in range(h * w):
                base[pixel + 1, :, pixel // w, pixel % w] += generator.uniform(1.5, 2.5, shape[0])
        inputs.append(base)
    return inputs


def _influence(output: np.ndarray, shape: Shape) -> np.ndarray:
    """[row, column, y, x]: whether the output at (row, column) depends on the pixel (y, x).

    A vector counts as one position.
    """
    changed = abs(output[1:] - output[:1]) > 1e-6
    positions = changed.any(1) if changed.ndim == 4 else changed.any(1)[:, None, None]
    return np.moveaxis(positions.reshape(*shape[1:], *positions.shape[1:]), (0, 1), (2, 3))


def _check_window(window: Window, influence: np.ndarray) -> None:
    if window.whole:
        assert influence.all()
        return
    for axis in (0, 1):
        rows = influence.any((1, 3)) if axis == 0 else influence.any((0, 2))
        tight = list(_compare(window, axis, rows))
        assert any(tight)
        assert all(tight)


def _compare(window: Window, axis: int, rows: np.ndarray) -> Iterator[bool]:
    """For each position whether the footprint spans the window, as far as that lies in the map.

    Where a window with holes is cut, its first pixel in the map may be a hole: not compared.
    """
    for position, seen in enumerate(rows):
        first, last = window.looks_at(axis, position)
        lit = set(np.flatnonzero(seen).tolist())
        inside = set(range(max(first, 0), min(last + 1, len(seen))))
        assert lit <= inside, f"position {position} sees {lit}, the window says {inside}"
        cut = len(inside) < last + 1 - first
        holes = lit and len(lit) < max(lit) - min(lit) + 1
        spans = bool(lit) and (min(lit), max(lit)) == (min(inside), max(inside))
        yield not inside or spans or bool(cut and holes)
