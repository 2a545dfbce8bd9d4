"""Drawings with deep parts folded: nothing is lost, arrows lead forwards, equal parts in a row are one box."""

from __future__ import annotations

import pytest

from cnnspec.backends.drawing_model import Picture, picture
from cnnspec.backends.graphviz import to_dot
from cnnspec.elaborate import elaborate, open_target
from cnnspec.ir import Graph

SPECS = ("resnet50", "densenet121", "nasnet_a_mobile", "efficientnet_b0", "vgg16", "alexnet")


def graph_of(name: str) -> Graph:
    return elaborate(open_target(name))


def covers(drawn: Picture, graph: Graph) -> bool:
    nodes = sorted(node for box in drawn.boxes for node in box.nodes)
    return nodes == list(range(len(graph.nodes)))


@pytest.mark.parametrize("depth", [None, 0, 1, 2, 3])
@pytest.mark.parametrize("name", SPECS)
def test_every_layer_is_in_one_box(name: str, depth: int | None) -> None:
    graph = graph_of(name)
    drawn = picture(graph, depth)
    assert covers(drawn, graph)
    assert all(arrow.tail < arrow.head for arrow in drawn.arrows)
    assert all(len(box.scopes) <= (9 if depth is None else depth) for box in drawn.boxes)


@pytest.mark.parametrize("name", SPECS)
def test_more_depth_shows_more(name: str) -> None:
    graph = graph_of(name)
    numbers = [len(picture(graph, depth).boxes) for depth in (0, 1, 2, 3, None)]
    assert numbers == sorted(numbers)


def test_equal_blocks_in_a_row_are_one_box() -> None:
    """ResNet-50's stages of 3, 4, 6 and 3 blocks, of which the first differs where it halves the size."""
    parts = [box for box in picture(graph_of("resnet50"), 1).boxes if box.kind == "part"]
    assert [box.times for box in parts] == [3, 1, 3, 1, 5, 1, 2]
    assert parts[0].part is not None and parts[0].part.title == "bottleneck(64, 256)"


def test_parts_that_others_read_stay_apart() -> None:
    """NASNet's cells see the two cells before them."""
    drawn = picture(graph_of("nasnet_a_mobile"), 1)
    cells = [box for box in drawn.boxes if box.part is not None and box.part.path.startswith("stage")]
    assert [box.times for box in cells] == [1] * 12
    tails = [arrow.tail for arrow in drawn.arrows if arrow.head == cells[2].number]
    assert tails == [cells[1].number, cells[0].number] or tails == [cells[0].number, cells[1].number]


def test_dot_says_how_often() -> None:
    dot = to_dot(graph_of("densenet121"), depth=1)
    assert "dense_layer(32) \N{MULTIPLICATION SIGN}24" in dot or "\N{MULTIPLICATION SIGN}24" in dot
    assert dot.count("subgraph") < to_dot(graph_of("densenet121")).count("subgraph")
