"""The input node. No call of the language: elaboration makes it from ``input 3 x 224 x 224``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from ..ir import Given, Int, ListOf, Op, Run, Shape, Working, arg, input_givens, kept, show

if TYPE_CHECKING:
    from ..ir.tensor import Tensor


class Input(Op):
    """Where samples enter; whoever runs the graph gives its tensor. It takes no other node's."""

    backward_reads = ()
    call_name: ClassVar[str] = "input"
    family = "input"
    inputs = (0, 0)

    shape: Shape = arg(ListOf(Int(1)), "(C, H, W) or (features), without the batch")

    def output_shape(self, *inputs: Shape) -> Shape:
        return self.shape

    def size_working(self, inputs: tuple[Shape, ...], output: Shape) -> Working:
        givens = input_givens(self.shape)
        stated = tuple(Given(g.symbol, g.value, g.words, "shape") for g in givens)
        return Working(stated, kept(*(given.symbol.partition("_")[0] for given in givens)))

    def forward(self, inputs: tuple[Tensor, ...], parameters: Mapping[str, Tensor], run: Run) -> Tensor:
        """The batch as it was given."""
        return inputs[0]

    def label(self) -> str:
        return show(self.shape)
