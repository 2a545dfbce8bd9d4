"""Receptive fields against published figures and against the footprint of a gradient."""

from __future__ import annotations

import json
import random
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from networks import Builder, alexnet, resnet, squeeze_excite, vgg16

from cnnspec.analyses.receptive_field import _MAX_PHASES, Axis, last_map, receptive_fields
from cnnspec.ir import Graph

# Araujo et al. 2019; counted by a program independent of this one.
_PUBLISHED = json.loads((Path(__file__).parents[1] / "truth" / "receptive_field.json").read_text())
_GRAPHS = {
    "alexnet": alexnet,
    "vgg16": vgg16,
    "resnet18": resnet,
    "resnet50": lambda: resnet("bottleneck", (3, 4, 6, 3)),
}


@pytest.mark.parametrize("figures", _PUBLISHED, ids=lambda f: f["model"])
def test_published_figures(figures):
    graph = _GRAPHS[figures["model"]]()
    fields = receptive_fields(graph)
    spatial = [i for i, n in enumerate(graph.nodes) if len(n.shape) == 3 and not fields[i].whole]
    convolutions = [i for i in spatial if graph.nodes[i].op.family == "convolution"]
    for index, key in ((convolutions[-1], "last_conv"), (spatial[-1], "last_spatial")):
        field, expected = fields[index], figures[key]
        assert list(field.size) == expected["rf"]
        assert list(field.jump) == expected["jump"]
        assert [-e for e in field.edge] == expected["pad"]


def test_a_channel_gate_is_left_out():
    fields = receptive_fields(squeeze_excite())
    assert fields[-1].size == (5, 5)
    assert not fields[-1].whole


def test_after_global_pooling_the_field_is_the_image():
    b = Builder("pooled", 3, 20, 30)
    b("conv", 4, 3), b("global_avgpool"), b("conv", 8, 1)
    field = receptive_fields(b.graph())[-1]
    assert field.whole
    assert (field.size, field.jump, field.edge) == ((20, 30), (20, 30), (0, 0))


def test_statistics_over_the_map_are_left_out():
    b = Builder("normed", 4, 16, 16)
    b("conv", 4, 3, stride=2), b("group_norm", 2)
    field = receptive_fields(b.graph())[-1]
    assert not field.whole
    assert (field.size, field.jump) == ((3, 3), (2, 2))


def test_upsampling_beyond_the_input_gives_a_fractional_jump():
    b = Builder("up", 1, 8, 8)
    b("upsample", 4), b("conv", 1, 3, padding=1)
    plain, convolved = receptive_fields(b.graph())[1:]
    assert plain.jump == (Fraction(1, 4), Fraction(1, 4))
    assert plain.size == (1, 1)
    assert convolved.size == (2, 2)
    assert convolved.height.lows == (-1, 0, 0, 0)


@pytest.mark.parametrize(
    "factor, lows, highs",
    [(2, (-1, 0), (0, 1)), (3, (-1, 0, 0), (0, 0, 1)), (4, (-1, -1, 0, 0), (0, 0, 1, 1))],
)
def test_bilinear_upsampling_mixes_two_pixels(factor, lows, highs):
    b = Builder("up", 1, 8, 8)
    b("upsample", factor, "bilinear")
    axis = receptive_fields(b.graph())[-1].height
    assert (axis.lows, axis.highs, axis.jump) == (lows, highs, Fraction(1, factor))


def test_uneven_cells_have_fields_of_their_own():
    b = Builder("cells", 1, 32, 48)
    b("maxpool", 8), b("adaptive_avgpool", 3), b("conv", 1, 2)
    pooled, convolved = receptive_fields(b.graph())[2:]
    assert (pooled.height.lows, pooled.height.highs) == ((0, 8, 16), (15, 23, 31))
    assert pooled.jump == (Fraction(32, 3), 16)
    assert convolved.size == (24, 32), "a cell that the map has not does not count"


def test_a_track_that_sees_all_makes_the_join_see_all():
    b = Builder("context", 4, 16, 16)
    local = b("conv", 4, 3, padding=1)
    b("global_avgpool")
    context = b("upsample", 16)
    b("concat", of=(local, context)), b("conv", 4, 3, stride=2), b("global_avgpool"), b("flatten")
    graph = b.graph()
    fields = receptive_fields(graph)
    last = last_map(graph, fields)
    assert last is not None and graph.nodes[last].op.call_name == "conv"
    assert fields[last].whole and fields[last].jump == (2, 2)


def test_of_several_last_maps_the_widest_counts():
    b = Builder("levels", 1, 16, 16)
    early = b("conv", 4, 3)
    b("conv", 4, 3), b("global_avgpool")
    late = b("flatten")
    b("conv", 4, 1, of=early), b("global_avgpool")
    b("concat", of=(late, b("flatten")))
    graph = b.graph()
    fields = receptive_fields(graph)
    last = last_map(graph, fields)
    assert last is not None and fields[last].size == (5, 5)


def test_tracks_of_different_jumps_report_the_larger():
    b = Builder("mixed", 1, 4, 4)
    coarse = b("conv", 1, 2, stride=2)
    fine = b("conv", 1, 3, of=0)
    b("add", of=(coarse, fine))
    field = receptive_fields(b.graph())[-1]
    assert (field.jump, field.size) == ((2, 2), (3, 3))


