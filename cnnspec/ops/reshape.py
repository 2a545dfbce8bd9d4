"""Layers that move, repeat or scale elements."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import TYPE_CHECKING

from ..ir import (
    APART,
    INITIALISERS,
    LAYERS,
    POINTWISE,
    WHOLE,
    CallOf,
    EmptyMap,
    Example,
    Float,
    Grouped,
    Initialiser,
    Mixing,
    Op,
    OpError,
    ParameterSpec,
    Range,
    Run,
    Shape,
    Window,
    Working,
    arg,
    input_givens,
    is_map,
    show,
    size_step,
)

if TYPE_CHECKING:
    from ..ir.tensor import Tensor
from .geometry import SIDES, Sides, sliding_window
from .ranges import with_value
from .resizing import bordered


@LAYERS.register("identity")
class Identity(Op):
    """The tensor as it is."""

    backward_reads = ()
    is_view = True
    family = "reshape"
    keeps_range = True
    examples = (Example("identity", ((2, 3, 4),)), Example("identity", ((5,),)))

    def output_shape(self, *inputs: Shape) -> Shape:
        return inputs[0]

    def mixing(self, *inputs: Shape) -> Mixing:
        return APART

    def keeps_constants(self, *inputs: Shape) -> bool:
        return True

    def forward(self, inputs: tuple[Tensor, ...], parameters: Mapping[str, Tensor], run: Run) -> Tensor:
        return inputs[0]


@LAYERS.register("flatten")
class Flatten(Op):
    """A map as a vector, channel by channel, row by row. C x H x W → C * H * W."""

    backward_reads = ()
    is_view = True
    family = "reshape"
    keeps_range = True
    examples = (
        Example("flatten", ((2, 3, 4),)),
        Example("flatten", ((5, 1, 1),)),
        Example("flatten", ((5,),)),
    )

    def output_shape(self, *inputs: Shape) -> Shape:
        return (prod(inputs[0]),)

    def size_working(self, inputs: tuple[Shape, ...], output: Shape) -> Working:
        givens = input_givens(inputs[0])
        return Working(givens, (size_step("N", "*".join(given.symbol for given in givens)),))

    def window(self, *inputs: Shape) -> Window:
        """A vector has no positions, so it sees what all pixels of the map see."""
        return WHOLE if is_map(inputs[0]) and inputs[0][1:] != (1, 1) else POINTWISE

    def mixing(self, *inputs: Shape) -> Mixing:
        return Grouped(inputs[0][0])

    def keeps_constants(self, *inputs: Shape) -> bool:
        return True

    def forward(self, inputs: tuple[Tensor, ...], parameters: Mapping[str, Tensor], run: Run) -> Tensor:
        x = inputs[0]
        return x.reshape((x.shape[0], prod(x.shape[1:])))


@LAYERS.register("pad")
class Pad(Op):
    """A constant border. C x H x W → C x (H + top + bottom) x (W + left + right)."""

    moves_pixels = True
    backward_reads = ()
    family = "reshape"
    examples = (
        Example("pad(1)", ((2, 3, 4),)),
        Example("pad((0, 2, 1, 0), value = -1.5)", ((2, 3, 3),)),
    )

    padding: Sides = arg(SIDES, "pixels added: all sides, (height, width), or (left, right, top, bottom)")
    value: float = arg(Float(), "their value", 0.0)

    def output_shape(self, *inputs: Shape) -> Shape:
        c, h, w = self.need_map(inputs[0])
        left, right, top, bottom = self.padding
        return c, h + top + bottom, w + left + right

    def size_working(self, inputs: tuple[Shape, ...], output: Shape) -> Working:
        return bordered(inputs[0], self.padding, "pixels added", "+", "-")

    def window(self, *inputs: Shape) -> Window:
        return sliding_window((1, 1), (1, 1), self.padding)

    def mixing(self, *inputs: Shape) -> Mixing:
        return APART

    def range_given(self, *taken: Range) -> Range:
        return with_value(self.value, taken[0]) if any(self.padding) else taken[0]

    def keeps_constants(self, *inputs: Shape) -> bool:
        return not any(self.padding)

    def forward(self, inputs: tuple[Tensor, ...], parameters: Mapping[str, Tensor], run: Run) -> Tensor:
        return inputs[0].pad(self.padding, value=self.value)


@LAYERS.register("crop")
class Crop(Op):
    """Takes pixels off the sides. C x H x W → C x (H - top - bottom) x (W - left - right)."""

    moves_pixels = True
    backward_reads = ()
    family = "reshape"
    keeps_range = True
    examples = (
        Example("crop(1)", ((2, 4, 5),)),
        Example("crop((1, 0, 2, 0))", ((2, 4, 3),)),
    )

    padding: Sides = arg(SIDES, "pixels removed: all sides, (height, width), or (left, right, top, bottom)")

    def output_shape(self, *inputs: Shape) -> Shape:
        c, h, w = self.need_map(inputs[0])
        left, right, top, bottom = self.padding
        height, width = h - top - bottom, w - left - right
        if height < 1 or width < 1:
            raise OpError(EmptyMap(call="crop", found="no pixels", map=show(inputs[0])), "padding")
        return c, height, width

    def size_working(self, inputs: tuple[Shape, ...], output: Shape) -> Working:
        return bordered(inputs[0], self.padding, "pixels taken off", "-", "+")

    def window(self, *inputs: Shape) -> Window:
        left, right, top, bottom = self.padding
        return sliding_window((1, 1), (1, 1), (-left, -right, -top, -bottom))

    def mixing(self, *inputs: Shape) -> Mixing:
        return APART

    def keeps_constants(self, *inputs: Shape) -> bool:
        return True

    def forward(self, inputs: tuple[Tensor, ...], parameters: Mapping[str, Tensor], run: Run) -> Tensor:
        x = inputs[0]
        left, right, top, bottom = self.padding
        _, _, h, w = x.shape
        return x.shrink((None, None, (top, h - bottom), (left, w - right)))


@LAYERS.register("scale")
class Scale(Op):
    """A learnt factor for each channel (or feature); LayerScale of Touvron et al. 2021. The shape stays.

    The factor counts with the norms, as it has their form and, like theirs, no weight decay.
    """

    family = "norm"
    scales_channels = True
    examples = (Example("scale", ((3, 2, 3),)), Example("scale(init = constant(1e-6))", ((5,),)))

    init: Initialiser = arg(CallOf(INITIALISERS), "initialiser of the factors", INITIALISERS.make("ones"))

    def output_shape(self, *inputs: Shape) -> Shape:
        return inputs[0]

    def parameters(self, *inputs: Shape) -> tuple[ParameterSpec, ...]:
        return (ParameterSpec("weight", inputs[0][:1], self.init, "norm"),)

    def mixing(self, *inputs: Shape) -> Mixing:
        return APART

    def keeps_constants(self, *inputs: Shape) -> bool:
        return True

    def forward(self, inputs: tuple[Tensor, ...], parameters: Mapping[str, Tensor], run: Run) -> Tensor:
        x = inputs[0]
        return x * parameters["weight"].reshape((1, x.shape[1], *(1,) * (len(x.shape) - 2)))
