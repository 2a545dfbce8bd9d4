"""Sliding windows: padding arguments, output sizes, and the errors of windows that do not fit."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from ..ir import Choice, Either, Int, KernelTooLarge, Kind, OpError, Pair, Shape, Window
from ..ir.signature import BadType

Sides = tuple[int, int, int, int]
"""(left, right, top, bottom), the order of PyTorch's ``F.pad``."""

SizePair = tuple[int, int]
"""(height, width)."""

NO_PADDING: Sides = (0, 0, 0, 0)


class SidesKind(Kind):
    """``1``, ``(height, width)`` or ``(left, right, top, bottom)``; stored as the last."""

    expected = "an integer of at least 0, (height, width), or (left, right, top, bottom)"
    _pair = Pair(Int(0))

    def convert(self, value: Any) -> Sides:
        if isinstance(value, tuple) and len(value) == 4:
            item = self._pair.item
            left, right, top, bottom = (item.convert(v) for v in value)
            return left, right, top, bottom
        if isinstance(value, tuple) and len(value) != 2:
            raise BadType
        height, width = self._pair.convert(value)
        return width, width, height, height


SIDES = SidesKind()
PADDING = Either(SIDES, Choice("same"), expected=SIDES.expected + ", or same")
PADDING_DOC = "all sides, (height, width), (left, right, top, bottom), or same: output ceil(size / stride)"


def resolve_padding(
    padding: Sides | str, shape: Shape, kernel: SizePair, stride: SizePair, dilation: SizePair = (1, 1)
) -> Sides:
    """Padding in pixels; ``same`` is TensorFlow's, with the odd pixel at the right and the bottom."""
    if not isinstance(padding, str):
        return padding
    totals = []
    for n, k, s, d in zip(shape[-2:], kernel, stride, dilation, strict=True):
        totals.append(max((-(-n // s) - 1) * s + d * (k - 1) + 1 - n, 0))
    height, width = totals
    return width // 2, width - width // 2, height // 2, height - height // 2


def filled_padding(
    padding: Sides | str, inputs: Sequence[Shape], kernel: SizePair, stride: SizePair, dilation: SizePair
) -> Sides | str:
    """Padding in pixels where that is known: at stride 1 ``same`` is the same for all sizes."""
    if stride != (1, 1) and not inputs:
        return padding
    return resolve_padding(padding, inputs[0] if inputs else (1, 1), kernel, stride, dilation)


def filled_dilation(kernel: SizePair, dilation: SizePair) -> SizePair:
    """Without that of a side of one element, which makes no difference."""
    return dilation[0] if kernel[0] > 1 else 1, dilation[1] if kernel[1] > 1 else 1


def extent(kernel: SizePair, dilation: SizePair = (1, 1)) -> SizePair:
    """The pixels that a dilated kernel spans."""
    return dilation[0] * (kernel[0] - 1) + 1, dilation[1] * (kernel[1] - 1) + 1


def slide(
    shape: Shape,
    kernel: SizePair,
    stride: SizePair,
    sides: Sides,
    dilation: SizePair = (1, 1),
    ceil_mode: bool = False,
) -> SizePair:
    """Height and width given by a sliding window; raises :class:`OpError` where it does not fit."""
    left, right, top, bottom = sides
    height, width = shape[-2:]
    span = extent(kernel, dilation)
    if span[0] > height + top + bottom or span[1] > width + left + right:
        raise OpError(_too_large(span, shape, sides), "kernel")
    return (
        _steps(height, span[0], stride[0], (top, bottom), ceil_mode),
        _steps(width, span[1], stride[1], (left, right), ceil_mode),
    )


def _steps(n: int, span: int, stride: int, pad: tuple[int, int], ceil_mode: bool) -> int:
    room = n + sum(pad) - span
    if not ceil_mode:
        return room // stride + 1
    steps = -(-room // stride) + 1
    # A last window that would start in the far padding is dropped, as in PyTorch.
    return steps - 1 if (steps - 1) * stride >= n + pad[0] else steps


def _too_large(span: SizePair, shape: Shape, sides: Sides) -> KernelTooLarge:
    left, right, top, bottom = sides
    height, width = shape[-2:]
    missing = max(span[0] - height - top - bottom, span[1] - width - left - right)
    return KernelTooLarge(
        window=f"{span[0]}x{span[1]}",
        map=f"{height} x {width}",
        padded=f"{height + top + bottom} x {width + left + right}",
        hints=(
            f"{missing} pixel{'s' if missing > 1 else ''} missing: use a smaller kernel, more padding, "
            "or less stride and pooling before it",
        ),
    )


def sliding_window(span: SizePair, stride: SizePair, sides: Sides) -> Window:
    """The receptive-field window of a kernel that spans ``span`` pixels."""
    return Window(span, (Fraction(stride[0]), Fraction(stride[1])), (sides[2], sides[0]))


def show_pair(pair: SizePair) -> str:
    """``3x5``."""
    return f"{pair[0]}x{pair[1]}"


def show_step(stride: SizePair) -> str:
    """``/2``, or ``/2x1`` where height and width differ."""
    return "/" + (str(stride[0]) if stride[0] == stride[1] else show_pair(stride))
