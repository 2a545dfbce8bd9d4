"""Theoretical receptive fields (Araujo, Norris and Sim 2019, "Computing receptive fields of
convolutional neural networks").

The field of an output element is the box of input pixels that can change it, as if the input went
on beyond its borders. Along one axis it is followed as an interval. With a jump of ``j`` pixels
from one element to the next, a window of ``k`` elements that starts ``p`` before takes ``[lo, hi]``
to ``[lo - p*j, hi + (k-1-p)*j]``. Upsampling makes neighbours differ, so an interval is kept for each
phase of the pattern; without upsampling there is one phase and this is the paper's formula.

A window may depend on the phase itself (a bilinear upsampling mixes two pixels, which two by the phase; cells of an
adaptive pooling are uneven): then each phase has its own, and the jump is a mean. Patterns longer than 256 elements are
cut there.

Joins take the union of their tracks' intervals. Where tracks disagree on the jump (a resized track
beside one that is not), the larger jump is reported and phases are joined one by one.
A channel gate (C x 1 x 1 into ``multiply``) is left out of the union, as it would make every field of
a squeeze-excite network the whole image. After global pooling or a linear layer the field is the whole
image, and so is the jump: one element stands for all of it. Statistics over the map (the mean and variance of a group
norm) are left out like gates: they tell every element the same. After a join with a track that sees all (a pooled
context that is added or concatenated) each element sees all, and the map keeps its jump. Fields are not cut at the
borders of the image.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm, prod
from typing import TypeAlias

from ..ir import POINTWISE, Graph, Node, Op, Shape, Window, is_map
from ..source.values import Value

Number: TypeAlias = int | Fraction
_MAX_PHASES = 256


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Axis(Value):
    """Fields along one axis: element ``n * len(lows) + q`` sees pixels ``lows[q]`` to ``highs[q]``
    (inclusive), moved on by ``n * len(lows) * jump``. The map may have fewer ``elements`` than the pattern."""

    lows: tuple[Number, ...]
    highs: tuple[Number, ...]
    jump: Number
    elements: int = 1

    @property
    def widest(self) -> int:
        """The first element that sees most."""
        spans = [high - low for low, high in zip(self.lows, self.highs, strict=True)]
        return spans.index(max(spans[: self.elements]))

    @property
    def size(self) -> int:
        """Pixels seen by the element that sees most."""
        place = self.widest if len(self.lows) > 1 else 0
        return int(self.highs[place] - self.lows[place]) + 1

    @property
    def edge(self) -> int:
        """First pixel seen by element 0; negative where it lies in the padding."""
        return int(self.lows[0])


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Field(Value):
    """Receptive field of a node's elements; ``whole``: each of them sees the whole image."""

    height: Axis
    width: Axis
    whole: bool = False

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) in input pixels."""
        return self.height.size, self.width.size

    @property
    def jump(self) -> tuple[Number, Number]:
        """Input pixels from one element to the next; a fraction where upsampled beyond the input."""
        return self.height.jump, self.width.jump

    @property
    def edge(self) -> tuple[int, int]:
        """(top, left) pixel that element (0, 0) begins at."""
        return self.height.edge, self.width.edge


def receptive_fields(graph: Graph) -> tuple[Field, ...]:
    """The field of every node, in the order of the graph's nodes; an (N,) input counts as N x 1 pixels."""
    image = image_size(graph.input_shape)
    fields: list[Field] = []
    for node in graph.nodes:
        fields.append(_field(graph, node, fields, image))
    return tuple(fields)


def image_size(shape: Shape) -> tuple[int, int]:
    """Height and width; a vector counts as a column."""
    return (shape[1], shape[2]) if is_map(shape) else (shape[0], 1)


def _everything(image: tuple[int, int], jump: tuple[Number, Number]) -> Field:
    height, width = (Axis((0,), (n - 1,), j) for n, j in zip(image, jump, strict=True))
    return Field(height, width, whole=True)


