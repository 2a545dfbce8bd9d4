"""Pixels that nothing reads, against a walk over all windows of all layers, pixel by pixel."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnspec.analyses.lint.base import Seen
from cnnspec.analyses.lint.pixels_lost import PixelsLost, in_words, lost_axes
from cnnspec.analyses.lint.unread import Mask, everything, unread
from cnnspec.ir import LAYERS, Graph, GraphOutput, Node, OpError, is_map
from cnnspec.ops.input import Input
from cnnspec.ops.pool import _SlidingPool

Pixel = tuple[int, int]
SMALL = st.integers(1, 3)
PAIRS = st.tuples(SMALL, SMALL)


def windows_of(op: Any) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int]]:
    """Kernel, step and dilation."""
    if isinstance(op, _SlidingPool):
        return op.kernel, op.step, op.spread
    return op.kernel, op.stride, op.dilation


def read_by_windows(op: Any, taken: Node, given_: Node) -> set[Pixel]:
    """The pixels that the windows of a layer touch, by the definition of each."""
    kernel, step, dilation = windows_of(op)
    left, _, top, _ = op.sides(taken.shape)
    seen = set()
    for i, j in product(range(given_.shape[1]), range(given_.shape[2])):
        for a, b in product(range(kernel[0]), range(kernel[1])):
            seen.add((i * step[0] - top + a * dilation[0], j * step[1] - left + b * dilation[1]))
    return {p for p in seen if 0 <= p[0] < taken.shape[1] and 0 <= p[1] < taken.shape[2]}


def all_pixels(node: Node) -> set[Pixel]:
    return set(product(range(node.shape[1]), range(node.shape[2])))


def brute_force(graph: Graph) -> dict[int, set[Pixel]]:
    """What of each map nothing reads that is there whenever the map is, and of a map made pixel by pixel only what comes
    from such pixels; of the copies of one pixel, all or none."""
    nodes, there = graph.nodes, graph.at_inference()
    read: dict[int, set[Pixel]] = {i: set() for i in range(len(nodes))}
    for output in graph.outputs:
        if not output.auxiliary or output.node not in there:
            read[output.node] = all_pixels(nodes[output.node])
    for index in reversed(range(1, len(nodes))):
        node = nodes[index]
        for taken in node.inputs:
            if taken in there and index not in there:
                continue
            if node.op.call_name in ("conv", "maxpool", "avgpool"):
                read[taken] |= read_by_windows(node.op, nodes[taken], node)
            elif node.op.call_name == "pad":
                top, left = node.op.padding[2], node.op.padding[0]  # type: ignore[attr-defined]
                moved = {(i - top, j - left) for i, j in read[index]}
                read[taken] |= moved & all_pixels(nodes[taken])
            elif node.op.call_name in ("relu", "add"):
                read[taken] |= read[index]
            else:
                read[taken] |= all_pixels(nodes[taken])
    lost: dict[int, set[Pixel]] = {}
    for index, node in enumerate(nodes):
        here = all_pixels(node) - read[index]
        if node.op.call_name in ("relu", "add"):
            here &= set().union(*(lost[taken] for taken in node.inputs))
        if node.op.call_name == "pad":
            top, left = node.op.padding[2], node.op.padding[0]  # type: ignore[attr-defined]
            here &= {(i + top, j + left) for i, j in lost[node.inputs[0]]}
        if node.op.call_name == "upsample":
            tall, wide = node.op.factor  # type: ignore[attr-defined]
            read_of = {(i // tall, j // wide) for i, j in all_pixels(node) - here}
            here = {(i, j) for i, j in here if (i // tall, j // wide) not in read_of}
        lost[index] = here
    return {index: pixels for index, pixels in lost.items() if pixels}


def as_pixels(mask: Mask) -> set[Pixel]:
    return {(i, j) for i, row in enumerate(mask) for j in range(row.bit_length()) if row >> j & 1}


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """A few layers, each of some map so far; sums where two maps agree; the last one is the output."""
    op = Input((1, draw(st.integers(5, 12)), draw(st.integers(5, 12))))
    nodes = [Node("input", op, (), op.shape)]
    for number in range(draw(st.integers(1, 7))):
        taken = draw(st.integers(0, len(nodes) - 1))
        name = draw(
            st.sampled_from(
                [
                    *("conv", "conv", "maxpool", "avgpool", "relu", "pad"),
                    *("add", "upsample", "global_avgpool"),
                ]
            )
        )
        inputs: tuple[int, ...] = (taken,)
        match name:
            case "conv":
                given_ = {
                    "channels": 1,
                    "kernel": draw(PAIRS),
                    "stride": draw(PAIRS),
                    "dilation": draw(PAIRS),
                }
                given_ |= {"padding": draw(st.sampled_from([(0, 0), (1, 0), "same"]))}
            case "maxpool" | "avgpool":
                given_ = {"kernel": draw(PAIRS), "stride": draw(PAIRS), "ceil_mode": draw(st.booleans())}
            case "upsample":
                given_ = {"factor": draw(PAIRS)}
            case "pad":
                given_ = {"padding": tuple(draw(st.lists(st.integers(0, 2), min_size=4, max_size=4)))}
            case "add":
                same = [i for i, n in enumerate(nodes) if n.shape == nodes[taken].shape]
                inputs, given_ = (taken, draw(st.sampled_from(same))), {}
            case _:
                given_ = {}
        made = LAYERS.make(name, **given_)
        try:
            shape = made.output_shape(*(nodes[i].shape for i in inputs))
        except OpError:
            continue
        nodes.append(Node(f"layer{number}", made, inputs, shape))
    last, beside = len(nodes) - 1, draw(st.integers(0, len(nodes) - 1))
    auxiliary = (
        (GraphOutput("beside", beside, True),) if draw(st.booleans()) and is_map(nodes[beside].shape) else ()
    )
    return Graph("net", tuple(nodes), (GraphOutput("output", last), *auxiliary))


@settings(max_examples=200, deadline=None)
@given(graphs())
def test_is_what_no_window_covers(graph: Graph) -> None:
    assert {i: as_pixels(mask) for i, mask in unread(Seen(graph)).items()} == brute_force(graph)


@settings(max_examples=200, deadline=None)
@given(graphs())
def test_whatever_is_lost_there_is_a_hint(graph: Graph) -> None:
    """Of one reader: one, or one for the rows and one for the columns."""
    for finding in PixelsLost.find(Seen(graph)):
        starts = [hint.partition(":")[0] for hint in finding.hints]
        assert starts
        if len(finding.layers) == 1:
            assert len(starts) == 1 or starts == ["rows", "columns"]


@pytest.mark.parametrize(
    ("rows", "columns", "words"),
    [
        ({6}, {6}, "the last row and the last column"),
        ({5, 6}, set(), "the last 2 rows"),
        (set(), {0}, "the first column"),
        ({1, 3, 5}, {1, 3, 5, 6}, "3 of the 7 rows and 4 of the 7 columns"),
    ],
)
def test_lines_in_words(rows: set[int], columns: set[int], words: str) -> None:
    across = sum(1 << column for column in columns)
    mask = tuple(everything(7) if row in rows else across for row in range(7))
    assert in_words(mask, (1, 7, 7)) == words
    assert lost_axes(mask, (1, 7, 7)) == tuple(axis for axis, lost in enumerate((rows, columns)) if lost)


def test_pixels_in_words() -> None:
    assert in_words((0b01, 0b10), (1, 2, 2)) == "2 of the 4 pixels"
    assert lost_axes((0b01, 0b10), (1, 2, 2)) == (0, 1)
