"""The table on the terminal: what it says and that it fits."""

from __future__ import annotations

import pytest
from networks import Builder, resnet, several_outputs, vgg16

from cnnspec.analyses.summary import summarize
from cnnspec.api.summary_table import summary_text
from cnnspec.ir import Graph


def _printed(graph: Graph, width: int = 80, depth: int | None = None) -> str:
    return summary_text(summarize(graph), width, depth)


@pytest.mark.parametrize("width", [80, 100])
@pytest.mark.parametrize(
    "graph", [vgg16(), resnet("bottleneck", (3, 4, 6, 3)), several_outputs()], ids=lambda g: g.name
)
def test_it_fits(graph, width):
    lines = _printed(graph, width).splitlines()
    assert max(map(len, lines)) <= width
    assert not any("…" in line for line in lines)


def test_vgg16_says_what_matters():
    text = _printed(vgg16())
    assert "vgg16: 3x224x224 -> 1000" in text
    assert "102,764,544     102.8" in text
    assert "parameters  138,357,544" in text
    assert "Conv: 14.7 million (11 %), FC: 123.6 million (89 %)" in text
    assert "15,470,264,320 (30,940,528,640 FLOPs)" in text
    assert "553.4 MB parameters" in text


def test_depth_folds():
    text = _printed(vgg16(), depth=0)
    assert "vgg(2, 64)" in text
    assert "conv1" not in text


def test_titles_are_not_markup_and_control_characters_do_not_reach_the_terminal():
    b = Builder("[bold]net[/bold]\x1b[31m", 1, 4, 4)
    with b.scope("part", "a [red]title[/red]\nof two lines"):
        b("relu")
    text = _printed(b.graph(), 100)
    assert "[bold]net[/bold]" in text and "[red]title[/red]" in text
    assert "\x1b" not in text
