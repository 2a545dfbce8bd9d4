"""Pooling by sliding windows, and what all pools share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from ..ir import (
    APART,
    LAYERS,
    BadValue,
    Bool,
    Example,
    Mixing,
    Op,
    OpError,
    Pair,
    Range,
    Run,
    Shape,
    Window,
    Working,
    arg,
    kept,
    show_sides,
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
from .ranges import with_value
from .sliding import Sliding, sliding_working

_STRIDE_DOC = "step of the window; the kernel's size where not given"
_CEIL_DOC = "round the output size up; a window that would start in the far padding is dropped"


class Pool(Op):
    """What all pools share: what they give lies in the range of one channel's pixels."""

    keeps_range = True
    family = "pooling"

    def mixing(self, *inputs: Shape) -> Mixing:
        return APART


class _SlidingPool(Pool):
    """What maximum and average pooling share."""

    kernel: SizePair
    stride: SizePair | None
    padding: Sides | str
    ceil_mode: bool

    @property
    def step(self) -> SizePair:
        return self.stride or self.kernel

    @property
    def spread(self) -> SizePair:
        return (1, 1)

    def sides(self, shape: Shape) -> Sides:
        return resolve_padding(self.padding, shape, self.kernel, self.step, self.spread)

    def filled_in(self, *inputs: Shape) -> Self:
        padding = filled_padding(self.padding, inputs, self.kernel, self.step, self.spread)
        return replace(self, stride=self.step, padding=padding)

    def output_shape(self, *inputs: Shape) -> Shape:
        c, _, _ = self.need_map(inputs[0])
        self._check_padding()
        sides = self.sides(inputs[0])
        height, width = slide(inputs[0], self.kernel, self.step, sides, self.spread, self.ceil_mode)
        return c, height, width

    def size_working(self, inputs: tuple[Shape, ...], output: Shape) -> Working:
        slid = Sliding(inputs[0], self.kernel, self.step, self.padding, self.spread, self.ceil_mode)
        words = "stride" if self.stride else "stride, the kernel's size where not given"
        return Working(steps=kept("C")) + sliding_working(slid, words)

    def _check_padding(self) -> None:
        """PyTorch's limit: with more, a window could lie in the padding alone."""
        if isinstance(self.padding, str):
            return
        left, right, top, bottom = self.padding
        if max(top, bottom) > self.kernel[0] // 2 or max(left, right) > self.kernel[1] // 2:
            problem = f"padding {max(self.padding)} is more than half of the {show_pair(self.kernel)} kernel"
            hint = "put 'pad(…)' before it, where the zeros shall count as pixels"
            raise OpError(BadValue(call=self.call_name, problem=problem, hints=(hint,)), "padding")

    def window(self, *inputs: Shape) -> Window:
        return sliding_window(extent(self.kernel, self.spread), self.step, self.sides(inputs[0]))

    def label(self) -> str:
        parts = [show_pair(self.kernel)]
        parts += [show_step(self.step)] if self.step != (1, 1) else []
        parts += [f"dilation {show_sides(self.spread, 'x')}"] if self.spread != (1, 1) else []
        return ", ".join([*parts, *(["ceil"] if self.ceil_mode else [])])


