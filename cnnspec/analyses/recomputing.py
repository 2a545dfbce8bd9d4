"""Room that activations take where the backward pass computes layers anew: ``train (recompute = true)``.

Layers are cut into segments of about equal size, as many as the square root of their number (Chen et al. 2016,
"Training deep nets with sublinear memory cost", section 4). What crosses a cut is kept through the step; beside it
there is at most one segment as it is trained.
"""

from __future__ import annotations

import math
from itertools import pairwise

from ..ir import Graph, size
from .timeline import Buffer, room, training_buffers


def cuts(graph: Graph) -> list[int]:
    """The nodes before which the graph is cut: after about each so-manieth part of all values, where least crosses."""
    sizes = [size(node.shape) for node in graph.nodes]
    parts = max(1, round(math.sqrt(len(sizes))))
    crossing = _crossing(graph, sizes)
    share, done, begin, found = sum(sizes) / parts, 0.0, 1, []
    for place, more in enumerate(sizes, 1):
        done += more
        if done >= share and place < len(sizes):
            best = min(range(begin, place + 1), key=lambda p: (crossing[p], -p))
            found.append(best)
            done, begin = float(sum(sizes[best:place])), best + 1
    return found


def recomputed_room(graph: Graph, each_draw: int = 1) -> int:
    """Elements of a sample: what crosses cuts, and the largest segment in its backward pass; ``each_draw`` as for
    ``training_buffers``."""
    borders = [0, *cuts(graph), len(graph.nodes)]
    segment = [0] * len(graph.nodes)
    for number, (first, last) in enumerate(pairwise(borders)):
        segment[first:last] = [number] * (last - first)
    kept = _kept(graph, segment)
    inside: dict[int, list[Buffer]] = {}
    for buffer in training_buffers(graph, each_draw):
        if buffer.of not in kept or buffer.made >= len(graph.nodes):
            inside.setdefault(segment[buffer.of], []).append(buffer)
    largest = max((room(buffers) for buffers in inside.values()), default=0)
    return sum(size(graph.nodes[node].shape) for node in kept) + largest


def _kept(graph: Graph, segment: list[int]) -> set[int]:
    """The input, the outputs, and the nodes that are read in a later segment than their own."""
    later = {i for n, node in enumerate(graph.nodes) for i in node.inputs if segment[i] != segment[n]}
    return {0, *later, *(output.node for output in graph.outputs)}


def _crossing(graph: Graph, sizes: list[int]) -> list[int]:
    """For each place between nodes how many values are made before it and read after it."""
    last = list(range(len(sizes)))
    for index, node in enumerate(graph.nodes):
        for source in node.inputs:
            last[source] = index
    for output in graph.outputs:
        last[output.node] = len(sizes)
    steps = [0] * (len(sizes) + 2)
    for index, (end, elements) in enumerate(zip(last, sizes, strict=True)):
        steps[index + 1] += elements
        steps[end + 1] -= elements
    total, found = 0, []
    for step in steps:
        total += step
        found.append(total)
    return found
