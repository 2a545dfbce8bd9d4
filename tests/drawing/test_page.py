"""The text of the HTML page: its data parse back, nothing in it leads elsewhere, and its policy names its own script."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from networks import Builder, resnet, several_outputs

from cnnspec.analyses.summary import summarize
from cnnspec.backends.drawing.model import picture
from cnnspec.backends.drawing.page import page
from cnnspec.backends.drawing.page.building import json_for_script
from cnnspec.backends.drawing.page.data import page_data
from cnnspec.backends.drawing.page.facts import SpecLines, bytes_text, file_name
from cnnspec.backends.drawing.page.tree import Item, tree
from cnnspec.backends.drawing.text import clean
from cnnspec.backends.drawing.view import LEVELS, View
from cnnspec.elaborate import elaborate, open_target
from cnnspec.ir import Graph, GraphOutput
from cnnspec.source import Source, Span

_ZOO = ["resnet50", "nasnet_a_mobile", "efficientnet_b0", "densenet121", "vgg16", "lenet5"]


def data_of(text: str) -> dict:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def leaves(item: Item) -> list[Item]:
    return [leaf for child in item.children for leaf in leaves(child)] if item.children else [item]


@pytest.mark.parametrize("name", _ZOO)
def test_every_layer_is_in_one_box(name):
    graph = elaborate(open_target(name))
    boxes = [leaf for item in tree(graph) for leaf in leaves(item)]
    assert sorted(node for box in boxes for node in box.unit.nodes) == list(range(len(graph.nodes)))
    assert all(box.unit.kind != "part" for box in boxes)


def test_equal_blocks_are_rows():
    (group,) = [item for item in tree(elaborate(open_target("resnet50"))) if item.title.startswith("stage")]
    stages = group.children
    rows = [[child.unit.times for child in stage.children] for stage in stages]
    assert rows == [[1, 2], [1, 3], [1, 5], [1, 2]]
    assert [child.title for child in stages[2].children[1].children] == ["bottleneck(256, 1024)"] * 5


@pytest.mark.parametrize("name", ["resnet50", "alexnet", "vgg16", "densenet121", "nasnet_a_mobile"])
def test_groups_are_the_boxes_of_the_overview(name):
    graph = elaborate(open_target(name))
    boxes = [box for box in picture(graph, View(level="model")).boxes if box.kind != "output"]
    items = tree(graph)
    assert [item.label for item in items] == [box.label for box in boxes]
    assert any(item.group for item in items)
    assert [told["family"] for told in data_of(page(graph))["items"]] == [box.family for box in boxes]


def test_what_wraps_the_network_has_groups_inside():
    b = Builder("net", 3, 32, 32)
    with b.scope("body", "body(8)", "body"):
        with b.scope("stem"):
            b("conv", 8, 3)
        for stage in (1, 2, 3):
            with b.scope(f"stage{stage}"):
                b("conv", 8, 3, stride=stage)
    b("conv", 2, 1)
    body = next(item for item in tree(b.graph()) if item.path == "body")
    assert [(item.title, item.group) for item in body.children] == [
        ("stem", False),
        ("stage1\N{HORIZONTAL ELLIPSIS}3 \N{MULTIPLICATION SIGN}3", True),
    ]


def test_networks_of_the_zoo_have_a_page():
    for name in (
        "alexnet",
        "densenet100_bc",
        "efficientnet_lite0",
        "nasnet_a_mobile",
        "resnext29_8x64d",
        "plain34",
    ):
        assert data_of(page(elaborate(open_target(name))))["name"]


def test_data_are_those_of_the_summary():
    graph = resnet()
    data = data_of(page(graph))
    summary = summarize(graph)
    assert [n["params"] for n in data["nodes"][1:]] == [layer.params for layer in summary.layers]
    assert [n["macs"] for n in data["nodes"][1:]] == [layer.macs for layer in summary.layers]
    totals = dict(map(tuple, data["totals"]))
    assert totals["parameters"] == f"{summary.params.total:,}"
    assert totals["FLOPs"] == f"{summary.flops:,}"
    assert data == json.loads(json.dumps(page_data(graph, View())))


def test_one_layer_has_one_level():
    b = Builder("flat", 1, 4, 4)
    b("conv", 1, 1)
    (level,) = data_of(page(b.graph()))["levels"]
    assert level == {"names": [*LEVELS], "open": [], "overview": False, "layers": False}


def test_equal_layers_are_a_row_that_is_open_at_the_last_level():
    b = Builder("flat", 1, 4, 4)
    for _ in range(100):
        b("conv", 1, 1)
    (_, row) = tree(b.graph())
    assert row.is_row_of_layers and len(row.children) == 100
    data = data_of(page(b.graph()))
    assert [(level["names"], level["layers"]) for level in data["levels"]] == [
        (["model", "stage", "block"], False),
        (["layer"], True),
    ]


def test_training_heads_are_told_apart():
    data = data_of(page(several_outputs()))
    assert [output["auxiliary"] for output in data["outputs"]] == [False, False, True]
    assert any(what.endswith("with training heads") for what, _ in data["totals"])


def test_nothing_leads_elsewhere():
    text = page(elaborate(open_target("lenet5")))
    for pattern in (
        r"https?:",
        r"\bsrc\s*=",
        r"\bhref\b",
        r"url\(",
        r"@import",
        r"\bfetch\(",
        "innerHTML",
        r"\bon\w+=",
    ):
        assert not re.search(pattern, text), pattern


def test_the_policy_names_the_script_and_the_style():
    text = page(resnet())
    policy = re.search(r'Content-Security-Policy" content="(.*?)"', text)[1]
    (script,) = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    assert policy.split("; ") == [
        "default-src 'none'",
        f"script-src 'sha256-{_sha256(script)}'",
        f"style-src 'sha256-{_sha256(style)}'",
        "base-uri 'none'",
        "form-action 'none'",
    ]


def _sha256(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def test_dark_is_as_told():
    graph = Builder("net", 1, 4, 4).graph()
    assert '<html lang="en">' in page(graph)
    assert 'data-theme="dark"' in page(graph, View(dark=True)).split("<head>")[0]


def test_a_page_begins_as_it_is_asked_for():
    data = data_of(page(elaborate(open_target("resnet18")), View(level="stage", heat="macs", direction="LR")))
    assert (data["begin"]["open"], data["colour"], data["sideways"]) == ([], "macs", True)
    assert "stage1" in data_of(page(elaborate(open_target("resnet18")), View(depth=1)))["begin"]["open"]


def test_the_overview_is_a_level_of_its_own():
    graph = elaborate(open_target("resnet18"))
    data = data_of(page(graph, View(level="model")))
    assert data["begin"] == {"open": [], "overview": True, "layers": False}
    assert [level["names"] for level in data["levels"]] == [["model"], ["stage"], ["block"], ["layer"]]
    assert not data_of(page(graph, View(level="stage")))["begin"]["overview"]


def test_long_calls_tell_how_many_lines_are_left_out():
    source = Source("net.cnn", "".join(f"line {n}\n" for n in range(1, 31)))
    lines = SpecLines()
    places = lines.of(Span(source, 0, len(source.text) - 1))
    assert [lines.texts[place][1] for place in places] == list(range(1, len(places) + 1))
    assert len(places) + lines.more(Span(source, 0, len(source.text) - 1)) == 30
    assert lines.more(Span(source, 0, 3)) == lines.more(None) == 0


def test_the_same_graph_gives_the_same_page():
    assert page(resnet()) == page(resnet())


def test_the_page_can_be_written_whatever_names_are():
    b = Builder("\ud800 \u2028 </title>", 1, 4, 4)
    graph = b.graph(GraphOutput("\udfff", b.at))
    text = page(graph)
    text.encode("utf-8")
    assert "<title>\N{REPLACEMENT CHARACTER}   &lt;/title&gt;</title>" in text


_VALUES = st.recursive(
    st.text() | st.integers(-(10**9), 10**9) | st.booleans() | st.none(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from("abc"), inner),
    max_leaves=8,
)


@given(_VALUES)
def test_json_in_the_page_has_no_markup_and_parses_back(value):
    text = json_for_script(value)
    assert not set("<>&\u2028\u2029\u0000") & set(text)
    text.encode("utf-8")
    assert json.loads(text) == _cleaned(value)


def _cleaned(value):
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_cleaned(inner) for inner in value]
    return {key: _cleaned(inner) for key, inner in value.items()} if isinstance(value, dict) else value


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("a/b/net.cnn", "net.cnn"),
        ("C:\\specs\\net.cnn", "net.cnn"),
        ("net.cnn", "net.cnn"),
        ("<command line>", "<command line>"),
        ("/", "/"),
    ],
)
def test_files_are_told_without_their_folder(name, own):
    assert file_name(name) == own


def test_no_folder_is_in_the_page():
    graph: Graph = elaborate(open_target("resnet18"))
    assert graph.nodes[1].span is not None
    assert str(Path(graph.nodes[1].span.source.name).parent) not in page(graph)


def test_bytes():
    assert bytes_text(102_400_000) == "102.4 MB"
    assert bytes_text(37_600) == "37.6 kB"
