"""Layers that put channels in front and behind, take some of them, or change their order."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import TYPE_CHECKING

from ..ir import (
    LAYERS,
    BadValue,
    Example,
    Given,
    Int,
    Mixing,
    NotDivisible,
    Op,
    OpError,
    Picked,
    Range,
    Run,
    Shape,
    Working,
    arg,
    is_map,
)

if TYPE_CHECKING:
    from ..ir.tensor import Tensor
from .ranges import with_value
from .resizing import other_channels


@LAYERS.register("pad_channels")
class PadChannels(Op):
    """Channels of zeros, after those that are there. C x H x W → (before + C + after) x H x W.

    The shortcut without parameters, option A of He et al. 2016, section 3.3, widens a tensor so. A vector
    gets features of zeros.
    """

    backward_reads = ()
    family = "reshape"
    examples = (Example("pad_channels(2)", ((3, 2, 4),)), Example("pad_channels(1, before = 2)", ((2,),)))

    after: int = arg(Int(0), "channels of zeros at the end")
    before: int = arg(Int(0), "channels of zeros at the start", 0)

    def output_shape(self, *inputs: Shape) -> Shape:
        return self.before + inputs[0][0] + self.after, *inputs[0][1:]

    def size_working(self, inputs: tuple[Shape, ...], output: Shape) -> Working:
        added = (
            Given("before", self.before, "channels of zeros at the start", "before"),
            Given("after", self.after, "channels of zeros at the end", "after"),
        )
        return other_channels(inputs[0], added, "before + {} + after")

    def mixing(self, *inputs: Shape) -> Mixing:
        return Picked(((None, range(self.before)), (0, range(inputs[0][0])), (None, range(self.after))))

    def keeps_constants(self, *inputs: Shape) -> bool:
        return True

    def range_given(self, *taken: Range) -> Range:
        return with_value(0.0, taken[0])

    def forward(self, inputs: tuple[Tensor, ...], parameters: Mapping[str, Tensor], run: Run) -> Tensor:
        x = inputs[0]
        wide = x.reshape((x.shape[0], 1, x.shape[1], prod(x.shape[2:])))
        padded = wide.pad((0, 0, self.before, self.after), value=0.0)
        return padded.reshape((x.shape[0], *self.output_shape(x.shape[1:])))


@LAYERS.register("split")
class Split(Op):
    """One of several equal slices of the channels (or features). C x H x W → C / parts x H x W.

    ``let``-name a tensor and split it once for each part. ShuffleNetV2 (Ma et al. 2018) splits in two.
    """

    backward_reads = ()
    drops_channels = True
    family = "reshape"
    keeps_range = True
    examples = (Example("split(2, part = 1)", ((6, 2, 3),)), Example("split(3, 0)", ((6,),)))

    parts: int = arg(Int(1), "number of equal slices")
    part: int = arg(Int(0), "the slice that is taken, from 0")

    def output_shape(self, *inputs: Shape) -> Shape:
        c = inputs[0][0]
        if c % self.parts:
            what = "channels" if is_map(inputs[0]) else "features"
            raise OpError(NotDivisible(number=c, what=what, parts=self.parts, into="parts"), "parts")
        if self.part >= self.parts:
            problem = f"there is no part {self.part}, only 0 to {self.parts - 1}"
            raise OpError(BadValue(call="split", problem=problem), "part")
        return c // self.parts, *inputs[0][1:]

    def size_working(self, inputs: tuple[Shape, ...], output: Shape) -> Working:
        parts = Given("parts", self.parts, "equal slices, of which one is taken", "parts")
        return other_channels(inputs[0], (parts,), "{} / parts")

    def mixing(self, *inputs: Shape) -> Mixing:
        each = inputs[0][0] // self.parts
        return Picked(((0, range(self.part * each, (self.part + 1) * each)),))

    def keeps_constants(self, *inputs: Shape) -> bool:
        return True

    def forward(self, inputs: tuple[Tensor, ...], parameters: Mapping[str, Tensor], run: Run) -> Tensor:
        x = inputs[0]
        each = x.shape[1] // self.parts
        others = (None,) * (len(x.shape) - 2)
        return x.shrink((None, (self.part * each, (self.part + 1) * each), *others))


@LAYERS.register("shuffle")
class Shuffle(Op):
    """Channel j of group i goes to j * groups + i; the shape stays. ShuffleNet, Zhang et al. 2018, 3.1."""

    backward_reads = ()
    family = "reshape"
    keeps_range = True
    examples = (Example("shuffle(2)", ((6, 2, 3),)), Example("shuffle(3)", ((6, 2, 2),)))

    groups: int = arg(Int(1), "groups that channels are in")

    def output_shape(self, *inputs: Shape) -> Shape:
        c, _, _ = self.need_map(inputs[0])
        if c % self.groups:
            problem = NotDivisible(number=c, what="channels", parts=self.groups, into="groups")
            raise OpError(problem, "groups")
        return inputs[0]

    def mixing(self, *inputs: Shape) -> Mixing:
        channels = inputs[0][0]
        each = channels // self.groups
        return Picked(tuple((0, range(place, channels, each)) for place in range(each)))

    def keeps_constants(self, *inputs: Shape) -> bool:
        return True

    def forward(self, inputs: tuple[Tensor, ...], parameters: Mapping[str, Tensor], run: Run) -> Tensor:
        x = inputs[0]
        n, c, h, w = x.shape
        return x.reshape((n, self.groups, c // self.groups, h, w)).permute(0, 2, 1, 3, 4).reshape(x.shape)
