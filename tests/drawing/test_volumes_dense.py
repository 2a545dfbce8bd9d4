"""Volumes: full connections, by several heads of one map, and what is written beside them."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest
from networks import Builder
from test_volumes import DIRECTIONS, SVG, check_page, graph_of, groups, labels, texts

from cnnspec.backends.drawing.view import Direction
from cnnspec.backends.drawing.volumes import volumes
from cnnspec.backends.drawing.volumes.solid import Rect
from cnnspec.backends.drawing.volumes.steps import steps_of
from cnnspec.ir import Graph, GraphOutput


def two_heads(*, label: bool = False) -> Graph:
    """A map, made flat, that two linear layers read."""
    b = Builder("two", 3, 16, 16)
    if label:
        with b.scope("features"):
            b("conv", 8, 3), b("maxpool", 2), b("flatten")
    else:
        b("conv", 8, 3), b("relu"), b("flatten")
    flat = b.at
    heads = [b("linear", n, name=name, of=flat) for name, n in (("class", 10), ("box", 4))]
    return b.graph(GraphOutput("class", heads[0]), GraphOutput("box", heads[1]))


def test_a_map_that_two_heads_read_is_no_vector() -> None:
    _, conv, *heads = steps_of(two_heads())
    assert conv.shape == (8, 14, 14) and conv.words == ("relu, flatten 1568",)
    assert [head.sources for head in heads] == [(1,), (1,)]


def test_a_part_that_ends_with_a_flatten_is_no_vector() -> None:
    part = steps_of(two_heads(label=True))[1]
    assert part.shape == (8, 7, 7) and "flatten 392" in part.words


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_each_head_says_that_it_is_fully_connected(direction: Direction) -> None:
    svg = volumes(two_heads(), direction)
    assert all("dense" in labels(svg)[head] for head in ("class", "box"))
    assert "dense" not in labels(svg)["conv1"]
    check_page(svg)


def test_a_flatten_has_its_own_box_where_others_read_the_map() -> None:
    b = Builder("net", 3, 16, 16)
    b("conv", 8, 3)
    read = b("relu")
    b("flatten")
    first = b("linear", 10, name="class")
    b("global_avgpool", of=read), b("flatten")
    graph = b.graph(GraphOutput("class", first), GraphOutput("box", b("linear", 4, name="box")))
    steps = {step.name: step for step in steps_of(graph)}
    assert steps["conv1"].words == ("relu",) and steps["conv1"].shape == (8, 14, 14)
    assert steps["flatten1"].shape == (1568,)
    assert steps["global_avgpool1"].sources == (1,) and steps["global_avgpool1"].words == ("flatten 8",)


def _baselines(label: ET.Element, kind: str) -> list[float]:
    return [float(text.get("y", 0)) for text in label.iter(f"{SVG}text") if text.get("class") == kind]


@pytest.mark.parametrize("name", ("lenet5", "vgg16", "vgg19", "alexnet", "alexnet_2012", "localization"))
def test_downwards_no_number_of_a_side_stands_below_the_word_dense(name: str) -> None:
    svg = volumes(graph_of(name), "TB")
    found = groups(svg, "label")
    pairs = [(a, b) for a, b in pairwise(found) if "dense" in texts(b)]
    assert pairs
    for before, dense in pairs:
        (word,) = _baselines(dense, "dense")
        assert max(_baselines(before, "size")) < word


def _outlines(step: ET.Element) -> Rect:
    pairs = [p.split(",") for e in step.iter(f"{SVG}polygon") for p in e.get("points", "").split()]
    xs, ys = ([float(pair[axis]) for pair in pairs] for axis in (0, 1))
    return Rect(min(xs), min(ys), max(xs), max(ys))


@pytest.mark.parametrize("name", ("vgg19", "plain34"))
def test_downwards_no_number_lies_on_the_outlines_behind_a_box(name: str) -> None:
    svg = volumes(graph_of(name), "TB")
    for step, label in zip(groups(svg, "step"), groups(svg, "label"), strict=True):
        box = _outlines(step)
        for text in label.iter(f"{SVG}text"):
            if text.get("class") == "size" and text.get("text-anchor") == "middle":
                assert float(text.get("y", 0)) - 6 > box.bottom
