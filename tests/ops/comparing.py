"""One op, run by tinygrad, plainly and as a pass of the lowering computes it, and by PyTorch, compared."""

from __future__ import annotations

from typing import Any

import numpy as np

from cnnspec.ir import Op, Shape

from .running import Outcome, PlainRun, allocate, backward, batch, cotangent, lowered_form


def close(ours: np.ndarray, theirs: Any, what: str) -> None:
    """Within 1e-5, of each value or of the largest."""
    wanted = theirs.detach().numpy()
    assert ours.shape == wanted.shape, what
    scale = float(abs(wanted).max()) if wanted.size else 0.0
    np.testing.assert_allclose(ours, wanted, rtol=1e-5, atol=1e-5 * max(scale, 1.0), err_msg=what)


def compare(
    op: Op,
    shapes: tuple[Shape, ...],
    inputs: list[np.ndarray] | None = None,
    parameters: dict[str, np.ndarray] | None = None,
    theirs: dict[str, Any] | None = None,
    training: bool = False,
) -> Outcome:
    """Output, gradients and buffers; ``theirs`` are PyTorch's parameters where they carry state."""
    import torch

    from . import twins

    inputs = batch(op, shapes) if inputs is None else inputs
    parameters = allocate(op, shapes) if parameters is None else parameters
    theirs = {n: torch.tensor(v) for n, v in parameters.items()} if theirs is None else theirs
    ours = backward(op, inputs, parameters, PlainRun(training))
    form = lowered_form(op, shapes, training)
    outcomes = [ours] + ([backward(op, inputs, parameters, PlainRun(training), form)] if form else [])
    xs = [torch.tensor(v, requires_grad=True) for v in inputs]
    trained = {n: t.requires_grad_() for n, t in theirs.items() if not n.startswith("running_")}
    y = twins.apply(op, xs, theirs, training)
    assert ours.output.shape[1:] == op.output_shape(*shapes)
    gradients = torch.autograd.grad(y, [*xs, *trained.values()], torch.tensor(cotangent(tuple(y.shape))))
    for outcome in outcomes:
        close(outcome.output, y, "output")
        for value, gradient in zip(outcome.input_gradients, gradients, strict=False):
            close(value, gradient, "gradient of an input")
        for name, gradient in zip(trained, gradients[len(xs) :], strict=True):
            close(outcome.parameter_gradients[name], gradient, f"gradient of {name}")
        for name, value in outcome.buffers.items():
            close(value, theirs[name], name)
    return ours
