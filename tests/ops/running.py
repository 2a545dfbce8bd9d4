"""Running one op on tinygrad's CPU, forward and backward, from and to NumPy."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import numpy as np

from cnnspec.ir import Op, Shape

DEVICE = "CPU"
BATCH = 2


@dataclass
class PlainRun:
    """A ``Run`` whose draws come from NumPy and are kept, so that a test can repeat them."""

    training: bool = False
    generator: np.random.Generator = field(default_factory=lambda: np.random.default_rng(7))
    draws: list[np.ndarray] = field(default_factory=list)

    def uniform(self, like: Any, shape: tuple[int, ...]) -> Any:
        self.draws.append(self.generator.random(shape, dtype=np.float32))
        return tensor(self.draws[-1])


def tensor(values: np.ndarray) -> Any:
    from tinygrad import Tensor

    return Tensor(np.ascontiguousarray(values, dtype=np.float32), device=DEVICE)


def distinct(generator: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Values of about N(0, 2²) without ties, none within 0.005 of 0, 3 or 6, where activations have kinks."""
    count = int(np.prod(shape))
    values = np.linspace(-5.0, 7.0, count) if count > 1 else np.array([1.3])
    for kink in (-3.0, 0.0, 3.0, 6.0):
        near = abs(values - kink) < 0.005
        values[near] = kink + 0.006
    return generator.permutation(values).reshape(shape).astype(np.float32)


def seeded(*words: object) -> np.random.Generator:
    return np.random.default_rng(zlib.crc32(repr(words).encode()))


def batch(op: Op, shapes: tuple[Shape, ...], size: int = BATCH) -> list[np.ndarray]:
    generator = seeded(op, shapes)
    return [distinct(generator, (size, *shape)) for shape in shapes]


def allocate(op: Op, shapes: tuple[Shape, ...]) -> dict[str, np.ndarray]:
    """Parameters as the specs state them, with values unlike their defaults (variances positive)."""
    generator = seeded("parameters", op, shapes)
    values = {}
    for spec in op.parameters(*shapes):
        drawn = generator.normal(0, 0.5, spec.shape)
        values[spec.name] = (abs(drawn) + 0.5 if spec.name == "running_var" else drawn).astype(np.float32)
    return values


@dataclass
class Outcome:
    output: np.ndarray
    input_gradients: list[np.ndarray]
    parameter_gradients: dict[str, np.ndarray]
    buffers: dict[str, np.ndarray]


def cotangent(shape: tuple[int, ...]) -> np.ndarray:
    return seeded("cotangent", shape).normal(0, 1, shape).astype(np.float32)


def forward(op: Op, inputs: list[np.ndarray], parameters: dict[str, np.ndarray], run: PlainRun) -> np.ndarray:
    from tinygrad import Context

    with Context(NOOPT=1):
        given = {name: tensor(v) for name, v in parameters.items()}
        return op.forward(tuple(map(tensor, inputs)), given, run).numpy()


def lowered_form(op: Op, shapes: tuple[Shape, ...], training: bool) -> Any:
    """The pass that computes the layer on a CPU, however little work it is; None where it is computed plainly."""
    from cnnspec.backends.tinygrad.passes import PASSES, Place, costs

    with patch.dict(costs.LEAST_MACS, dict.fromkeys(costs.LEAST_MACS, 0)):
        return next(
            (
                each
                for each in PASSES.values()
                if each.default
                and (training or not each.training_only)
                and each.chooses(op, shapes, Place(native=True))
            ),
            None,
        )


def computed(op: Op, xs: list[Any], given: dict[str, Any], run: PlainRun, form: Any) -> Any:
    """The output as the layer's class states it, or as a pass computes it."""
    from cnnspec.backends.tinygrad.passes import Layer

    if form is None:
        return op.forward(tuple(xs), given, run)
    y = form.forward(
        Layer(op, given), tuple(x.permute(0, 2, 3, 1) if x.ndim == 4 else x for x in xs), run, ()
    )
    return y.permute(0, 3, 1, 2) if y.ndim == 4 else y


def backward(
    op: Op, inputs: list[np.ndarray], parameters: dict[str, np.ndarray], run: PlainRun, form: Any = None
) -> Outcome:
    """Forward, and the gradients of the output's sum weighted by ``cotangent``; ``form`` is a pass.

    Kernels of tinygrad's are not optimised: at these sizes that only costs time to compile.
    """
    from tinygrad import Context, Tensor

    with Context(NOOPT=1):
        xs = [tensor(v) for v in inputs]
        given = {name: tensor(v) for name, v in parameters.items()}
        y = computed(op, xs, given, run, form)
        trained = [n for n in given if not n.startswith("running_")]
        targets = [*xs, *(given[n] for n in trained)]
        gradients = (y * tensor(cotangent(y.shape))).sum().gradient(*targets)
        buffers = {n: given[n] for n in given if n not in trained}
        Tensor.realize(y, *gradients, *buffers.values())
        values = [g.numpy() for g in gradients]
        return Outcome(
            y.numpy(),
            values[: len(xs)],
            dict(zip(trained, values[len(xs) :], strict=True)),
            {n: b.numpy() for n, b in buffers.items()},
        )


def running_gradient(op: Op, inputs: list[np.ndarray], run: PlainRun) -> tuple[np.ndarray, np.ndarray]:
    """Output and gradient of the only input, for a layer without parameters."""
    outcome = backward(op, inputs, {}, run)
    return outcome.output, outcome.input_gradients[0]
