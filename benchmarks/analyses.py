"""How long each analysis of a network takes, and all of them, once the network is built.

    python benchmarks/analyses.py [SPEC]

Milliseconds of this process, medians of seven; below, residual networks of more and more layers, as times of the first.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

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

ANALYSES: dict[str, Callable[[Graph], object]] = {
    "cost": cost,
    "depth": depth,
    "receptive fields": receptive_fields,
    "memory, at inference and in training": memory,
    "footprint of training": footprint,
    "footprint, layers computed twice": lambda graph: footprint(graph, recompute=True),
    "roofline": work,
    "lints of the graph": lambda graph: list(graph_lints(graph)),
    "summary": summarize,
}
BLOCKS = (50, 100, 200, 400)
SPEC = "resnet_cifar(n = {})"


def milliseconds(analysis: Callable[[Graph], object], graph: Graph) -> float:
    taken = []
    for _ in range(7):
        start = time.process_time()
        analysis(graph)
        taken.append(1000 * (time.process_time() - start))
    return statistics.median(taken)


def main() -> None:
    name = sys.argv[1] if len(sys.argv) > 1 else "nasnet_a_large"
    graph = elaborate(open_target(name))
    print(f"{name}: {len(graph.nodes)} nodes")
    total = 0.0
    for title, analysis in ANALYSES.items():
        taken = milliseconds(analysis, graph)
        total += taken
        print(f"{title:<40} {taken:>7.1f} ms")
    print(f"{'all':<40} {total:>7.1f} ms")
    first = None
    for blocks in BLOCKS:
        grown = elaborate(open_target(SPEC.format(blocks)))
        taken = sum(milliseconds(analysis, grown) for analysis in ANALYSES.values())
        first = first or (len(grown.nodes), taken)
        layers, times = len(grown.nodes) / first[0], taken / first[1]
        print(f"{len(grown.nodes):>6} nodes: {layers:.1f} times the nodes, {times:.1f} times as long")


if __name__ == "__main__":
    main()
