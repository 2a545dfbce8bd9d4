"""The specs that ship against figures counted from public definitions (tests/truth)."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cnnspec.analyses.receptive_field import receptive_fields
from cnnspec.analyses.summary import summarize
from cnnspec.elaborate import elaborate, open_target, zoo_folder, zoo_names
from cnnspec.syntax import load_source, parse, print_text
from cnnspec.train.sections import bind_experiment

TRUTH = {m["name"]: m for m in json.loads((Path(__file__).parent / "truth" / "zoo.json").read_text())}
FIELDS = {
    m["model"]: m for m in json.loads((Path(__file__).parent / "truth" / "receptive_field.json").read_text())
}

SPECS = {
    "lenet5": "lenet5",
    "alexnet_single_column_227": "alexnet_lecture",
    "alexnet_single_column_227_no_fc_bias": "alexnet_lecture(fc_bias = false)",
    "alexnet_grouped_227_lrn": "alexnet_2012",
    "alexnet_one_weird_trick": "alexnet",
    "vgg16_2classes": "vgg16(classes = 2)",
    **{f"vgg{depth}{norm}": f"vgg{depth}{norm}" for depth in (11, 13, 16, 19) for norm in ("", "_bn")},
}
OPS = {"conv": "Conv2d", "maxpool": "MaxPool2d", "avgpool": "AvgPool2d", "linear": "Linear"}


def layers(summary: Any) -> list[dict[str, Any]]:
    """Our layers in the truth file's terms."""
    rows = []
    for layer in summary.layers:
        if layer.op in OPS:
            row = {"op": OPS[layer.op], "out": list(layer.output), "params": layer.params}
            rows.append(row | ({"macs": layer.macs} if layer.op in ("conv", "linear") else {}))
    return rows


@pytest.mark.parametrize("name", SPECS)
def test_figures(name: str) -> None:
    truth = TRUTH[name]
    summary = summarize(elaborate(open_target(SPECS[name])))
    assert list(summary.input) == truth["input"], truth["source"]
    assert summary.params.total == truth["params"], truth["source"]
    assert summary.macs == truth["macs"], truth["source"]
    if "layers" in truth:
        assert layers(summary) == truth["layers"], truth["source"]


@pytest.mark.parametrize(
    ("name", "last_conv", "last_pool"),
    [("alexnet", "conv5", "maxpool3"), ("vgg16", "stage5.conv3", "stage5.maxpool1")],
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
    graph = elaborate(module)
    bind_experiment(module, graph)
    assert module.source.text.startswith("# ")
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
