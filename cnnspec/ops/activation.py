"""Activations: the shape stays, each element by itself (``softmax``: each position by itself)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from math import inf
from typing import TYPE_CHECKING

from ..ir import APART, LAYERS, MIXED, Choice, Example, Float, Mixing, Op, Range, Run, Shape, arg

if TYPE_CHECKING:
    from ..ir.tensor import Tensor

_MAP = ((2, 3, 4),)
_VECTOR = ((7,),)


def relu6(x: Tensor) -> Tensor:
    """min(max(x, 0), 6); not relu(x) - relu(x - 6), whose rounding shows in half precision."""
    return (x < 6.0).where(x.relu(), 6.0)


def sigmoid(x: Tensor) -> Tensor:
    """1 / (1 + exp(-x)), in float32 and with a finite gradient for any finite x.

    Below -40 it is constant (4e-18), as the overflow of exp(-x) would make the gradient nan.
    """
    wide = x.float()
    return (wide < -40.0).where(-40.0, wide).sigmoid().cast(x.dtype)


def tanh(x: Tensor) -> Tensor:
    """2 * sigmoid(2 x) - 1, clamped likewise: below -20 it is -1 in float32 anyway."""
    wide = x.float()
    return (wide < -20.0).where(-20.0, wide).tanh().cast(x.dtype)


class Activation(Op):
    """What activations share: they take maps and vectors, own nothing, and keep the shape."""

    family = "activation"
    any_axes = True

    def output_shape(self, *inputs: Shape) -> Shape:
        return inputs[0]

    def mixing(self, *inputs: Shape) -> Mixing:
        return APART

    def forward(self, inputs: tuple[Tensor, ...], parameters: Mapping[str, Tensor], run: Run) -> Tensor:
        return self.apply(inputs[0])

    def apply(self, x: Tensor) -> Tensor:
        raise NotImplementedError


@LAYERS.register("relu")
class Relu(Activation):
    """max(x, 0). Nair and Hinton 2010."""

    output_range = (0.0, math.inf)
    backward_reads = ("output",)
    examples = (Example("relu", _MAP), Example("relu", _VECTOR))

    def range_given(self, *taken: Range) -> Range:
        return max(taken[0][0], 0.0), max(taken[0][1], 0.0)

    def changes_nothing(self, taken: Range) -> bool:
        return taken[0] >= 0

    def apply(self, x: Tensor) -> Tensor:
        return x.relu()


@LAYERS.register("relu6")
class Relu6(Activation):
    """min(max(x, 0), 6). Howard et al. 2017 (MobileNet)."""

    output_range = (0.0, 6.0)
    backward_reads = ("output",)
    examples = (Example("relu6", _MAP),)

    def range_given(self, *taken: Range) -> Range:
        return min(max(taken[0][0], 0.0), 6.0), min(max(taken[0][1], 0.0), 6.0)

    def changes_nothing(self, taken: Range) -> bool:
        return taken[0] >= 0 and taken[1] <= 6

    def apply(self, x: Tensor) -> Tensor:
        return relu6(x)


@LAYERS.register("leaky_relu")
class LeakyRelu(Activation):
    """x where x > 0, else slope * x. Maas, Hannun and Ng 2013."""

    backward_reads = ("output",)
    examples = (Example("leaky_relu", _MAP), Example("leaky_relu(0.2)", _VECTOR))

    slope: float = arg(Float(), "factor on negative values", 0.01)

    def range_given(self, *taken: Range) -> Range:
        return taken[0] if self.changes_nothing(taken[0]) else (-inf, inf)

    def changes_nothing(self, taken: Range) -> bool:
        return taken[0] >= 0 or bool(self.never_changes)

    @property
    def never_changes(self) -> str:
        return "a slope of 1 leaves all values as they are" if self.slope == 1 else ""

    def keeps_constants(self, *inputs: Shape) -> bool:
        return bool(self.never_changes)

    def apply(self, x: Tensor) -> Tensor:
        return (x < 0.0).where(x * self.slope, x)


@LAYERS.register("elu")
class Elu(Activation):
    """x where x > 0, else alpha * (exp(x) - 1). Clevert, Unterthiner and Hochreiter 2016."""

    backward_reads = ("output",)
    examples = (Example("elu", _MAP), Example("elu(alpha = 0.5)", _VECTOR))

    alpha: float = arg(Float(), "negated limit for x → -inf", 1.0)

    def range_given(self, *taken: Range) -> Range:
        return taken[0] if self.changes_nothing(taken[0]) else (-inf, inf)

    def changes_nothing(self, taken: Range) -> bool:
        return taken[0] >= 0

    def apply(self, x: Tensor) -> Tensor:
        # exp sees min(x, 0) alone, as its overflow for a large x would make the gradient nan.
        positive = x.relu()
        return positive + ((x - positive).exp() - 1.0) * self.alpha


@LAYERS.register("gelu")
class Gelu(Activation):
    """x * Φ(x), Φ the normal distribution function. Hendrycks and Gimpel 2016.

    ``tanh`` is their approximation x / 2 * (1 + tanh(sqrt(2 / π) * (x + 0.044715 x³))).
    """

    examples = (Example("gelu", _MAP), Example("gelu(approximate = tanh)", _MAP))

    approximate: str = arg(Choice("none", "tanh"), "none for the exact form, or tanh", "none")

    def apply(self, x: Tensor) -> Tensor:
        wide = x.float()
        if self.approximate == "tanh":
            share = tanh((wide + wide * wide * wide * 0.044715) * math.sqrt(2 / math.pi))
        else:
            share = (wide * math.sqrt(0.5)).erf()
        return (wide * 0.5 * (share + 1.0)).cast(x.dtype)


@LAYERS.register("silu")
class Silu(Activation):
    """x * sigmoid(x), also called swish. Ramachandran, Zoph and Le 2017."""

    also_called = ("swish",)
    examples = (Example("silu", _MAP),)

    def apply(self, x: Tensor) -> Tensor:
        return x * sigmoid(x)


@LAYERS.register("hard_swish")
class HardSwish(Activation):
    """x * relu6(x + 3) / 6. Howard et al. 2019 (MobileNetV3), section 5.2."""

    examples = (Example("hard_swish", _MAP),)

    def apply(self, x: Tensor) -> Tensor:
        return x * relu6(x + 3.0) * (1 / 6)


@LAYERS.register("hard_sigmoid")
class HardSigmoid(Activation):
    """relu6(x + 3) / 6, as in PyTorch. Howard et al. 2019 (MobileNetV3), section 5.2."""

    output_range = (0.0, 1.0)
    backward_reads = ("output",)
    examples = (Example("hard_sigmoid", _MAP),)

    def apply(self, x: Tensor) -> Tensor:
        return relu6(x + 3.0) * (1 / 6)


@LAYERS.register("sigmoid")
class Sigmoid(Activation):
    """1 / (1 + exp(-x))."""

    output_range = (0.0, 1.0)
    backward_reads = ("output",)
    examples = (Example("sigmoid", _MAP),)

    def apply(self, x: Tensor) -> Tensor:
        return sigmoid(x)


@LAYERS.register("tanh")
class Tanh(Activation):
    """Hyperbolic tangent."""

    output_range = (-1.0, 1.0)
    backward_reads = ("output",)
    examples = (Example("tanh", _MAP),)

    def apply(self, x: Tensor) -> Tensor:
        return tanh(x)


@LAYERS.register("softmax")
class Softmax(Activation):
    """exp(x) / sum of exp(x), over features, or at each pixel over channels.

    Losses on classes take the values before it: a spec for training ends without ``softmax``.
    """

    any_axes = False
    sums_to_one = True
    output_range = (0.0, 1.0)
    backward_reads = ("output",)
    examples = (Example("softmax", _MAP), Example("softmax", _VECTOR))

    def mixing(self, *inputs: Shape) -> Mixing:
        return MIXED

    def apply(self, x: Tensor) -> Tensor:
        return x.softmax(1)
