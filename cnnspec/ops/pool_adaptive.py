"""Pooling over adaptive grids and whole maps."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from ..ir import (
    LAYERS,
    WHOLE,
    Example,
    Pair,
    Run,
    Shape,
    Window,
    Working,
    arg,
    input_givens,
    kept,
    size_step,
)

if TYPE_CHECKING:
    from ..ir.tensor import Tensor
from .geometry import SizePair, show_pair
from .pool import Pool
from .resizing import adaptive, cells_of, largest, looked_at


class _AdaptivePool(Pool):
    """What the adaptive pools share: cell i of n covers pixels floor(i * H / n) to ceil((i + 1) * H / n)."""

    size: SizePair

    def output_shape(self, *inputs: Shape) -> Shape:
        return self.need_map(inputs[0])[0], *self.size

    def size_working(self, inputs: tuple[Shape, ...], output: Shape) -> Working:
        return adaptive(inputs[0], self.size)

    def window(self, *inputs: Shape) -> Window:
        if self.size == (1, 1):
            return WHOLE
        (_, h, w), (rows, columns) = inputs[0], self.size
        tall, wide = (tuple(looked_at(*axis)) for axis in ((h, rows), (w, columns)))
        extent = (largest(tall), largest(wide))
        cells = (tall if h % rows else (), wide if w % columns else ())
        return Window(extent, (Fraction(h, rows), Fraction(w, columns)), cells=cells)

    def keeps_constants(self, *inputs: Shape) -> bool:
        return True

    def forward(self, inputs: tuple[Tensor, ...], parameters: Mapping[str, Tensor], run: Run) -> Tensor:
        x = inputs[0]
        for axis, parts in ((2, self.size[0]), (3, self.size[1])):
            x = self._pool_axis(x, axis, parts)
        return x

    def _pool_axis(self, x: Tensor, axis: int, parts: int) -> Tensor:
        """Cells are rectangles, so that pooling one axis after the other is the same."""
        n = x.shape[axis]
        if n % parts == 0:
            split = (*x.shape[:axis], parts, n // parts, *x.shape[axis + 1 :])
            return self._reduce(x.reshape(split), axis + 1, False)
        keep = (None,) * axis
        after = (None,) * (3 - axis)
        cells = [self._reduce(x.shrink((*keep, cell, *after)), axis, True) for cell in cells_of(n, parts)]
        return cells[0].cat(*cells[1:], dim=axis)

    def _reduce(self, x: Tensor, axis: int, keepdim: bool) -> Tensor:
        raise NotImplementedError

    def label(self) -> str:
        return show_pair(self.size)


@LAYERS.register("adaptive_avgpool")
class AdaptiveAvgPool(_AdaptivePool):
    """Mean over a grid of cells (PyTorch's ``AdaptiveAvgPool2d``). C x H x W → C x size, whatever H and W."""

    backward_reads = ()
    examples = (
        Example("adaptive_avgpool(2)", ((2, 4, 6),)),
        Example("adaptive_avgpool((3, 1))", ((2, 5, 4),)),
        Example("adaptive_avgpool((2, 5))", ((1, 5, 3),)),
    )

    size: SizePair = arg(Pair(), "output size (height, width)")

    def _reduce(self, x: Tensor, axis: int, keepdim: bool) -> Tensor:
        return x.mean((axis,), keepdim)


@LAYERS.register("adaptive_maxpool")
class AdaptiveMaxPool(_AdaptivePool):
    """Largest value over a grid of cells (PyTorch's ``AdaptiveMaxPool2d``). C x H x W → C x size."""

    backward_reads = ("input", "output")
    examples = (
        Example("adaptive_maxpool(2)", ((2, 4, 6),)),
        Example("adaptive_maxpool((2, 3))", ((1, 5, 4),)),
    )

    size: SizePair = arg(Pair(), "output size (height, width)")

    def _reduce(self, x: Tensor, axis: int, keepdim: bool) -> Tensor:
        return x.max((axis,), keepdim)


class _GlobalPool(Pool):
    """What the global pools share."""

    def output_shape(self, *inputs: Shape) -> Shape:
        return self.need_map(inputs[0])[0], 1, 1

    def size_working(self, inputs: tuple[Shape, ...], output: Shape) -> Working:
        steps = (*kept("C"), size_step("H", "1"), size_step("W", "1", like="H"))
        return Working(input_givens(inputs[0]), steps)

    def keeps_constants(self, *inputs: Shape) -> bool:
        return True

    def window(self, *inputs: Shape) -> Window:
        return WHOLE


@LAYERS.register("global_avgpool")
class GlobalAvgPool(_GlobalPool):
    """Mean of each channel's map. Lin, Chen and Yan 2013, section 3.2. C x H x W → C x 1 x 1.

    ``flatten`` makes it the vector that ``linear`` takes.
    """

    also_called = ("gap", "global_average_pooling2d", "global_pool", "global_average_pool")
    backward_reads = ()
    examples = (Example("global_avgpool", ((3, 4, 5),)),)

    def forward(self, inputs: tuple[Tensor, ...], parameters: Mapping[str, Tensor], run: Run) -> Tensor:
        return inputs[0].mean((2, 3), True)


@LAYERS.register("global_maxpool")
class GlobalMaxPool(_GlobalPool):
    """Largest value of each channel's map. C x H x W → C x 1 x 1."""

    backward_reads = ("input", "output")
    examples = (Example("global_maxpool", ((3, 4, 5),)),)

    def forward(self, inputs: tuple[Tensor, ...], parameters: Mapping[str, Tensor], run: Run) -> Tensor:
        return inputs[0].max((2, 3), True)
