"""A small member of every family, and the examples that have another form, through both exporters."""

from __future__ import annotations

from pathlib import Path

import pytest
from families.members import MEMBERS

from cnnspec.backends.onnx import run_onnx, to_onnx
from cnnspec.backends.python import to_python
from cnnspec.train.exporting import TOLERANCE, computed

from .running import difference, exported, images, python_outputs

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
FAST = {
    "localization": f"{EXAMPLES}/localization.cnn(width = 4)",
    "unet": f"{EXAMPLES}/unet.cnn(width = 4, depth = 2, size = 16)",
}
SLOW = {
    "shufflenet_v2": f"{EXAMPLES}/shufflenet_v2.cnn(width = 0.5, classes = 10, size = 64)",
    "googlenet": f"{EXAMPLES}/googlenet.cnn(classes = 10, size = 96)",
    **{name: member.spec for name, member in MEMBERS.items()},
}
CASES = [
    *(pytest.param(spec, id=name) for name, spec in FAST.items()),
    *(pytest.param(spec, id=name, marks=pytest.mark.slow) for name, spec in SLOW.items()),
]


@pytest.mark.parametrize("spec", CASES)
def test_both_exports_agree_with_the_network(spec: str, tmp_path: Path, cpu: str) -> None:
    network = exported(spec)
    x = images(network.graph, 3)
    ours = computed(network, x, cpu)
    model = to_onnx(network.graph, network.weights, network.about)
    found = difference(ours, run_onnx(model, x))
    alone = difference({name: y[:1] for name, y in ours.items()}, run_onnx(model, x[:1]))
    text = to_python(network.graph, network.about, "net.safetensors")
    python = difference(ours, python_outputs(network, text, x, tmp_path))
    print(f"{spec}: onnx {found:.1e}, of one image {alone:.1e}, python {python:.1e}")
    assert max(found, alone) < TOLERANCE
    assert python < TOLERANCE