PIXELS = (97, 91)


def _random_graph(draw: random.Random) -> Graph:
    """Convolutions, pools (one of them adaptive) and upsampling with residual and concatenated tracks."""
    b = Builder("random", 1, *PIXELS)
    choices = ["conv", "pool", "add", "concat", "up", "bilinear", "adaptive"]
    for _ in range(draw.randint(3, 6)):
        choice = draw.choice(choices) if min(b.nodes[b.at].shape[1:]) > 11 else "bilinear"
        if choice == "conv":
            kernel = (draw.randint(1, 4), draw.randint(1, 4))
            stride, dilation = draw.randint(1, 2), draw.randint(1, 2)
            b("conv", 1, kernel, stride=stride, dilation=dilation, padding=draw.randint(0, 2))
        elif choice == "pool":
            b("maxpool", draw.randint(2, 3), stride=draw.randint(1, 2), padding=draw.randint(0, 1))
        elif choice in ("up", "bilinear"):
            mode = "bilinear" if choice == "bilinear" else "nearest"
            b("upsample", 2 if b.nodes[b.at].shape[1] > PIXELS[0] else (3, 2), mode)
        elif choice == "adaptive":
            # Patterns of two such poolings get longer than the analysis follows.
            choices.remove("adaptive")
            b("adaptive_avgpool", (draw.randint(7, 23), draw.randint(7, 23)))
        else:
            entry = b.at
            channels = b.nodes[entry].shape[0]
            kernel = draw.choice((3, 5))
            one = b("conv", channels, kernel, padding=kernel // 2)
            two = b("conv", channels, 3, dilation=2, padding=2, of=entry)
            b(choice, of=(one, two) if draw.random() < 0.5 else (one, entry))
    return b.graph()


def _footprint(graph: Graph, rows: list[int], columns: list[int]) -> list[tuple[int, int, int, int]]:
    """First and last row and column with a gradient, for elements of the last map, in PyTorch."""
    torch = pytest.importorskip("torch")
    F = torch.nn.functional
    image = torch.ones((1, *graph.input_shape), dtype=torch.float64, requires_grad=True)
    maps = [image]
    for node in graph.nodes[1:]:
        op, x = node.op, maps[node.inputs[0]]
        if op.call_name == "conv":
            weight = torch.ones(op.channels, x.shape[1], *op.kernel, dtype=x.dtype) / 16
            made = F.conv2d(x, weight, None, op.stride, _padding(op), op.dilation)
        elif op.call_name == "maxpool":
            # The average sees what the maximum may see.
            made = F.avg_pool2d(x, op.kernel, op.stride, padding=_padding(op))
        elif op.call_name == "upsample":
            made = F.interpolate(x, scale_factor=tuple(map(float, op.factor)), mode=op.mode)
        elif op.call_name == "adaptive_avgpool":
            made = F.adaptive_avg_pool2d(x, op.size)
        elif op.call_name == "concat":
            made = torch.cat([maps[i] for i in node.inputs], 1)
        else:
            made = sum(maps[i] for i in node.inputs)
        assert tuple(made.shape[1:]) == node.shape
        maps.append(made)
    boxes = []
    for row, column in zip(rows, columns, strict=True):
        (gradient,) = torch.autograd.grad(maps[-1][0, :, row, column].sum(), image, retain_graph=True)
        seen = gradient[0].sum(0).nonzero()
        low, high = seen.min(0).values.tolist(), seen.max(0).values.tolist()
        boxes.append((low[0], high[0], low[1], high[1]))
    return boxes


def _padding(op: Any) -> tuple[int, int]:
    left, _, top, _ = op.padding
    return top, left


def _inside(axis: Axis, elements: int, pixels: int) -> list[tuple[int, int, int]]:
    """Elements whose fields stay in the image, so that no padding hides a part: number, first and last pixel."""
    found = []
    for element in range(elements):
        turns, phase = divmod(element, len(axis.lows))
        moved = turns * len(axis.lows) * axis.jump
        low, high = int(axis.lows[phase] + moved), int(axis.highs[phase] + moved)
        if low >= 0 and high < pixels:
            found.append((element, low, high))
    return found


@settings(max_examples=40, deadline=None)
@given(st.randoms(use_true_random=False))
def test_equals_the_footprint_of_the_gradient(draw):
    graph = _random_graph(draw)
    _, height, width = graph.nodes[-1].shape
    field = receptive_fields(graph)[-1]
    rows, columns = _inside(field.height, height, PIXELS[0]), _inside(field.width, width, PIXELS[1])
    assume(rows and columns and max(len(field.height.lows), len(field.width.lows)) < _MAX_PHASES)
    chosen = [(rows[n % len(rows)], columns[n % len(columns)]) for n in range(4)]
    boxes = _footprint(graph, [row[0] for row, _ in chosen], [column[0] for _, column in chosen])
    for (row, column), box in zip(chosen, boxes, strict=True):
        assert box == (*row[1:], *column[1:]), f"element ({row[0]}, {column[0]})"
