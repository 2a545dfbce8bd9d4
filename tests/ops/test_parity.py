"""Each example of each layer gives PyTorch's values and gradients, and counts as many multiply-adds."""

from __future__ import annotations

import numpy as np
import pytest

import cnnspec.ops  # noqa: F401
from cnnspec.ir import LAYERS, Example

from .build import layer
from .comparing import compare
from .running import PlainRun, allocate, backward, batch

torch = pytest.importorskip("torch")
from . import twins  # noqa: E402

EXAMPLES = [
    pytest.param(e, id=f"{e.text} on {e.inputs[0]}") for cls in LAYERS.entries.values() for e in cls.examples
]
NORMS = [p for p in EXAMPLES if layer(p.values[0].text).call_name == "bn"]


def test_every_layer_has_a_twin() -> None:
    assert twins.TWINS.keys() == LAYERS.entries.keys()


@pytest.mark.parametrize("example", EXAMPLES)
def test_values_and_gradients(example: Example) -> None:
    compare(layer(example.text), example.inputs)


@pytest.mark.parametrize("example", EXAMPLES)
def test_multiply_adds(example: Example) -> None:
    """PyTorch's own counter of operations, two a multiply-add."""
    from torch.utils.flop_counter import FlopCounterMode

    op = layer(example.text)
    parameters = {n: torch.tensor(v) for n, v in allocate(op, example.inputs).items()}
    inputs = [torch.tensor(v) for v in batch(op, example.inputs, 1)]
    with FlopCounterMode(display=False) as counter:
        twins.apply(op, inputs, parameters)
    assert op.macs(example.inputs, op.output_shape(*example.inputs)) * 2 == counter.get_total_flops()


@pytest.mark.parametrize("example", NORMS)
def test_batch_norm_in_training(example: Example) -> None:
    """Outputs, gradients and running statistics over three steps."""
    op = layer(example.text)
    parameters = allocate(op, example.inputs)
    theirs = {n: torch.tensor(v) for n, v in parameters.items()}
    for step in range(3):
        inputs = [x * (1 + step) - step for x in batch(op, example.inputs, 4)]
        ours = compare(op, example.inputs, inputs, parameters, theirs, training=True)
        parameters |= ours.buffers


def test_batch_norm_of_one_sample_and_pixel_keeps_finite_statistics() -> None:
    op = layer("bn")
    ours = backward(op, batch(op, ((3,),), 1), allocate(op, ((3,),)), PlainRun(training=True))
    assert all(np.isfinite(v).all() for v in (ours.output, *ours.buffers.values()))


def test_activations_have_finite_gradients_far_out() -> None:
    extreme = np.array([[-200.0, -100.0, 90.0, 200.0]], dtype=np.float32)
    for text in ("elu", "silu", "sigmoid", "tanh", "gelu", "gelu(approximate = tanh)", "softmax"):
        ours = backward(layer(text), [extreme], {}, PlainRun())
        assert np.isfinite(ours.output).all() and np.isfinite(ours.input_gradients[0]).all(), text
