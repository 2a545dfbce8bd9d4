"""The specs that ship against figures counted from public definitions (tests/truth)."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cnnspec.analyses.receptive_field import receptive_fields
from cnnspec.analyses.summary import summarize
from cnnspec.elaborate import (
    check_blocks,
    elaborate,
    is_blocks_alone,
    open_target,
    zoo_folder,
    zoo_names,
)
from cnnspec.elaborate.renaming import renamings
from cnnspec.ir import verify
from cnnspec.syntax import load_source, parse, print_text
from cnnspec.train.sections import bind_experiment

TRUTH = {m["name"]: m for m in json.loads((Path(__file__).parent / "truth" / "zoo.json").read_text())}
FIELDS = {
    m["model"]: m for m in json.loads((Path(__file__).parent / "truth" / "receptive_field.json").read_text())
}

SPECS = {
    # the names of the truth file that are not those of the zoo
    "alexnet_single_column_227": "alexnet_lecture",
    "alexnet_single_column_227_no_fc_bias": "alexnet_lecture(fc_bias = false)",
    "alexnet_grouped_227_lrn": "alexnet_2012",
    "alexnet_one_weird_trick": "alexnet",
    "vgg16_2classes": "vgg16(classes = 2)",
    "resnet34_optA": 'resnet34(shortcut = "A")',
    "resnet50_v1_stride_on_1x1": "resnet50(stride_on = 1)",
    "resnet20_cifar_optA": "resnet20",
    "resnet56_cifar_optA": "resnet56",
    "resnet110_cifar_optA": "resnet110",
    "densenet264_k32": "densenet264",
    "densenet_cifar_L40_k12": "densenet40",
    "densenet_bc_cifar_L100_k12": "densenet100_bc",
    "resnext29_8x64d_cifar": "resnext29_8x64d",
    "efficientnet_b2": "efficientnet_b2(size = 288)",
    "efficientnet_b2_260": "efficientnet_b2",
}
OPS = {
    "conv": "Conv2d",
    "maxpool": "MaxPool2d",
    "avgpool": "AvgPool2d",
    "linear": "Linear",
    "bn": "BatchNorm2d",
}
KERAS_OPS = {"conv": "Conv2D", "linear": "Dense"}


def layers(summary: Any, truth: dict[str, Any]) -> list[dict[str, Any]]:
    """Our layers in the truth file's terms, of the kinds that it lists."""
    listed = {row["op"] for row in truth["layers"]}
    ops = OPS if listed <= set(OPS.values()) else KERAS_OPS
    rows = []
    for layer in summary.layers:
        if ops.get(layer.op) in listed and not _is_separable(layer):
            row = {"op": ops[layer.op], "out": list(layer.output), "params": layer.params}
            rows.append(row | ({"macs": layer.macs} if layer.op in ("conv", "linear") else {}))
    return rows


def _is_separable(layer: Any) -> bool:
    """One of the two convolutions that Keras has as one SeparableConv2D, which the truth file leaves out."""
    return layer.name.endswith(
        (".first.depthwise", ".first.pointwise", ".second.depthwise", ".second.pointwise")
    )


def in_order(rows: list[dict[str, Any]], source: str) -> list[dict[str, Any]]:
    """Keras lists layers by depth and sizes channels last: there the order within a size says nothing."""
    if "keras" not in source:
        return rows
    return sorted((row | {"out": sorted(row["out"])} for row in rows), key=str)


@pytest.mark.parametrize("name", TRUTH)
def test_figures(name: str) -> None:
    truth = TRUTH[name]
    summary = summarize(elaborate(open_target(SPECS.get(name, name))))
    assert list(summary.input) == truth["input"], truth["source"]
    assert summary.params.total == truth["params"], truth["source"]
    assert summary.macs == truth["macs"], truth["source"]
    if "layers" in truth:
        ours = in_order(layers(summary, truth), truth["source"])
        assert ours == in_order(truth["layers"], truth["source"]), truth["source"]


@pytest.mark.parametrize(
    ("name", "last_conv", "last_pool"),
    [
        ("alexnet", "conv5", "maxpool3"),
        ("vgg16", "stage5.conv3", "stage5.maxpool1"),
        ("resnet18", "stage4.residual2.conv2", "stage4.residual2.relu2"),
        ("resnet50", "stage4.bottleneck3.conv2", "stage4.bottleneck3.relu3"),
    ],
)
def test_receptive_field(name: str, last_conv: str, last_pool: str) -> None:
    graph = elaborate(open_target(name))
    fields = {graph.nodes[i].name: field for i, field in enumerate(receptive_fields(graph))}
    for node, key in ((last_conv, "last_conv"), (last_pool, "last_spatial")):
        assert list(fields[node].size) == FIELDS[name][key]["rf"]
        assert [int(j) for j in fields[node].jump] == FIELDS[name][key]["jump"]


@pytest.mark.parametrize("name", zoo_names())
def test_every_spec_is_right_and_names_its_source(name: str) -> None:
    module = open_target(name)
    assert module.source.text.startswith("# ")
    if is_blocks_alone(module):
        check_blocks(module)
        return
    graph = elaborate(module)
    verify(graph)
    bind_experiment(module, graph)
    renamings(module)
    assert graph.name == name or module.spec.model


def test_summary_json_command() -> None:
    """The contract that other programs rely on, through the real command."""
    command = [sys.executable, "-m", "cnnspec", "summary", "vgg16(classes = 2)", "--json"]
    printed = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert printed["model"] == "vgg16"
    assert printed["input"] == [3, 224, 224]
    assert printed["output"] == [2]
    assert printed["params"]["total"] == 134_268_738
    assert printed["flops"] == 2 * printed["macs"]
    assert set(printed["params"]) == {"total", "trainable", "weights", "biases", "norm", "buffers"}
    assert set(printed["memory"]) == {"parameters", "activations_inference", "activations_training"}
    first = printed["layers"][0]
    assert set(first) == {
        "name",
        "op",
        "inputs",
        "output",
        "params",
        "macs",
        "receptive_field",
        "receptive_field_whole",
        "receptive_field_edge",
        "stride",
        "span",
    }


@pytest.mark.parametrize(
    "path",
    [*zoo_folder().glob("*.cnn"), *(Path(__file__).parent.parent / "examples").glob("*.cnn")],
    ids=lambda p: p.stem,
)
def test_shipped_specs_are_in_the_canonical_form(path: Path) -> None:
    source = load_source(path)
    assert print_text(parse(source)) == source.text
