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

from cnnspec.analyses.receptive_field import NOTHING, Axis, last_map, receptive_fields
from cnnspec.analyses.receptive_field.channels import MOST_FIELDS
from cnnspec.analyses.receptive_field.intervals import MAX_PHASES
from cnnspec.elaborate import elaborate, open_target
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


def test_of_several_outputs_the_widest_counts(tmp_path: Path) -> None:
    """An early exit, written first, and one for training alone, which does not count."""
    spec = tmp_path / "exits.cnn"
    spec.write_text(
        "model exits { input 3 x 64 x 64  conv(8, 3, stride = 2)"
        "  output early: { conv(6, 3)  global_avgpool  flatten  linear(4) }"
        "  conv(8, 3, stride = 2)  conv(8, 3, stride = 2)"
        "  auxiliary training: { conv(8, 5)  global_avgpool  flatten  linear(4) }"
        "  output late: { global_avgpool  flatten  linear(4) } }"
    )
    graph = elaborate(open_target(str(spec)))
    fields = receptive_fields(graph)
    last = last_map(graph, fields)
    assert last is not None and fields[last].size == (15, 15)


def test_channels_of_a_slice_have_the_field_of_their_track():
    b = Builder("sliced", 4, 9, 9)
    narrow = b("conv", 4, 1)
    b("concat", of=(narrow, b("conv", 4, 7, padding=3, of=0))), b("pad_channels", 8)
    padded = b.at
    fields = []
    for part in range(4):
        b("split", 4, part, of=padded), b("conv", 2, 3)
        fields.append(receptive_fields(b.graph())[-2:])
    assert [(taken.size, after.size) for taken, after in fields] == [
        ((1, 1), (3, 3)),
        ((7, 7), (9, 9)),
        ((0, 0), (0, 0)),
        ((0, 0), (0, 0)),
    ]
    assert fields[2][1] is NOTHING


def test_a_gate_is_left_out_of_a_slice():
    b = Builder("gated", 2, 9, 9)
    entry = b("concat", of=(b("conv", 2, 1), b("conv", 2, 3, padding=1, of=0)))
    b("global_avgpool"), b("conv", 4, 1)
    b("multiply", of=(entry, b.at)), b("split", 2, 0)
    assert receptive_fields(b.graph())[-1].size == (1, 1)


def test_with_too_many_different_channels_the_union_counts():
    b = Builder("many", 1, 9, 700)
    tracks = [b("conv", 1, (1, 2 * n + 1), padding=(0, n), of=0) for n in range(MOST_FIELDS + 1)]
    for few in (tracks[:-1], tracks):
        b("concat", of=few), b("split", len(few), 0)
        assert receptive_fields(b.graph())[-1].size == (1, 1 if few is not tracks else 2 * MOST_FIELDS + 1)


def test_how_many_elements_see_all_of_the_image():
    b = Builder("beside", 3, 8, 8)
    b("conv", 4, 3, padding=1), b("conv", 4, 3, padding=1), b("avgpool", 2), b("avgpool", 2)
    graph = b.graph()
    field = receptive_fields(graph)[-1]
    assert (field.size, field.seeing_all((4, 2, 2), (8, 8))) == ((8, 8), 0)
    graph = resnet()
    fields = receptive_fields(graph)
    last = last_map(graph, fields)
    assert last is not None and fields[last].seeing_all(graph.nodes[last].shape, (224, 224)) == 6 * 6


def test_tracks_of_different_jumps_report_the_larger():
    b = Builder("mixed", 1, 4, 4)
    coarse = b("conv", 1, 2, stride=2)
    fine = b("conv", 1, 3, of=0)
    b("add", of=(coarse, fine))
    field = receptive_fields(b.graph())[-1]
    assert (field.jump, field.size) == ((2, 2), (3, 3))


def test_of_tracks_of_different_jumps_each_element_has_its_own_field():
    b = Builder("uneven", 1, 20, 20)
    near = b("conv", 1, 1)
    near = b("crop", (0, 10, 0, 10))
    far = b("maxpool", 2, of=0)
    b("concat", of=(near, far))
    b("conv", 1, 1), b("conv", 1, 3)
    sizes = [(field.size[0], field.edge[0]) for field in receptive_fields(b.graph())]
    # Element 9 sees pixel 9 by one track, and pixels 18 and 19 by the other.
    assert sizes[-3:] == [(11, 0), (11, 0), (13, 0)]


PIXELS = (97, 91)


MAPS = ["conv", "pool", "add", "concat", "up", "bilinear", "adaptive"]
CHANNELS = [
    "depthwise",
    "grouped",
    "add",
    "concat",
    "split",
    "shuffle",
    "pad_channels",
    "pool",
    "gate",
    "lrn",
    "bn",
]


def _divisor(draw: random.Random, number: int) -> int:
    return draw.choice([n for n in range(1, number + 1) if number % n == 0])


