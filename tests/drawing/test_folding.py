"""Drawings with parts folded: nothing is lost, arrows lead forwards, equal parts in a row are one box."""

from __future__ import annotations

from functools import cache

import pytest

import cnnspec
from cnnspec.backends.drawing.model import Picture, picture, readable_level
from cnnspec.backends.drawing.titles import merged_title, shortened
from cnnspec.backends.drawing.view import LEVELS, View
from cnnspec.elaborate import elaborate, open_target, zoo_names
from cnnspec.ir import Graph

SPECS = ("resnet50", "densenet121", "nasnet_a_mobile", "efficientnet_b0", "vgg16", "alexnet")
VIEWS = [*(View(level=level) for level in LEVELS), *(View(depth=depth) for depth in range(4))]


@cache
def graph_of(name: str) -> Graph:
    return elaborate(open_target(name))


def covers(drawn: Picture, graph: Graph) -> bool:
    nodes = sorted(node for box in drawn.boxes for node in box.nodes)
    return nodes == list(range(len(graph.nodes)))


@pytest.mark.parametrize("view", VIEWS, ids=lambda v: str(v.level or v.depth))
@pytest.mark.parametrize("name", SPECS)
def test_every_layer_is_in_one_box(name: str, view: View) -> None:
    graph = graph_of(name)
    drawn = picture(graph, view)
    assert covers(drawn, graph)
    places = {box.key: place for place, box in enumerate(drawn.boxes)}
    assert all(places[arrow.tail] < places[arrow.head] for arrow in drawn.arrows)
    if view.depth is not None:
        assert all(len(box.frames) <= view.depth for box in drawn.boxes)


@pytest.mark.parametrize("name", SPECS)
def test_more_detail_shows_more(name: str) -> None:
    graph = graph_of(name)
    numbers = [len(picture(graph, View(level=level)).boxes) for level in LEVELS]
    assert numbers == sorted(numbers)


@pytest.mark.parametrize("name", zoo_names())
def test_what_ships_fits_a_page_at_level_stage(name: str) -> None:
    module = open_target(name)
    if name.startswith("blocks"):
        return
    graph = elaborate(module)
    assert len(picture(graph, View(level="stage")).boxes) <= 24
    assert len(picture(graph, View(level="model")).boxes) <= 14


def test_equal_blocks_in_a_row_are_one_box() -> None:
    """ResNet-50's stages of 3, 4, 6 and 3 blocks, of which the first differs: it has a shortcut to project."""
    parts = [box for box in picture(graph_of("resnet50"), View(level="block")).boxes if len(box.frames) == 1]
    assert [box.times for box in parts] == [1, 2, 1, 3, 1, 5, 1, 2]
    assert parts[1].label.texts[0] == "bottleneck(64, 256) \N{MULTIPLICATION SIGN}2"


def test_ranges_of_width() -> None:
    (stages,) = (box for box in picture(graph_of("resnet50"), View(level="model")).boxes if box.times == 4)
    assert "256…2048 x 56…7 x 56…7" in stages.label.texts


def test_cells_that_see_the_two_before_them_are_a_row() -> None:
    drawn = picture(graph_of("nasnet_a_mobile"), View(level="block"))
    assert [box.times for box in drawn.boxes if box.times > 1] == [3, 3, 3]


def test_blocks_read_in_the_middle_of_a_row_stay_apart() -> None:
    text = """
    model net {
      input 4 x 8 x 8
      a: unit  b: unit  c: unit
      concat { | | b }
    }
    block unit { conv(4, 3, padding = 1)  relu }
    """
    graph = cnnspec.loads(text).graph
    assert [box.times for box in picture(graph, View(level="stage")).boxes if box.kind == "part"] == [1, 1, 1]


def test_folded_layers_are_those_of_the_first_of_a_row() -> None:
    whole, folded = (picture(graph_of("resnet18"), View(level="layer", fold=fold)) for fold in (False, True))
    assert len(folded.boxes) < len(whole.boxes)
    titles = {frame.title for box in folded.boxes for frame in box.frames}
    assert "residual(64) \N{MULTIPLICATION SIGN}2" in titles


WIDENING = """
model net {
  input 3 x 32 x 32
  for i in [1, 2, 3] { unit(16 * i) }
  global_avgpool flatten linear(10)
}
block unit(c) { inner(c, 3) relu }
block inner(c, k) { conv(c, k, padding = 1) bn relu conv(c, k, padding = 1) bn }
"""


def test_what_follows_a_folded_row_takes_the_last_shape() -> None:
    drawn = picture(cnnspec.loads(WIDENING).graph, View(level="layer", fold=True))
    assert [arrow.text for arrow in drawn.arrows if arrow.text][:3] == ["3x32x32", "16…48x32x32", "48x32x32"]
    titles = {frame.title for box in drawn.boxes for frame in box.frames}
    assert titles == {"unit(16…48) \N{MULTIPLICATION SIGN}3", "inner(16…48, 3)"}


@pytest.mark.parametrize("view", [View(level="stage"), View(level="layer", fold=True)], ids=str)
def test_equal_layers_outside_blocks_are_a_row(view: View) -> None:
    """The first differs: it has other parameters."""
    text = "model net { input 3 x 8 x 8  repeat 30 { conv(16, 3, padding = 1) bn relu } global_avgpool }"
    drawn = picture(cnnspec.loads(text).graph, view)
    texts = [box.label.texts for box in drawn.boxes if box.family == "convolution"]
    assert texts == [("conv 3x3, 16", "bn, relu"), ("conv 3x3, 16 \N{MULTIPLICATION SIGN}29", "bn, relu")]


def test_layers_of_an_overview_stand_in_their_order() -> None:
    lines = picture(graph_of("alexnet"), View(level="model")).boxes[1].label.texts
    assert lines[0] == "conv \N{MULTIPLICATION SIGN}5, maxpool \N{MULTIPLICATION SIGN}3"
    assert [line.split()[0] for line in lines[1:]] == [
        "conv",
        "maxpool",
        "conv",
        "maxpool",
        "conv",
        "maxpool",
    ]


@pytest.mark.parametrize(
    ("name", "level"),
    [("lenet5", "layer"), ("vgg16", "layer"), ("resnet50", "block"), ("nasnet_a_large", "block")],
)
def test_as_much_as_can_be_read(name: str, level: str) -> None:
    assert readable_level(graph_of(name)) == level


@pytest.mark.parametrize(
    ("titles", "merged"),
    [
        (["b(6, 32)", "b(12, 32)", "b(24, 32)"], "b(6…24, 32)"),
        (["b(64)", "b(32)"], "b(64…32)"),
        (["b(64, 256)", "b(64, 256, 2)"], "b(64, 256, …)"),
        (["b(x = 0.1)", "b(x = 0.2)"], "b(x = 0.1…0.2)"),
        (["b(x = relu)", "b(x = silu)"], "b(…)"),
        (["b", "b(2)"], "b(…)"),
        (["b((1, 2), [a, b])", "b((1, 2), [a, b])"], "b((1, 2), [a, b])"),
        (['b("a, b", 1)', 'b("a, b", 2)'], 'b("a, b", 1…2)'),
        (["a(1)", "b(1)"], "…"),
    ],
)
def test_titles_of_several_parts(titles: list[str], merged: str) -> None:
    assert merged_title(titles) == merged


def test_long_titles_are_cut_at_arguments() -> None:
    assert shortened("inverted_residual(24, stride = 2, squeeze = 4)", 34) == "inverted_residual(24, …)"
    assert shortened("b(1)", 34) == "b(1)"
