"""Two networks as one drawing: golden outlines, and what holds for all pairs."""

from __future__ import annotations

from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from outlines import expected, of_mermaid, of_svg, outline

import cnnspec
from cnnspec.analyses.alignment import align
from cnnspec.backends.drawing.diff import diff_picture
from cnnspec.backends.drawing.diff.pairing import units_of_both
from cnnspec.backends.drawing.diff.sides import Sides
from cnnspec.backends.drawing.graphviz import to_dot
from cnnspec.backends.drawing.mermaid import to_mermaid
from cnnspec.backends.drawing.model import Picture
from cnnspec.backends.drawing.renderers import find_renderer, render_dot
from cnnspec.backends.drawing.view import LEVELS, View
from cnnspec.elaborate import elaborate, open_target
from cnnspec.ir import Graph

GOLDENS = Path(__file__).parent / "goldens"
CASES = [
    ("resnet18", "resnet34", View(level="stage")),
    ("resnet18", "resnet34", View(level="block")),
    ("resnet50", "resnext50_32x4d", View(level="block")),
    ("vgg16", "vgg16_bn", View(level="layer")),
    ("densenet121", "densenet169", View(level="model")),
    ("alexnet", "alexnet_lecture", View(level="layer")),
    ("resnet34", "plain34", View(level="layer", fold=True)),
    ("lenet5", "alexnet", View(level="layer")),
    ("vgg16", "resnet18", View(level="stage")),
    ("resnet18", "resnet34", View(level="layer", fold=True)),
    ("resnet50", "resnet34", View(level="block")),
]
NAMES = (
    "lenet5",
    "alexnet",
    "vgg11",
    "vgg11_bn",
    "resnet18",
    "resnet34",
    "resnet50",
    "densenet121",
    "efficientnet_b0",
)


@cache
def graph_of(name: str) -> Graph:
    return elaborate(open_target(name))


def drawn(first: str, second: str, view: View) -> Picture:
    return diff_picture(graph_of(first), graph_of(second), view)


def identifier(case: tuple[str, str, View]) -> str:
    first, second, view = case
    return f"{first}-{second}-{view.level}{'-fold' if view.fold else ''}"


@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_outline(case: tuple[str, str, View], regenerate: bool) -> None:
    found = drawn(*case)
    golden = GOLDENS / f"diff-{identifier(case)}.txt"
    if regenerate:
        golden.write_text(outline(found), encoding="utf-8")
    assert outline(found) == golden.read_text(encoding="utf-8")


@pytest.mark.skipif(find_renderer("svg") is None, reason="no Graphviz here")
@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_each_format_has_what_the_picture_has(case: tuple[str, str, View]) -> None:
    found = drawn(*case)
    for view in (case[2], View(style="paper"), View(style="slides", dark=True, direction="LR")):
        assert of_svg(render_dot(to_dot(found, view), "svg")) == expected(found)
    assert of_mermaid(to_mermaid(found, case[2])) == expected(found)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(NAMES), st.sampled_from(NAMES), st.sampled_from(LEVELS), st.booleans())
def test_any_two_networks(first: str, second: str, level: str, fold: bool) -> None:
    found = drawn(first, second, View(level=level, fold=fold))  # type: ignore[arg-type]
    places = {box.key: place for place, box in enumerate(found.boxes)}
    assert len(places) == len(found.boxes)
    assert None not in {each.state for each in (*found.boxes, *found.arrows)}
    assert_nested(found)
    assert all(places[arrow.tail] < places[arrow.head] for arrow in found.arrows)
    if first == second:
        assert {box.state for box in found.boxes} == {"same"}
        assert "the two are the same" in found.facts


def assert_nested(found: Picture) -> None:
    """Every frame lies in one other, or in none."""
    around: dict[str, str] = {}
    for box in found.boxes:
        paths = ["", *(frame.path for frame in box.frames)]
        for outer, inner in pairwise(paths):
            assert around.setdefault(inner, outer) == outer


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(NAMES), st.sampled_from(NAMES), st.sampled_from(LEVELS))
def test_each_layer_is_in_one_box(first: str, second: str, level: str) -> None:
    sides = Sides.of(align(graph_of(first), graph_of(second)))
    units, _ = units_of_both(sides, View(level=level))  # type: ignore[arg-type]
    for graph, own in zip(sides.graphs, units, strict=True):
        assert sorted(node for unit in own for node in unit.nodes) == list(range(len(graph.nodes)))


@pytest.mark.parametrize(
    ("first", "second"), [("resnet18", "resnet34"), ("vgg16", "vgg16_bn"), ("resnet34", "plain34")]
)
def test_no_layer_is_left_out(first: str, second: str) -> None:
    """Names of all layers of both stand in the tooltips at level layer, as removed, added, or in both."""
    alignment = align(graph_of(first), graph_of(second))
    lines = [
        line
        for box in drawn(first, second, View(level="layer")).boxes
        for line in box.tooltip.split("\n")
        if line
    ]
    told = Counter(
        "added" if " (added)" in line else "removed" if " (removed)" in line else "both" for line in lines
    )
    assert told["added"] == alignment.count("added")
    assert told["removed"] == alignment.count("removed")
    assert told["both"] == len(alignment.layers) - told["added"] - told["removed"]


def test_numbers_of_blocks_are_told() -> None:
    """ResNet-34 has 3, 4, 6 and 3 blocks where ResNet-18 has two each."""
    texts = [
        box.label.texts
        for box in drawn("resnet18", "resnet34", View(level="stage")).boxes
        if box.state == "changed"
    ]
    assert [lines[-1][-7:] for lines in texts] == ["×2 → ×3", "×2 → ×4", "×2 → ×6", "×2 → ×3"]


def test_one_block_that_differs_in_a_row_stands_apart() -> None:
    """Otherwise the first of the row would tell of all."""
    text = "block b(groups) {{ conv(8, 3, padding = 1, groups = groups) }} model m {{ input 8 x 32 x 32 {} }}"
    rows = ["b(1) b(1) b(1) b(1)", "b(1) b(1) b(4) b(1)"]
    first, second = (cnnspec.loads(text.format(row)).graph for row in rows)
    for view in (View(level="block"), View(level="layer", fold=True)):
        states = [box.state for box in diff_picture(first, second, view).boxes]
        assert states == ["same", "same", "changed", "same", "same"]


def test_one_network_twice() -> None:
    found = drawn("alexnet", "alexnet", View(level="layer"))
    assert (found.title, found.facts[0]) == ("alexnet", "the two are the same")


def row_of(number: int, norm: str) -> Graph:
    text = f"""model net {{ input 16 x 8 x 8  repeat {number} {{ conv(16, 3, padding = 1) {norm} relu }} global_avgpool }}"""
    return cnnspec.loads(text).graph


def test_rows_of_layers_differ_in_their_number_and_in_each() -> None:
    found = diff_picture(row_of(30, "bn"), row_of(20, ""), View(level="stage"))
    assert found.boxes[1].label.texts == ("conv 3x3, 16 ×30 → ×20", "relu", "bn removed")


def test_two_of_one_name_are_called_by_what_tells_them_apart() -> None:
    first, second = row_of(3, "bn"), row_of(2, "bn")
    assert diff_picture(first, second, View(), ("a.cnn", "b.cnn")).title == "a.cnn → b.cnn"
    assert diff_picture(first, first, View(), ("a.cnn", "b.cnn")).title == "net"
