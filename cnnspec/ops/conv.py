"""Convolution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING, Self

from ..ir import (
    INITIALISERS,
    LAYERS,
    MIXED,
    Bool,
    CallOf,
    Example,
    Given,
    Grouped,
    Initialiser,
    Int,
    Mixing,
    NotDivisible,
    Op,
    OpError,
    Pair,
    ParameterSpec,
    Run,
    Shape,
    Step,
    Window,
    Working,
    arg,
    show_sides,
    size_step,
)

if TYPE_CHECKING:
    from ..ir.tensor import Tensor
from .geometry import (
    NO_PADDING,
    PADDING,
    PADDING_DOC,
    Sides,
    SizePair,
    extent,
    filled_dilation,
    filled_padding,
    resolve_padding,
    show_pair,
    show_step,
    slide,
    sliding_window,
)
from .sliding import Sliding, bias_given, sliding_working

_INIT = CallOf(INITIALISERS)


@LAYERS.register("conv")
class Conv(Op):
    """2-D convolution (cross-correlation, as PyTorch's ``Conv2d``). LeCun et al. 1989.

    y[o] = bias[o] + sum over the group's input channels c of weight[o, c] ⋆ x[c]. Output height is
    floor((H + top + bottom - dilation * (kernel - 1) - 1) / stride) + 1, width likewise; ``padding =
    same`` is TensorFlow's. ``groups`` = input channels makes it depthwise. C x H x W → channels x H' x W'.
    """

    also_called = ("conv2d", "convolution", "convolution2d")
    family = "convolution"
    examples = (
        Example("conv(4, 3)", ((3, 7, 8),)),
        Example("conv(4, 3, stride = 2, padding = 1, bias = false)", ((3, 7, 8),)),
        Example("conv(3, (1, 5), padding = (0, 2))", ((2, 5, 6),)),
        Example("conv(3, 3, padding = (1, 0, 2, 1), dilation = 2)", ((2, 6, 7),)),
        Example("conv(4, 3, padding = same, stride = 2, groups = 2)", ((4, 5, 6),)),
        Example("conv(4, 3, groups = 4, init = kaiming_normal(fan_out), bias_init = zeros)", ((4, 5, 5),)),
    )

    channels: int = arg(Int(1), "output channels")
    kernel: SizePair = arg(Pair(), "kernel size (height, width)")
    stride: SizePair = arg(Pair(), "step of the kernel", (1, 1))
    padding: Sides | str = arg(PADDING, "zeros added: " + PADDING_DOC, NO_PADDING)
    dilation: SizePair = arg(Pair(), "spacing between kernel elements", (1, 1))
    groups: int = arg(Int(1), "groups of channels; an output sees the inputs of its own group", 1)
    bias: bool = arg(Bool(), "whether a learnt bias is added", True)
    init: Initialiser = arg(_INIT, "initialiser of the weight", INITIALISERS.make("kaiming_uniform"))
    bias_init: Initialiser = arg(_INIT, "initialiser of the bias", INITIALISERS.make("fan_uniform"))

    def sides(self, shape: Shape) -> Sides:
        """Padding in pixels for an input of ``shape``."""
        return resolve_padding(self.padding, shape, self.kernel, self.stride, self.dilation)

    def filled_in(self, *inputs: Shape) -> Self:
        dilation = filled_dilation(self.kernel, self.dilation)
        padding = filled_padding(self.padding, inputs, self.kernel, self.stride, dilation)
        return replace(self, padding=padding, dilation=dilation)

    def output_shape(self, *inputs: Shape) -> Shape:
        c, _, _ = self.need_map(inputs[0])
        for number, what in ((c, "input channels"), (self.channels, "output channels")):
            if number % self.groups:
                problem = NotDivisible(number=number, what=what, parts=self.groups, into="groups")
                raise OpError(problem, "groups")
        height, width = slide(inputs[0], self.kernel, self.stride, self.sides(inputs[0]), self.dilation)
        return self.channels, height, width

    def parameters(self, *inputs: Shape) -> tuple[ParameterSpec, ...]:
        per_group = inputs[0][0] // self.groups
        fans = (per_group * prod(self.kernel), self.channels * prod(self.kernel))
        weight = ParameterSpec("weight", (self.channels, per_group, *self.kernel), self.init, "weight", fans)
        bias = ParameterSpec("bias", (self.channels,), self.bias_init, "bias", fans)
        return (weight, bias) if self.bias else (weight,)

    def macs(self, inputs: tuple[Shape, ...], output: Shape) -> int:
        return prod(output) * (inputs[0][0] // self.groups) * prod(self.kernel)

    def size_working(self, inputs: tuple[Shape, ...], output: Shape) -> Working:
        slid = Sliding(inputs[0], self.kernel, self.stride, self.padding, self.dilation)
        channels = Given("channels", self.channels, "output channels", "channels")
        return Working((channels,), (size_step("C", "channels"),)) + sliding_working(slid)

    def parameter_working(self, inputs: tuple[Shape, ...]) -> Working:
        seen, channels = self._seen, Given("channels", self.channels, "output channels", "channels")
        groups = (Given("g", self.groups, "groups of channels", "groups"),) if self.groups > 1 else ()
        total = f"({seen} + 1)*channels" if self.bias else f"{seen}*channels"
        note = "" if self.bias else "no biases"
        parts = (
            Step("params", "weights", "weights", f"{seen}*channels"),
            Step("params", "biases", "biases, one an output channel", "channels"),
        )
        every = Step("params", "parameters", "all parameters", total, note, because=("bias",))
        return Working((channels, *groups, bias_given(self.bias)), (*(parts if self.bias else ()), every))

    def mac_working(self, inputs: tuple[Shape, ...], output: Shape) -> Working:
        words = "for each output a multiply-add for each input in its window"
        return Working(steps=(Step("macs", "MACs", words, f"C_out*H_out*W_out*{self._seen}"),))

    @property
    def _seen(self) -> str:
        """The formula of the inputs that one output is computed from."""
        kernel = "k*k" if self.kernel[0] == self.kernel[1] else "k_h*k_w"
        return f"{kernel}*(C_in / g)" if self.groups > 1 else f"{kernel}*C_in"

    def window(self, *inputs: Shape) -> Window:
        return sliding_window(extent(self.kernel, self.dilation), self.stride, self.sides(inputs[0]))

    def mixing(self, *inputs: Shape) -> Mixing:
        return Grouped(self.groups) if self.groups > 1 else MIXED

    def forward(self, inputs: tuple[Tensor, ...], parameters: Mapping[str, Tensor], run: Run) -> Tensor:
        x = inputs[0]
        weight, bias = parameters["weight"], parameters.get("bias")
        return x.conv2d(weight, bias, self.groups, self.stride, self.dilation, self.sides(x.shape))

    def label(self) -> str:
        parts = [show_pair(self.kernel), str(self.channels)]
        if self.stride != (1, 1):
            parts.append(show_step(self.stride))
        if self.groups > 1:
            parts.append(f"groups {self.groups}")
        if self.dilation != (1, 1):
            parts.append(f"dilation {show_sides(self.dilation, 'x')}")
        return ", ".join(parts)
