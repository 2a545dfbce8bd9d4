"""Analyses take time in proportion to the layers. Counted in calls of functions, which are the same on every machine;
``benchmarks/analyses.py`` measures the seconds."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from cnnspec.analyses.comparison import figures
from cnnspec.analyses.footprint import footprint
from cnnspec.analyses.lint import graph_lints
from cnnspec.analyses.receptive_field import receptive_fields
from cnnspec.analyses.roofline import work
from cnnspec.analyses.summary import summarize
from cnnspec.elaborate import Loader, elaborate, open_target
from cnnspec.ir import Graph
from cnnspec.source import Source

LONG = Path(__file__).parent.parent / "lint" / "long.cnn"
ANALYSES: dict[str, Callable[[Graph], object]] = {
    "summary": summarize,
    "figures": figures,
    "receptive fields": receptive_fields,
    "footprint": footprint,
    "footprint, recomputed": lambda graph: footprint(graph, recompute=True),
    "work": work,
    "lints": lambda graph: list(graph_lints(graph, None)),
}


def calls(made: Callable[[], object]) -> int:
    """How many functions are called, of Python and of C."""
    count = 0

    def counted(frame: Any, event: str, given: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(counted)
    try:
        made()
    finally:
        sys.setprofile(None)
    return count


def shuffled(units: int) -> Graph:
    """Units of ShuffleNetV2: half of the channels go on as they are."""
    branch = "split(2, 1) conv(8, 1) bn conv(8, 3, padding = 1, groups = 8)"
    unit = f"let x = in concat {{ | x -> split(2, 0) | x -> {branch} }} shuffle(2)"
    text = f"model shuffled {{ input 16 x 32 x 32 repeat {units} {{ unit }} }} block unit {{ {unit} }}"
    return elaborate(Loader().link(Source("shuffled.cnn", text), None))


def test_channels_that_differ_are_followed_in_linear_time() -> None:
    small, large = (calls(partial(receptive_fields, graph)) for graph in (shuffled(40), shuffled(160)))
    assert large < 4.4 * small


@pytest.mark.parametrize("name", ANALYSES)
def test_growth_is_linear(name: str) -> None:
    graphs = [elaborate(open_target(str(LONG), (("depth", str(depth)),))) for depth in (2, 50, 200)]
    _, small, large = (calls(partial(ANALYSES[name], graph)) for graph in graphs)  # the first imports
    assert len(graphs[2].nodes) > 3.9 * len(graphs[1].nodes)
    assert small > len(graphs[1].nodes)
    assert large < 4.4 * small
