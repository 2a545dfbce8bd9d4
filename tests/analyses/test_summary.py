"""The summary, its JSON, and its rows."""

from __future__ import annotations

import json
from dataclasses import replace

from networks import Builder, resnet, several_outputs, vgg16

from cnnspec.analyses.rows import rows, shares
from cnnspec.analyses.summary import summarize, summary_json
from cnnspec.source import Source, Span


def test_json_has_exactly_the_promised_keys():
    found = summary_json(summarize(vgg16()))
    assert list(found) == ["model", "input", "output", "params", "macs", "flops", "memory", "layers"]
    assert list(found["params"]) == ["total", "trainable", "weights", "biases", "norm", "buffers"]
    assert list(found["memory"]) == ["parameters", "activations_inference", "activations_training"]
    assert (found["input"], found["output"], found["flops"]) == ([3, 224, 224], [1000], 2 * found["macs"])
    assert found["layers"][0] == {
        "name": "vgg1.conv1",
        "op": "conv",
        "inputs": ["input"],
        "output": [64, 224, 224],
        "params": 1792,
        "macs": 86_704_128,
        "receptive_field": [3, 3],
        "receptive_field_whole": False,
        "receptive_field_edge": [-1, -1],
        "stride": [1, 1],
        "span": None,
    }
    assert json.loads(json.dumps(found)) == found
    assert sum(layer["params"] for layer in found["layers"]) == found["params"]["total"]
    assert sum(layer["macs"] for layer in found["layers"]) == found["macs"]


def test_json_of_several_outputs_lists_those_that_exist_outside_training():
    assert summary_json(summarize(several_outputs()))["output"] == [[10], [4]]


def test_json_of_a_fractional_stride_is_a_float():
    b = Builder("up", 1, 4, 4)
    b("upsample", 2)
    assert summary_json(summarize(b.graph()))["layers"][0]["stride"] == [0.5, 0.5]


def test_json_span_is_where_the_layer_was_written():
    b = Builder("net", 1, 4, 4)
    b("conv", 1, 1)
    text = "model net {\n  conv(1, 1)\n}\n"
    span = Span(Source("net.cnn", text), text.index("conv"), text.index("conv") + 10)
    graph = b.graph()
    graph = replace(graph, nodes=(graph.nodes[0], replace(graph.nodes[1], span=span)))
    assert summary_json(summarize(graph))["layers"][0]["span"] == {
        "file": "net.cnn",
        "line": 2,
        "column": 3,
        "end_line": 2,
        "end_column": 13,
    }


def test_all_rows_are_a_tree():
    found = rows(summarize(resnet()))
    assert [(r.level, r.name) for r in found[4:8]] == [(0, "stage1"), (1, "basic1"), (2, "conv1"), (2, "bn1")]
    assert found[4].heading and not found[6].heading
    assert (found[5].what, found[6].what) == ("basic(64)", "conv 3x3, 64")


def test_depth_folds_deeper_scopes_into_sums():
    summary = summarize(resnet())
    whole = rows(summary, 0)
    assert [r.name for r in whole] == [
        "conv1", "bn1", "relu1", "maxpool1", "stage1", "stage2", "stage3", "stage4",
        "global_avgpool1", "flatten1", "head",
    ]  # fmt: skip
    stage = whole[4]
    assert (stage.layers, stage.params, stage.output) == (14, 147_968, (64, 56, 56))
    assert stage.field.size == (43, 43)
    blocks = rows(summary, 1)
    assert [(r.level, r.name) for r in blocks[4:7]] == [(0, "stage1"), (1, "basic1"), (1, "basic2")]
    for depth in (0, 1, 2, None):
        assert sum(r.params or 0 for r in rows(summary, depth)) == summary.params.total
        assert sum(r.macs or 0 for r in rows(summary, depth)) == summary.macs


def test_shares_are_the_lecture_tables():
    # AlexNet in one column, 3 x 227 x 227: "Conv: 3.7 million (6 %), FC: 58.6 million (94 %)".
    b = Builder("alexnet", 3, 227, 227)
    b("conv", 96, 11, stride=4), b("maxpool", 3, stride=2)
    b("conv", 256, 5, padding=2), b("maxpool", 3, stride=2)
    b("conv", 384, 3, padding=1), b("conv", 384, 3, padding=1), b("conv", 256, 3, padding=1)
    b("maxpool", 3, stride=2), b("flatten"), b("linear", 4096), b("linear", 4096), b("linear", 1000)
    conv, linear = shares(summarize(b.graph()))
    assert (conv.kind, round(conv.params / 1e6, 1), round(conv.part, 2)) == ("Conv", 3.7, 0.06)
    assert (linear.kind, round(linear.params / 1e6, 1), round(linear.part, 2)) == ("FC", 58.6, 0.94)


def test_a_network_without_parameters_has_no_shares():
    b = Builder("empty", 1, 4, 4)
    b("relu")
    assert shares(summarize(b.graph())) == ()
