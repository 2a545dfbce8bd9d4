"""Drawings: what is in them (read from the SVG), and labels that try to break out of theirs."""

from __future__ import annotations

import time
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from naming import named
from networks import Builder, resnet, several_outputs, squeeze_excite, vgg16

from cnnspec.backends.drawing.graphviz import to_dot as write_dot
from cnnspec.backends.drawing.model import picture
from cnnspec.backends.drawing.renderers import find_renderer, render_dot
from cnnspec.backends.drawing.text import clean
from cnnspec.backends.drawing.view import Direction, View
from cnnspec.backends.palette import DARK_FILLS, FILLS, GREY_FILLS, GREY_HEAT, HEAT
from cnnspec.ir import Graph, GraphOutput

_SVG = "{http://www.w3.org/2000/svg}"
needs_renderer = pytest.mark.skipif(find_renderer("svg") is None, reason="no Graphviz here")


@dataclass(frozen=True)
class Drawing:
    """``nodes`` and ``clusters``: texts by identifier; ``edges``: (tail, head); ``dashed``: identifiers."""

    nodes: dict[str, str]
    edges: list[tuple[str, ...]]
    clusters: list[str]
    dashed: set[str]
    title: str

    @property
    def boxes(self) -> dict[str, str]:
        return {k: v for k, v in self.nodes.items() if not k.startswith("frame_")}

    @property
    def frame_titles(self) -> list[str]:
        return [v for k, v in self.nodes.items() if k.startswith("frame_")]


def to_dot(graph: Graph, direction: Direction = "TB") -> str:
    view = View(level="layer", direction=direction)
    return write_dot(picture(graph, view), view)


def read(dot: str) -> Drawing:
    root = ET.fromstring(render_dot(dot, "svg"))
    nodes, edges, clusters, dashed = {}, [], [], set()
    for group in root.iter(f"{_SVG}g"):
        name = group.findtext(f"{_SVG}title") or ""
        if group.get("class") == "node":
            nodes[name] = _text(group)
            if any(e.get("stroke-dasharray") for e in group.iter()):
                dashed.add(name)
        elif group.get("class") == "edge":
            edges.append(tuple(name.split("->")))
        elif group.get("class") == "cluster":
            clusters.append(name)
    outer = root.find(f"{_SVG}g")
    assert outer is not None
    title = " ".join(e.text or "" for e in outer.findall(f"{_SVG}text"))
    return Drawing(nodes, edges, clusters, dashed, title)


def _text(group: ET.Element) -> str:
    return " ".join(" ".join(e.text or "" for e in group.iter(f"{_SVG}text")).split())


@cache
def drawn(name: str) -> Drawing:
    graphs = {"vgg16": vgg16, "resnet": resnet, "gate": squeeze_excite, "heads": several_outputs}
    return read(to_dot(graphs[name]()))


@needs_renderer
def test_vgg16_has_a_box_for_each_layer_with_what_follows_it():
    found = drawn("vgg16")
    words = Counter(text.split()[0] for text in found.boxes.values())
    assert words == {"conv": 13, "maxpool": 5, "flatten": 1, "linear": 3, "input": 1, "output": 1}
    assert "conv 3x3, 64 relu" in found.boxes.values()
    assert any(text.startswith("linear 4096 relu, dropout") for text in found.boxes.values())
    assert len(found.edges) == 23
    assert found.frame_titles == ["vgg(2, 64)", "vgg(2, 128)", "vgg(3, 256)", "vgg(3, 512)", "vgg(3, 512)"]
    assert len(found.clusters) == 5


@needs_renderer
def test_the_title_tells_name_input_parameters_and_families():
    title = drawn("vgg16").title
    for part in ("vgg16", "input 3x224x224", "138,357,544 parameters", "15.47 G MACs"):
        assert part in title
    for family in ("convolution", "pooling", "linear", "reshape"):
        assert family in title
    assert "norm" not in title and "training only" not in title


@needs_renderer
def test_residual_blocks_are_nested_frames_with_joins():
    found = drawn("resnet")
    assert Counter(found.boxes.values())["+"] == 8
    assert found.frame_titles.count("basic(64)") == 2
    assert "stage4" in found.frame_titles
    assert len(found.clusters) == 4 + 8
    joins = [k for k, v in found.boxes.items() if v == "+"]
    assert all(sum(head == j for _, head in found.edges) == 2 for j in joins)
    assert any(v.startswith("head: linear 1000") for v in found.boxes.values())


