"""Layers of one kind with other arguments and shapes in one network: they share functions, and keep what is their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnnspec.backends.onnx import run_onnx, to_onnx
from cnnspec.backends.python import to_python
from cnnspec.train.exporting import computed

from .running import difference, exported, images
from .test_contract import run_python_outputs

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

VARIANTS = {
    "activations": [
        *("elu", "elu(0.5)", "leaky_relu(0.1)", "leaky_relu(0.2)", "gelu", "gelu(approximate = tanh)"),
        *("softmax", "relu6", "silu", "hard_swish"),
    ],
    "convolutions": [
        *("conv(4, 3)", "conv(2, (1, 3), padding = same, stride = 2)", "conv(4, 1, bias = false)"),
        *("conv(4, 2, groups = 2, dilation = 2)", "conv(8, 3, padding = (1, 0, 2, 1))"),
    ],
    "norms": [
        *("bn", "bn(eps = 0.1)", "bn(affine = false)", "layer_norm", "layer_norm(eps = 0.1, affine = false)"),
        *("layer_norm(over = all)", "group_norm(1)", "group_norm(2, eps = 0.1)", "scale"),
        *("lrn(3, alpha = 0.5)", "lrn(4, alpha = 0.1, k = 2)", "lrn(4, beta = 1)"),
    ],
    "pools": [
        *("maxpool(2)", "maxpool(3, 2, padding = 1)", "maxpool(3, 2, ceil_mode = true)"),
        *("maxpool(2, 1, padding = same, dilation = 3)", "avgpool((2, 3), stride = 1)"),
        *(
            "avgpool(3, 2, padding = 1, ceil_mode = true)",
            "avgpool(3, 2, padding = 1, count_include_pad = false)",
        ),
        *("adaptive_avgpool(2)", "adaptive_avgpool((3, 4))", "adaptive_maxpool((1, 3))", "global_maxpool"),
    ],
    "moves": [
        *(
            "upsample(2)",
            "upsample((1, 3))",
            "upsample(2, mode = bilinear)",
            "upsample((3, 1), mode = bilinear)",
        ),
        *("pad(1)", "pad((0, 2, 1, 0), value = 1.5)", "crop(1)", "crop((0, 1, 2, 0))", "pad_channels(2)"),
        *("pad_channels(1, before = 3)", "split(2, 0)", "split(4, 2)", "shuffle(2)", "shuffle(4)", "flatten"),
    ],
}


@pytest.mark.parametrize("kind", VARIANTS)
def test_variants(kind: str, tmp_path: Path, cpu: str) -> None:
    """Each layer twice, on maps of two sizes."""
    sources = [
        f"output {name}{i}: {name} -> {v}" for i, v in enumerate(VARIANTS[kind]) for name in ("big", "wide")
    ]
    head = "model net { input 4 x 7 x 6  let big = here  maxpool(2, 1)  pad_channels(4)  let wide = here"
    (tmp_path / "net.cnn").write_text("\n".join([head, *sources, "output last: relu }\n"]))
    network = exported(str(tmp_path / "net.cnn"))
    x = images(network.graph, 2)
    ours = computed(network, x, cpu)
    assert difference(ours, run_onnx(to_onnx(network.graph, network.weights, network.about), x)) < 1e-5
    text = to_python(network.graph, network.about, "net.safetensors")
    assert difference(ours, run_python_outputs(text, x, network.weights)) < 1e-5