def _random_graph(draw: random.Random, steps: list[str]) -> Graph:
    """Layers drawn from ``steps`` one after another, with residual and concatenated tracks. Where channels are drawn, they
    differ from the first layer on, and some are taken in the end."""
    b = Builder("random", 2, *PIXELS)
    choices, ends = list(steps), (["concat"], ["split"]) if steps is CHANNELS else ([], [])
    waiting = [*ends[0], *[""] * draw.randint(3, 6), *ends[1]]
    for wanted in waiting:
        choice = wanted or draw.choice(choices)
        choice = choice if min(b.nodes[b.at].shape[1:]) > 11 else "bilinear"
        channels = b.nodes[b.at].shape[0]
        if choice in ("conv", "depthwise", "grouped"):
            groups = {"conv": 1, "depthwise": channels, "grouped": _divisor(draw, channels)}[choice]
            kernel = (draw.randint(1, 4), draw.randint(1, 4))
            stride, dilation = draw.randint(1, 2), draw.randint(1, 2)
            more = {"stride": stride, "dilation": dilation, "padding": draw.randint(0, 2), "groups": groups}
            b("conv", groups * draw.randint(1, 2), kernel, **more)
        elif choice == "split":
            parts = max(_divisor(draw, channels), _divisor(draw, channels))
            b("split", parts, draw.randrange(parts))
        elif choice == "shuffle":
            b("shuffle", _divisor(draw, channels))
        elif choice == "pad_channels":
            b("pad_channels", draw.randint(0, 2), draw.randint(0, 2))
        elif choice == "lrn":
            b("lrn", draw.randint(1, 4))
        elif choice == "bn":
            b("bn")
        elif choice == "gate":
            entry = b.at
            b("conv", 1, draw.choice((1, 3)), padding="same")
            b("multiply", of=(entry, b.at))
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
            entry, kernel = b.at, draw.choice((3, 5))
            groups = channels if steps is CHANNELS else 1
            one = b("conv", channels, kernel, padding=kernel // 2, groups=groups)
            two = b("conv", channels, 3, dilation=2, padding=2, groups=groups, of=entry)
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
            weight = torch.ones(op.channels, x.shape[1] // op.groups, *op.kernel, dtype=x.dtype) / 16
            left, right, top, bottom = op.sides(tuple(x.shape[1:]))
            made = F.conv2d(
                F.pad(x, (left, right, top, bottom)), weight, None, op.stride, 0, op.dilation, op.groups
            )
        elif op.call_name == "maxpool":
            # The average sees what the maximum may see.
            made = F.avg_pool2d(x, op.kernel, op.stride, padding=_padding(op))
        elif op.call_name == "upsample":
            made = F.interpolate(x, scale_factor=tuple(map(float, op.factor)), mode=op.mode)
        elif op.call_name == "adaptive_avgpool":
            made = F.adaptive_avg_pool2d(x, op.size)
        elif op.call_name == "concat":
            made = torch.cat([maps[i] for i in node.inputs], 1)
        elif op.call_name == "split":
            made = x.chunk(op.parts, 1)[op.part]
        elif op.call_name == "shuffle":
            made = F.channel_shuffle(x, op.groups)
        elif op.call_name == "pad_channels":
            made = F.pad(x, (0, 0, 0, 0, op.before, op.after))
        elif op.call_name == "lrn":
            # The sum over neighbours sees what the norm sees.
            across = F.pad(x, (0, 0, 0, 0, op.size // 2, (op.size - 1) // 2))
            made = across.unfold(1, op.size, 1).sum(-1)
        elif op.call_name == "bn":
            made = 2 * x
        else:  # A product sees what a sum sees.
            made = sum(maps[i] for i in node.inputs)
        assert tuple(made.shape[1:]) == node.shape
        maps.append(made)
    boxes = []
    for row, column in zip(rows, columns, strict=True):
        (gradient,) = torch.autograd.grad(maps[-1][0, :, row, column].sum(), image, retain_graph=True)
        seen = gradient[0].sum(0).nonzero()
        if not len(seen):
            boxes.append(_UNSEEN)
            continue
        low, high = seen.min(0).values.tolist(), seen.max(0).values.tolist()
        boxes.append((low[0], high[0], low[1], high[1]))
    return boxes


_UNSEEN = (0, -1, 0, -1)


def _padding(op: Any) -> tuple[int, int]:
    left, _, top, _ = op.padding
    return top, left


def _inside(axis: Axis, elements: int, pixels: int) -> list[tuple[int, int, int]]:
    """Elements whose fields stay in the image, so that no padding hides a part: number, first and last pixel."""
    found = []
    for element in range(elements):
        low, high = int(axis.low(element)), int(axis.high(element))
        if low >= 0 and high < pixels:
            found.append((element, low, high))
    return found


@pytest.fixture(scope="module")
def one_thread():
    """Threads of PyTorch take longer to meet than such small maps to compute."""
    torch = pytest.importorskip("torch")
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("steps", [MAPS, CHANNELS], ids=["maps", "channels"])
@settings(max_examples=40, deadline=None)
@given(draw=st.randoms(use_true_random=False))
def test_equals_the_footprint_of_the_gradient(steps, draw):
    graph = _random_graph(draw, steps)
    _, height, width = graph.nodes[-1].shape
    field = receptive_fields(graph)[-1]
    rows, columns = _inside(field.height, height, PIXELS[0]), _inside(field.width, width, PIXELS[1])
    assume(rows and columns and max(len(field.height.lows), len(field.width.lows)) < MAX_PHASES)
    chosen = [(rows[n % len(rows)], columns[n % len(columns)]) for n in range(4)]
    boxes = _footprint(graph, [row[0] for row, _ in chosen], [column[0] for _, column in chosen])
    for (row, column), box in zip(chosen, boxes, strict=True):
        assert box == (*row[1:], *column[1:]), f"element ({row[0]}, {column[0]})"
