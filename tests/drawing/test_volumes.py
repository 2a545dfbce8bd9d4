"""Volumes: what is written, sizes that follow shapes, nothing on top of anything else, hostile texts."""

from __future__ import annotations

import re
import time
import xml.etree.ElementTree as ET
from dataclasses import replace
from html import escape
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import Builder, resnet, several_outputs

from cnnspec.backends.drawing.text import clean
from cnnspec.backends.drawing.view import Direction
from cnnspec.backends.drawing.volumes import volumes
from cnnspec.backends.drawing.volumes.measure import ASCENT, DESCENT, Font, wrapped
from cnnspec.backends.drawing.volumes.rows import broken
from cnnspec.backends.drawing.volumes.scale import Scale
from cnnspec.backends.drawing.volumes.solid import Rect
from cnnspec.backends.drawing.volumes.units import MOST
from cnnspec.elaborate import elaborate, open_target
from cnnspec.ir import Graph, GraphOutput, Node

SVG = "{http://www.w3.org/2000/svg}"
EXAMPLES = Path(__file__).parents[2] / "examples"
SPECS = (
    "alexnet_2012",
    "vgg16",
    "lenet5",
    "resnet110",
    "densenet264",
    "nasnet_a_large",
    "stack",
    "unet",
    "googlenet",
)
DIRECTIONS: tuple[Direction, ...] = ("LR", "TB")


def graph_of(name: str) -> Graph:
    example = EXAMPLES / f"{name}.cnn"
    return elaborate(open_target(str(example) if example.exists() else name))


def groups(svg: str, kind: str) -> list[ET.Element]:
    return [g for g in ET.fromstring(svg).iter(f"{SVG}g") if kind in (g.get("class") or "").split()]


def texts(element: ET.Element) -> list[str]:
    return [text.text or "" for text in element.iter(f"{SVG}text")]


def tips(svg: str) -> list[str]:
    return [g.findtext(f"{SVG}title") or "" for g in groups(svg, "step")]


def labels(svg: str) -> dict[str, list[str]]:
    """What stands at each box, by its name."""
    return {tip.split("\n")[0]: texts(g) for tip, g in zip(tips(svg), groups(svg, "label"), strict=True)}


def placed_texts(svg: str) -> list[tuple[str, Rect]]:
    found = []
    for part in ET.fromstring(svg).iter(f"{SVG}g"):
        move = re.fullmatch(r"translate\((\S+) (\S+)\)", part.get("transform") or "")
        if move:
            found += [(t.text or "", _extent(t, *map(float, move.groups()))) for t in part.iter(f"{SVG}text")]
    return found


def _extent(text: ET.Element, x: float, y: float) -> Rect:
    font = Font(float(text.get("font-size", 0)), bold=text.get("font-weight") == "bold")
    width = font.width(text.text or "")
    before = {"start": 0.0, "middle": 0.5, "end": 1.0}[text.get("text-anchor", "start")]
    left, baseline = x + float(text.get("x", 0)) - width * before, y + float(text.get("y", 0))
    return Rect(left, baseline - font.size * ASCENT, left + width, baseline + font.size * DESCENT)


def check_page(svg: str) -> None:
    """Nothing outside the page, no text on a text."""
    _, _, width, height = map(float, ET.fromstring(svg).get("viewBox", "").split())
    found = placed_texts(svg)
    for text, r in found:
        assert r.left >= 0 and r.top >= 0 and r.right <= width + 0.01 and r.bottom <= height, text
    for (one, first), (other, second) in combinations(found, 2):
        assert not first.grown(-0.05).meets(second.grown(-0.05)), (one, other)
    for x, y in _corners(svg):
        assert 0 <= x <= width and 0 <= y <= height


