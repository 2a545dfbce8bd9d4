"""Every layer's examples go through both exporters, and give what the layer gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from ops.build import layer
from ops.running import PlainRun, allocate, batch, forward

import cnnspec.ops  # noqa: F401
from cnnspec.backends.onnx import run_onnx, to_onnx
from cnnspec.backends.python import to_python
from cnnspec.ir import LAYERS, Example

from .layers import joined, network

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

EXAMPLES = [
    pytest.param(e, id=f"{e.text} on {e.inputs[0]}") for cls in LAYERS.entries.values() for e in cls.examples
]


@pytest.mark.parametrize("example", EXAMPLES)
def test_layer(example: Example, cpu: str) -> None:
    op = layer(example.text)
    made = network(op, example.inputs)
    inputs = batch(op, example.inputs, 3)
    wanted = forward(op, inputs, allocate(op, example.inputs), PlainRun())
    model = to_onnx(made.graph, made.weights, made.about)
    for count in (1, 3):
        found = run_onnx(model, joined(inputs)[:count])["output"]
        close(found, wanted[:count])
    text = to_python(made.graph, made.about, "net.safetensors")
    close(run_python_outputs(text, joined(inputs), made.weights)["output"], wanted)


def close(found: np.ndarray, wanted: np.ndarray) -> None:
    assert found.shape == wanted.shape
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-5 * max(1.0, float(abs(wanted).max())))


def run_python_outputs(text: str, x: np.ndarray, weights: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Outputs by name of an exported module, run in this process."""
    from tinygrad import Context, Tensor

    module: dict[str, Any] = {"__name__": "exported", "__file__": "net.py"}
    exec(compile(text, "net.py", "exec"), module)
    with Context(NOOPT=1):
        given = {name: Tensor(value) for name, value in weights.items()}
        made = module["forward"](Tensor(x), given)
        return {name: y.numpy() for name, y in (made if isinstance(made, dict) else {"output": made}).items()}