def _field(graph: Graph, node: Node, fields: list[Field], image: tuple[int, int]) -> Field:
    if not node.inputs:
        pixel = Axis((0,), (0,), 1)
        return Field(pixel, pixel)
    alone = len(node.inputs) == 1
    if alone and type(node.op).window is Op.window:
        return fields[node.inputs[0]]
    shapes = graph.input_shapes(node)
    window = node.op.window(*shapes)
    sizes = image_size(node.shape)
    joined = (
        fields[node.inputs[0]]
        if alone
        else _join([fields[i] for i in joined_inputs(graph, node)], image, sizes)
    )
    if window is POINTWISE or window.statistics:
        return joined
    if window.whole:
        return _everything(image, joined.jump if is_map(node.shape) and node.shape[1:] != (1, 1) else image)
    if joined.whole:
        height, width = (_plain(j * s) for j, s in zip(joined.jump, window.stride, strict=True))
        return _everything(image, (height, width))
    return Field(_slide(joined.height, window, 0, sizes[0]), _slide(joined.width, window, 1, sizes[1]))


def joined_inputs(graph: Graph, node: Node) -> tuple[int, ...]:
    """The inputs of a join whose fields are united: all but channel gates."""
    if node.op.call_name != "multiply":
        return node.inputs
    pairs = zip(node.inputs, graph.input_shapes(node), strict=True)
    return tuple(i for i, shape in pairs if shape == node.shape or shape[1:] != (1, 1))


def last_map(graph: Graph, fields: Sequence[Field]) -> int | None:
    """The last map on the way to the main output (its node), before one element is left that sees all; None without one.

    Where several tracks end in maps of their own, the one that sees most.
    """
    waiting, known, maps = [graph.main_outputs[0].node], set[int](), list[int]()
    while waiting:
        index = waiting.pop()
        node = graph.nodes[index]
        if index in known or not node.inputs:
            continue
        known.add(index)
        if is_map(node.shape) and not (fields[index].whole and node.shape[1:] == (1, 1)):
            maps.append(index)
        else:
            waiting += node.inputs
    return max(maps, key=lambda i: (fields[i].whole, prod(fields[i].size), i), default=None)


def _join(fields: list[Field], image: tuple[int, int], sizes: tuple[int, int]) -> Field:
    if all(f is fields[0] for f in fields):
        return fields[0]
    if any(f.whole for f in fields):
        return _everything(image, (max(f.height.jump for f in fields), max(f.width.jump for f in fields)))
    return Field(_union([f.height for f in fields], sizes[0]), _union([f.width for f in fields], sizes[1]))


def _union(axes: list[Axis], elements: int) -> Axis:
    jump = max(a.jump for a in axes)
    if all(len(a.lows) == 1 for a in axes):
        return Axis((min(a.lows[0] for a in axes),), (max(a.highs[0] for a in axes),), jump)
    period = min(lcm(*(len(a.lows) for a in axes)), _MAX_PHASES)
    lows = tuple(min(_low(a, q) for a in axes) for q in range(period))
    highs = tuple(max(_high(a, q) for a in axes) for q in range(period))
    return Axis(lows, highs, jump, elements)


def _low(axis: Axis, element: int) -> Number:
    turns, phase = divmod(element, len(axis.lows))
    return axis.lows[phase] + turns * len(axis.lows) * axis.jump


def _high(axis: Axis, element: int) -> Number:
    turns, phase = divmod(element, len(axis.highs))
    return axis.highs[phase] + turns * len(axis.highs) * axis.jump


def _slide(axis: Axis, window: Window, which: int, elements: int) -> Axis:
    """The axis after a window, of a map with so many ``elements``."""
    extent, stride, before = window.extent[which], window.stride[which], window.before[which]
    after = extent - 1 - before
    if len(axis.lows) == 1 and stride.denominator == 1 and not window.cells[which]:
        jump = axis.jump
        return Axis((axis.lows[0] - before * jump,), (axis.highs[0] + after * jump,), jump * int(stride))
    # The pattern repeats once both the window's start and the input's phase do.
    period = _period(len(axis.lows), stride)
    cells = [window.looks_at(which, q) for q in range(period)]
    lows = tuple(_low(axis, first) for first, _ in cells)
    highs = tuple(_high(axis, last) for _, last in cells)
    return Axis(lows, highs, _plain(axis.jump * stride), elements)


def _period(phases: int, stride: Fraction) -> int:
    """Fewest output elements that advance the input by whole elements and whole patterns."""
    period = stride.denominator * phases // gcd(phases, stride.numerator)
    return min(period, _MAX_PHASES)


def _plain(number: Number) -> Number:
    return int(number) if number.denominator == 1 else number