def _corners(svg: str) -> list[tuple[float, float]]:
    (network,) = groups(svg, "network")
    x, y = map(float, re.findall(r"[\d.]+", network.get("transform", "")))
    pairs = (p.split(",") for e in network.iter(f"{SVG}polygon") for p in e.get("points", "").split())
    lines = (
        p for e in network.iter(f"{SVG}path") for p in re.findall(r"(-?[\d.]+) (-?[\d.]+)", e.get("d", ""))
    )
    return [(x + float(a), y + float(b)) for a, b in (*pairs, *lines)]


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_alexnet_is_told_as_in_the_lecture(direction):
    svg = volumes(graph_of("alexnet_lecture"), direction)
    found = labels(svg)
    assert list(found)[:4] == ["input", "conv1", "maxpool1", "conv2"] and list(found)[-1] == "fc8"
    assert {"227", "3"} <= set(found["input"])
    assert {"96", "55", "11x11", "stride 4", "relu"} <= set(found["conv1"])
    assert {"256", "27", "5x5"} <= set(found["conv2"]) and "stride 1" not in found["conv2"]
    assert {"384", "13", "3x3"} <= set(found["conv3"])
    assert {"256", "6", "3x3", "stride 2", "flatten 9216"} <= set(found["maxpool3"])
    assert {"4096", "dense", "linear, relu"} <= set(found["fc6"])
    title = " ".join(texts(groups(svg, "heading")[0]))
    assert "alexnet_lecture" in title and "62,378,344 parameters" in title and "1.14 G MACs" in title
    assert set(texts(groups(svg, "legend")[0])[:3]) == {"convolution", "pooling", "linear"}


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("name", SPECS)
def test_nothing_lies_on_anything_else(name, direction):
    svg = volumes(graph_of(name), direction, dark=direction == "TB")
    check_page(svg)
    assert 2 <= len(groups(svg, "step")) <= MOST
    _, _, width, height = map(float, ET.fromstring(svg).get("viewBox", "").split())
    assert width <= 1700 and max(width / height, height / width) < 3.6


def test_residual_stages_are_a_box_each():
    found = labels(volumes(graph_of("resnet50")))
    assert list(found) == ["input", "stem", "stage1", "stage2", "stage3", "stage4", "global_avgpool1", "head"]
    assert any("bottleneck" in line for line in found["stage2"])
    assert {"512", "28"} <= set(found["stage2"])


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_skips_pass_beside_the_boxes(direction):
    """U-Net's four, and NASNet's cells that see the cell before the last."""
    svg = volumes(graph_of("unet"), direction)
    ends = [(g.get("data-from"), g.get("data-to")) for g in groups(svg, "skip")]
    names = [tip.split("\n")[0] for tip in tips(svg)]
    told = {(names[int(a[4:])], names[int(b[4:])]) for a, b in ends}
    assert told == {("down1", "up4"), ("down2", "up3"), ("down3", "up2"), ("down4", "up1")}
    assert len(groups(volumes(graph_of("nasnet_a_large"), direction), "skip")) == 4


def test_what_is_for_training_only_is_left_out_and_said():
    svg = volumes(several_outputs())
    assert "without side (training only)" in texts(groups(svg, "legend")[0])
    assert not any("side" in name for name in labels(svg))
    assert "\N{RIGHTWARDS ARROW} class" in labels(svg)["linear1"]


def test_equal_layers_are_one_box_where_there_are_many():
    found = labels(volumes(graph_of("vgg19")))
    assert "stage5.conv1…4 \N{MULTIPLICATION SIGN}4" in found and len(found) == 13
    assert len(groups(volumes(resnet("basic", (18, 18, 18, 18), stages=False)), "step")) <= MOST


def test_frozen_parts_say_so():
    b = Builder("net", 1, 8, 8)
    b("conv", 2, 3), b("conv", 2, 3)
    graph = b.graph()
    still = tuple(replace(spec, starts=None) for spec in graph.nodes[1].parameters)
    first = graph.nodes[1]
    nodes = (graph.nodes[0], Node(first.name, first.op, first.inputs, first.shape, still), graph.nodes[2])
    svg = volumes(Graph("net", nodes, graph.outputs))
    assert "frozen" in labels(svg)["conv1"] and "frozen" not in labels(svg)["conv2"]
    assert "frozen" in texts(groups(svg, "legend")[0])