@needs_renderer
def test_a_gate_multiplies():
    found = drawn("gate")
    (join,) = (k for k, v in found.boxes.items() if v == "\N{MULTIPLICATION SIGN}")
    assert sum(head == join for _, head in found.edges) == 2
    assert any(v == "conv 1x1, 32 sigmoid" for v in found.boxes.values())


@needs_renderer
def test_outputs_are_ovals_and_training_heads_dashed():
    found = drawn("heads")
    assert {v for k, v in found.nodes.items() if k.startswith("out")} == {"class 10", "box 4", "side 10"}
    dashed = {found.nodes[k].split()[0] for k in found.dashed}
    assert dashed == {"global_avgpool", "flatten", "linear", "side"}
    assert "concat" in found.nodes.values()
    assert "training only" in found.title


@needs_renderer
def test_a_follower_with_several_readers_or_an_output_before_it_has_its_own_box():
    b = Builder("net", 4, 8, 8)
    first = b("conv", 4, 1)
    b("relu")
    b("add", of=(first, b.at))
    late = b("conv", 4, 1)
    b("relu")
    found = read(to_dot(b.graph(GraphOutput("early", late), GraphOutput("late", b.at))))
    assert sorted(v for k, v in found.boxes.items() if k.startswith("n")) == [
        "+", "conv 1x1, 4", "conv 1x1, 4", "input", "relu", "relu",
    ]  # fmt: skip


HOSTILE = [
    'say "hi"', "a < b > c", "R&D &amp; co", "back\\slash \\N\\G \\l \\\\E",
    'end\\', "two\nlines", "<b>bold</b>", "<<TABLE>>",
    '"];evil [label="x', "]; evil -> n0; [", "-->", "größe 层 слой ∇", "x" * 200,
    "\x00\x1b\ud800\ufffe", "", "]]>", "node",
]  # fmt: skip


@needs_renderer
@pytest.mark.parametrize("direction", ["TB", "LR"])
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_stay_text(text, direction):
    found = read(to_dot(named(text), direction))
    assert set(found.boxes) == {"n0", "n1", "n3", "out0"}
    assert Counter(found.edges) == Counter([("n0", "n1"), ("n1", "n3"), ("n3", "out0")])
    shown = "".join(clean(text).split())
    assert shown in "".join(found.nodes["out0"].split())
    assert shown in "".join(found.title.split())
    assert shown in "".join(found.nodes["n1"].split())
    if direction == "TB":
        assert shown in "".join(found.frame_titles[0].split())


@needs_renderer
@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60))
def test_no_text_adds_or_removes_anything(text):
    found = read(to_dot(named(text)))
    assert set(found.boxes) == {"n0", "n1", "n3", "out0"}
    assert len(found.edges) == 3


@pytest.mark.parametrize(("fills", "text"), [(FILLS, 0.0), (GREY_FILLS, 0.0), (DARK_FILLS, 1.0)])
def test_fills_are_readable_and_told_apart_in_greyscale(fills, text):
    luminance = sorted(_luminance(fill) for family, fill in fills.items() if family not in ("input", "merge"))
    contrasts = [(max(text, each) + 0.05) / (min(text, each) + 0.05) for each in luminance]
    assert min(contrasts) > (8 if text == 0 else 5)
    steps = [(b + 0.05) / (a + 0.05) for a, b in pairwise(luminance)]
    assert min(steps) > 1.05, steps


@pytest.mark.parametrize("scale", [HEAT, GREY_HEAT])
def test_more_heat_is_darker(scale):
    luminance = [_luminance(fill) for fill in scale]
    assert all(a - b > 0.03 for a, b in pairwise(luminance))


def _luminance(fill: str) -> float:
    """Relative luminance (WCAG 2.1)."""
    channels = [int(fill[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_four_times_the_layers_take_about_four_times_as_long():
    def seconds(blocks):
        graph = resnet("basic", (blocks,) * 4)
        times = []
        for _ in range(3):
            start = time.process_time()
            to_dot(graph)
            times.append(time.process_time() - start)
        return min(times)

    assert seconds(36) < 10 * seconds(9)


def test_the_same_graph_gives_the_same_text():
    assert to_dot(resnet()) == to_dot(resnet())
