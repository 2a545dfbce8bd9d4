"""Larger maps."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from ..ir import (
    APART,
    LAYERS,
    Choice,
    Example,
    Mixing,
    Op,
    Pair,
    Run,
    Shape,
    Slide,
    Window,
    Working,
    arg,
    input_givens,
    kept,
    size_step,
)

if TYPE_CHECKING:
    from ..ir.tensor import Tensor
from .geometry import SizePair
from .resizing import blended, largest
from .sliding import pair


@LAYERS.register("upsample")
class Upsample(Op):
    """A larger map by repeating pixels, or bilinearly. C x H x W → C x factor * H x factor * W.

    Bilinear is PyTorch's with ``align_corners = false``: pixels are squares, the border's values go on.
    """

    backward_reads = ()
    family = "reshape"
    keeps_range = True
    examples = (
        Example("upsample(2)", ((2, 2, 3),)),
        Example("upsample((1, 3))", ((2, 2, 2),)),
        Example("upsample(2, mode = bilinear)", ((2, 3, 4),)),
        Example("upsample((3, 2), mode = bilinear)", ((1, 3, 2),)),
    )

    factor: SizePair = arg(Pair(), "how many times larger (height, width)")
    mode: str = arg(Choice("nearest", "bilinear"), "how new pixels get their values", "nearest")

    def output_shape(self, *inputs: Shape) -> Shape:
        c, h, w = self.need_map(inputs[0])
        return c, h * self.factor[0], w * self.factor[1]

    def size_working(self, inputs: tuple[Shape, ...], output: Shape) -> Working:
        factor, f = pair("f", "factor", self.factor, "factor")
        steps = (*kept("C"), size_step("H", f"{f[0]}*H_in"), size_step("W", f"{f[1]}*W_in", like="H"))
        window = self.window(*inputs)
        tall, wide = (
            Slide(str(extent), f" / {name}", f"-{before}")
            for extent, name, before in zip(window.extent, f, window.before, strict=True)
        )
        return Working((*input_givens(inputs[0]), *factor), steps, (tall, wide))

    def window(self, *inputs: Shape) -> Window:
        steps = (Fraction(1, self.factor[0]), Fraction(1, self.factor[1]))
        if self.mode == "nearest":
            return Window((1, 1), steps)
        tall, wide = (tuple(blended(factor)) for factor in self.factor)
        extent, before = (largest(tall), largest(wide)), (-tall[0][0], -wide[0][0])
        cells = (tall if self.factor[0] > 1 else (), wide if self.factor[1] > 1 else ())
        return Window(extent, steps, before, cells=cells)

    def mixing(self, *inputs: Shape) -> Mixing:
        return APART

    def copies(self) -> tuple[int, int]:
        return self.factor if self.mode == "nearest" else (1, 1)

    def keeps_constants(self, *inputs: Shape) -> bool:
        return True

    def forward(self, inputs: tuple[Tensor, ...], parameters: Mapping[str, Tensor], run: Run) -> Tensor:
        stretch = _repeat if self.mode == "nearest" else _blend
        x = inputs[0]
        for axis, factor in ((2, self.factor[0]), (3, self.factor[1])):
            x = stretch(x, axis, factor) if factor > 1 else x
        return x


def _slice(x: Tensor, axis: int, start: int, stop: int) -> Tensor:
    return x.shrink(tuple((start, stop) if i == axis else None for i in range(len(x.shape))))


def _repeat(x: Tensor, axis: int, factor: int) -> Tensor:
    before, n, after = x.shape[:axis], x.shape[axis], x.shape[axis + 1 :]
    repeated = x.reshape((*before, n, 1, *after)).expand((*before, n, factor, *after))
    return repeated.reshape((*before, n * factor, *after))


def _blend(x: Tensor, axis: int, factor: int) -> Tensor:
    """Linear interpolation along one axis: each of ``factor`` phases mixes a pixel with one neighbour."""
    before, n, after = x.shape[:axis], x.shape[axis], x.shape[axis + 1 :]
    first, last = _slice(x, axis, 0, 1), _slice(x, axis, n - 1, n)
    previous = first.cat(_slice(x, axis, 0, n - 1), dim=axis) if n > 1 else x
    following = _slice(x, axis, 1, n).cat(last, dim=axis) if n > 1 else x
    phases = []
    for phase in range(factor):
        offset = (phase + 0.5) / factor - 0.5
        neighbour = previous if offset < 0 else following
        mixed = x * (1 - abs(offset)) + neighbour * abs(offset)
        phases.append(mixed.reshape((*before, n, 1, *after)))
    return phases[0].cat(*phases[1:], dim=axis + 1).reshape((*before, n * factor, *after))