HOSTILE = [
    'say "hi" \'there\'', "a < b > c & d", "R&amp;D", "</text><script>alert(1)</script>", "]]>", "<!--", "{{x}}",
    "\x00\x1b\ud800\ufffe\u202e", "漢字かな交じり文" * 12, "שלום עולם", "x" * 200, "word " * 40, "", " ", "two\nlines",
]  # fmt: skip


def hostile(text: str) -> Graph:
    b = Builder(text, 1, 12, 12)
    with b.scope("part", text):
        first = b("conv", 2, 3, padding=1, name=text.replace(".", "_") + "?")
        b("add", of=(b("conv", 2, 1), first))
    b("flatten"), b("linear", 3, name=text.replace(".", "_") + "!")
    return b.graph(GraphOutput(text, b.at), GraphOutput(text + "2", first))


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_stay_text(text, direction):
    svg = volumes(hostile(text), direction)
    check_page(svg)
    svg.encode()
    tags = {element.tag.removeprefix(SVG) for element in ET.fromstring(svg).iter()}
    assert tags == {"svg", "g", "title", "rect", "polygon", "path", "text"}
    shown = "".join(" ".join(tips(svg)).split())
    assert "".join(clean(text).split()) in shown
    assert ET.fromstring(svg).findtext(f"{SVG}title") == "\n".join(map(clean, text.split("\n")))
    assert "href" not in svg.replace(escape(text), "") and "url(" not in svg


maps = st.tuples(st.integers(1, 5000), st.integers(1, 5000), st.integers(1, 5000))


@given(maps, maps, st.booleans())
def test_a_larger_map_is_never_drawn_smaller(one, other, down):
    small, large = (tuple(pick(a, b) for a, b in zip(one, other, strict=True)) for pick in (min, max))
    if small[1:] == (1, 1):
        return
    scale = Scale([one, other], down)
    first, second = scale.solid(small), scale.solid(large)
    assert first.width <= second.width and first.height <= second.height and first.shift <= second.shift
    assert min(first.width, first.height, first.shift) > 0 and max(second.width, second.height) < 200


@settings(max_examples=25, deadline=None)
@given(maps, st.integers(1, 5000), st.integers(1, 5), st.sampled_from(DIRECTIONS))
def test_any_shape_can_be_drawn(shape, features, kernel, direction):
    b = Builder("net", *shape)
    b("conv", 3, (min(kernel, shape[1]), min(kernel, shape[2])), stride=2)
    b("global_avgpool"), b("flatten"), b("linear", features)
    check_page(volumes(b.graph(), direction))


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_vectors_and_single_layers(direction):
    b = Builder("mlp", 784)
    check_page(volumes(b.graph(), direction))
    b("linear", 100), b("relu"), b("linear", 10)
    found = labels(volumes(b.graph(), direction))
    assert {"784"} <= set(found["input"]) and {"100", "dense", "relu"} <= set(found["linear1"])


@given(st.lists(st.floats(1, 100), min_size=1, max_size=40), st.integers(1, 8))
def test_rows_hold_all_in_order(sizes, rows):
    found = broken(sizes, rows)
    assert [i for row in found for i in row] == list(range(len(sizes))) and len(found) <= rows


@given(st.text(max_size=80), st.integers(30, 300), st.integers(1, 4))
def test_wrapped_lines_fit(text, room, most):
    font = Font(11)
    lines = wrapped(text, font, room, most)
    assert len(lines) <= most and all(font.width(line) <= room for line in lines)


def test_the_largest_networks_take_no_time():
    graph = graph_of("nasnet_a_large")
    start = time.process_time()
    volumes(graph)
    assert time.process_time() - start < 3  # a third of a second of the processor
