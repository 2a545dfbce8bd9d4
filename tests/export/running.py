"""Exported networks run, and compared with our own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from cnnspec.elaborate import elaborate, open_target
from cnnspec.ir import Graph
from cnnspec.train.exporting import Exported, as_safetensors, exported_spec
from cnnspec.train.sections import bind_experiment

Outputs = Mapping[str, np.ndarray]

_ALONE = """
import importlib.util, sys
sys.modules["cnnspec"] = None  # importing it fails
import numpy as np
from tinygrad import Context, Tensor
spec = importlib.util.spec_from_file_location("exported", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
with Context(NOOPT=1):
    y = module.forward(Tensor(np.load(sys.argv[2])), module.load())
    y = y if isinstance(y, dict) else {sys.argv[4]: y}
    np.savez(sys.argv[3], **{name: output.numpy() for name, output in y.items()})
"""


def exported(spec: str) -> Exported:
    """The network of a spec, with fresh weights; statistics of norms are not those that it starts with."""
    module = open_target(spec)
    return varied(exported_spec(bind_experiment(module, elaborate(module))))


def varied(given: Exported) -> Exported:
    """The same network with norms that do something: their first values are ones and zeros."""
    generator = np.random.default_rng(5)
    weights = {}
    for node in given.graph.nodes:
        for spec in node.parameters:
            name = f"{node.name}.{spec.name}"
            value = given.weights[name]
            if spec.role in ("norm", "buffer", "bias"):
                value = (value + generator.uniform(0.05, 0.5, value.shape)).astype(np.float32)
            weights[name] = value
    return Exported(given.graph, weights, given.about)


def images(graph: Graph, count: int) -> np.ndarray:
    return np.random.default_rng(3).uniform(-1, 1, (count, *graph.input_shape)).astype(np.float32)


def python_outputs(network: Exported, text: str, x: np.ndarray, folder: Path) -> Outputs:
    """What the exported module gives in a process that cannot import cnnspec."""
    from cnnspec.backends.tracing import inference_graph

    (folder / "net.py").write_text(text, encoding="utf-8")
    weights = as_safetensors(network, graph=inference_graph(network.graph))
    (folder / "net.safetensors").write_bytes(weights)
    np.save(folder / "x.npy", x)
    first = network.graph.main_outputs[0].name
    files = [str(folder / name) for name in ("net.py", "x.npy", "y.npz")]
    ran = subprocess.run(
        [sys.executable, "-I", "-c", _ALONE, *files, first], capture_output=True, text=True, cwd=folder
    )
    assert ran.returncode == 0, ran.stderr
    return dict(np.load(folder / "y.npz"))


def difference(ours: Outputs, theirs: Outputs) -> float:
    """The greatest difference over the largest value, of all outputs."""
    assert ours.keys() == theirs.keys()
    found = []
    for name, wanted in ours.items():
        assert theirs[name].shape == wanted.shape and np.isfinite(wanted).all(), name
        found.append(float(abs(theirs[name] - wanted).max() / max(abs(wanted).max(), 1e-30)))
    return max(found)
