"""Analyses take time in proportion to the layers. Counted in calls of functions, which are the same on every machine;
``benchmarks/analyses.py`` measures the seconds."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from counting import calls

from cnnspec.analyses.alignment import align
from cnnspec.analyses.changes import changes
from cnnspec.analyses.comparison import figures
from cnnspec.analyses.footprint import footprint
from cnnspec.analyses.lint import graph_lints
from cnnspec.analyses.receptive_field import receptive_fields
from cnnspec.analyses.roofline import work
from cnnspec.analyses.summary import summarize
from cnnspec.elaborate import Loader, Module, elaborate, open_target
from cnnspec.ir import Graph
from cnnspec.source import Source
from cnnspec.train.weights.transfer import transfer

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


SUMS = "add { | conv(8, 3, padding = 1, bias = false) bn | conv(8, 1) relu } relu"
TURNED = "add { | conv(8, 1) relu | conv(8, 3, padding = 1, bias = false) bn } relu"


@pytest.mark.parametrize("other", [SUMS, TURNED])
def test_two_networks_are_compared_in_linear_time(other: str) -> None:
    """Without blocks; in the second, five units are missing."""

    def compared(units: int) -> int:
        first, second = (flat(number, unit) for number, unit in ((units, SUMS), (units - 5, other)))

        def made() -> None:
            found = align(elaborate(first), elaborate(second))
            changes(found), transfer(found, second)

        return calls(made)

    compared(20)  # the first imports
    assert compared(400) < 4.4 * compared(100)


def flat(units: int, unit: str) -> Module:
    text = f"model flat {{ input 8 x 32 x 32 repeat {units} {{ {unit} }} flatten linear(2) }}"
    return Loader().link(Source("flat.cnn", text), None)