@LAYERS.register("maxpool")
class MaxPool(_SlidingPool):
    """Largest value of each window; padding counts as -inf (PyTorch's ``MaxPool2d``).

    C x H x W → C x H' x W', H' = floor((H + top + bottom - dilation * (kernel - 1) - 1) / stride) + 1.
    Padding is at most half the kernel.
    """

    backward_reads = ("input", "output")
    examples = (
        Example("maxpool(2)", ((2, 5, 6),)),
        Example("maxpool(3, stride = 2, padding = 1)", ((2, 6, 7),)),
        Example("maxpool(3, 2, ceil_mode = true)", ((2, 6, 6),)),
        Example("maxpool((2, 3), stride = 1, dilation = 2)", ((1, 6, 7),)),
        Example("maxpool(3, 2, padding = same)", ((2, 6, 5),)),
    )

    kernel: SizePair = arg(Pair(), "window size (height, width)")
    stride: SizePair | None = arg(Pair(), _STRIDE_DOC, None)
    padding: Sides | str = arg(PADDING, "-inf added: " + PADDING_DOC, NO_PADDING)
    dilation: SizePair = arg(Pair(), "spacing between the window's elements", (1, 1))
    ceil_mode: bool = arg(Bool(), _CEIL_DOC, False)

    @property
    def spread(self) -> SizePair:
        return self.dilation

    def filled_in(self, *inputs: Shape) -> Self:
        filled = _SlidingPool.filled_in(self, *inputs)
        return replace(filled, dilation=filled_dilation(self.kernel, self.dilation))

    def output_shape(self, *inputs: Shape) -> Shape:
        shape = _SlidingPool.output_shape(self, *inputs)
        left, _, top, _ = self.sides(inputs[0])
        sizes = zip(inputs[0][1:], shape[1:], (top, left), strict=True)
        if any(self._sees_nothing(axis, *given) for axis, given in enumerate(sizes)):
            problem = "with this dilation some windows see padding alone"
            raise OpError(BadValue(call=self.call_name, problem=problem), "dilation")
        return shape

    def _sees_nothing(self, axis: int, n: int, windows: int, before: int) -> bool:
        """Whether a window has no element in the map, and thus no maximum; only dilation can bring that."""
        kernel, stride, dilation = self.kernel[axis], self.step[axis], self.dilation[axis]
        if dilation == 1:
            return False
        starts = (i * stride - before for i in range(windows))
        return any(not any(0 <= start + dilation * j < n for j in range(kernel)) for start in starts)

    def keeps_constants(self, *inputs: Shape) -> bool:
        return True

    def forward(self, inputs: tuple[Tensor, ...], parameters: Mapping[str, Tensor], run: Run) -> Tensor:
        x = inputs[0]
        return x.max_pool2d(self.kernel, self.step, self.dilation, self.sides(x.shape), self.ceil_mode)


@LAYERS.register("avgpool")
class AvgPool(_SlidingPool):
    """Mean of each window (PyTorch's ``AvgPool2d``). C x H x W → C x H' x W', as ``maxpool``.

    TensorFlow's average pooling is ``padding = same, count_include_pad = false``.
    """

    backward_reads = ()
    examples = (
        Example("avgpool(2)", ((2, 5, 6),)),
        Example("avgpool(3, stride = 2, padding = 1)", ((2, 6, 7),)),
        Example("avgpool(3, 2, padding = (1, 0, 0, 1), count_include_pad = false)", ((2, 6, 5),)),
        Example("avgpool(3, 2, padding = 1, ceil_mode = true)", ((1, 6, 6),)),
        Example("avgpool(3, 2, padding = same, count_include_pad = false)", ((2, 6, 5),)),
    )

    kernel: SizePair = arg(Pair(), "window size (height, width)")
    stride: SizePair | None = arg(Pair(), _STRIDE_DOC, None)
    padding: Sides | str = arg(PADDING, "zeros added: " + PADDING_DOC, NO_PADDING)
    ceil_mode: bool = arg(Bool(), _CEIL_DOC, False)
    count_include_pad: bool = arg(Bool(), "whether padding counts as pixels of the mean", True)

    def filled_in(self, *inputs: Shape) -> Self:
        filled = _SlidingPool.filled_in(self, *inputs)
        unpadded = filled.padding == NO_PADDING and not self.ceil_mode
        return replace(filled, count_include_pad=self.count_include_pad or unpadded)

    def range_given(self, *taken: Range) -> Range:
        padded = self.count_include_pad and self.padding != NO_PADDING
        return with_value(0.0, taken[0]) if padded else taken[0]

    def keeps_constants(self, *inputs: Shape) -> bool:
        return not (self.count_include_pad and any(self.sides(inputs[0])))

    def forward(self, inputs: tuple[Tensor, ...], parameters: Mapping[str, Tensor], run: Run) -> Tensor:
        x = inputs[0]
        sides = self.sides(x.shape)
        return x.avg_pool2d(self.kernel, self.step, (1, 1), sides, self.ceil_mode, self.count_include_pad)
