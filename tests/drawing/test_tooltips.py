"""Tooltips: what a string of DOT holds."""

from __future__ import annotations

import re

import pytest
from networks import Builder

from cnnspec.backends.drawing.formats import FORMATS, subject
from cnnspec.backends.drawing.renderers import find_renderer
from cnnspec.backends.drawing.view import View
from cnnspec.ir import Graph

MOST = 16_384
"""Bytes of a string that Graphviz reads."""
_TOOLTIP = re.compile(r'tooltip="((?:[^"\\]|\\.)*)"', re.DOTALL)


def part(letter: str, length: int, layers: int = 60) -> Graph:
    b = Builder("net", 3, 8, 8)
    with b.scope("part"):
        for i in range(layers):
            b("conv", 3, 1, name=letter * length + str(i))
    return b.graph()


def tooltips(graph: Graph) -> list[str]:
    text = FORMATS["dot"].write(subject(graph, View(level="stage")), 1.0).decode()
    return [found for found in _TOOLTIP.findall(text) if "part" in found]


@pytest.mark.parametrize("letter", ["x", '"', "\\", "漢", "\x01", "\ud800", "𒍅"])
def test_long_names_are_cut_by_the_bytes_that_they_take(letter: str) -> None:
    (tip,) = tooltips(part(letter, 800))
    assert MOST - 500 < len(tip.encode()) < MOST
    told, more = tip.split("\n")[-2:]
    assert told.endswith("\N{HORIZONTAL ELLIPSIS}") and more == "and 20 more"


def test_what_fits_is_whole() -> None:
    (tip,) = tooltips(part("x", 20, 3))
    assert tip.split("\n")[-1] == f"part.{'x' * 20}2: 3x8x8"


@pytest.mark.skipif(find_renderer("svg") is None, reason="no Graphviz here")
def test_a_long_tooltip_can_be_drawn() -> None:
    svg = FORMATS["svg"].write(subject(part("漢", 800), View(level="stage")), 1.0).decode()
    assert "漢\N{HORIZONTAL ELLIPSIS}" in svg
