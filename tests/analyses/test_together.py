"""All analyses of a large network, one after another, and how their time grows."""

from __future__ import annotations

import time
from collections.abc import Callable

from networks import resnet

from cnnspec.analyses.cost import cost
from cnnspec.analyses.depth import depth
from cnnspec.analyses.footprint import footprint
from cnnspec.analyses.lint import graph_lints
from cnnspec.analyses.memory import memory
from cnnspec.analyses.receptive_field import receptive_fields
from cnnspec.analyses.roofline import work
from cnnspec.analyses.summary import summarize
from cnnspec.elaborate import elaborate, open_target
from cnnspec.ir import Graph

ANALYSES: tuple[Callable[[Graph], object], ...] = (
    cost, depth, footprint, memory, receptive_fields, work, summarize,
    lambda graph: list(graph_lints(graph)),
    lambda graph: footprint(graph, 1, False),
    lambda graph: footprint(graph, recompute=True),
)  # fmt: skip


def _seconds(graph: Graph) -> float:
    """Of this process, the least of three."""
    taken = []
    for _ in range(3):
        start = time.process_time()
        for analysis in ANALYSES:
            analysis(graph)
        taken.append(time.process_time() - start)
    return min(taken)


def test_all_of_the_largest_network_take_under_half_a_second() -> None:
    assert _seconds(elaborate(open_target("nasnet_a_large"))) < 0.5


def test_time_grows_with_layers() -> None:
    small, large = (resnet("basic", (n, n, n, n)) for n in (20, 160))
    times = len(large.nodes) / len(small.nodes)
    assert _seconds(large) < 3 * times * _seconds(small)
