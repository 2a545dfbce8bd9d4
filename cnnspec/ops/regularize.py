"""Regularisation by chance: active in training alone, the identity otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import TYPE_CHECKING

from ..ir import APART, LAYERS, Choice, Example, Float, Mixing, Op, Range, Run, Shape, arg

if TYPE_CHECKING:
    from ..ir.tensor import Tensor
from .ranges import scaled, with_value


class _Drop(Op):
    """Zeroes what a draw hits with probability ``p``; what survives is scaled by 1 / (1 - p)."""

    backward_reads = ()
    is_view_at_inference = True
    differs_in_training = True
    family = "regularize"

    p: float

    def output_shape(self, *inputs: Shape) -> Shape:
        return inputs[0]

    def draws(self, output: Shape) -> int:
        return prod(self.drawn((1, *output))) if self.p else 0

    def drawn(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """The shape of the draws for a tensor of ``shape``, with the batch."""
        return shape

    def mixing(self, *inputs: Shape) -> Mixing:
        return APART

    def range_given(self, *taken: Range) -> Range:
        """What survives is larger in training than after it."""
        if self.p == 0:
            return taken[0]
        low, high = scaled(1 / (1 - self.p), taken[0])
        return with_value(0.0, (min(low, taken[0][0]), max(high, taken[0][1])))

    def keeps_constants(self, *inputs: Shape) -> bool:
        return self.p == 0

    def forward(self, inputs: tuple[Tensor, ...], parameters: Mapping[str, Tensor], run: Run) -> Tensor:
        x = inputs[0]
        if not run.training or self.p == 0:
            return x
        hit = run.uniform(x, self.drawn(x.shape)) < self.p
        kept: Tensor = hit.where(0.0, x * (1 / (1 - self.p)))
        return kept


@LAYERS.register("dropout")
class Dropout(_Drop):
    """Zeroes each element with probability p, scales the others by 1 / (1 - p). Srivastava et al. 2014."""

    keeps_range = True
    drops_elements = True
    examples = (Example("dropout", ((2, 3, 4),)), Example("dropout(0.2)", ((9,),)))

    p: float = arg(Float(minimum=0, below=1), "probability of zero", 0.5)


@LAYERS.register("stochastic_depth")
class StochasticDepth(_Drop):
    """Zeroes a residual branch with probability p, else scales it by 1 / (1 - p). Huang et al. 2016.

    ``row`` draws for each sample (EfficientNet), ``batch`` once for all. It ends the branch of an ``add``.
    """

    examples = (
        Example("stochastic_depth(0.2)", ((2, 3, 4),)),
        Example("stochastic_depth(0.5, mode = batch)", ((4,),)),
    )

    p: float = arg(Float(minimum=0, below=1), "probability of dropping the branch")
    mode: str = arg(Choice("row", "batch"), "one draw a sample, or one a batch", "row")

    def draws(self, output: Shape) -> int:
        return prod(self.drawn((1, *output))) if self.p else 0

    def drawn(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        return (shape[0] if self.mode == "row" else 1, *(1,) * (len(shape) - 1))
