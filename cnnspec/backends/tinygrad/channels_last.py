"""Convolution with channels last and gradients of its own.

tinygrad derives a convolution's gradients from its forward pass: for the input it reduces over windows of k + s - 1
elements where k do, and both gradients read with the channels far apart. Here the input is laid out once as (N, H, W, C),
which also computes the layers before it once; the gradient to the input is a convolution with the flipped
kernel, that to the weight is summed over parts of the batch, then over the parts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tinygrad import Tensor
from tinygrad.function import function

from .native.jobs import Pair, Sides

MOST_PARTIAL = 1 << 24
"""Floats that the partial sums of a weight's gradient may take."""


@dataclass(frozen=True)
class Geometry:
    """How a kernel slides."""

    kernel: Pair
    stride: Pair
    dilation: Pair
    sides: Sides


def conv2d(
    x: Tensor, weight: Tensor, bias: Tensor | None, stride: Pair, dilation: Pair, sides: Sides
) -> Tensor:
    """(N, C, H, W) with (O, C, kh, kw) to (N, O, H', W'), as ``Tensor.conv2d`` with one group."""
    kernel = (int(weight.shape[2]), int(weight.shape[3]))
    geometry = Geometry(kernel, stride, dilation, sides)
    y = _with_gradients(geometry)(x.permute(0, 2, 3, 1), weight)
    y = y if bias is None else y + bias
    return y.permute(0, 3, 1, 2)


def _with_gradients(geometry: Geometry) -> Callable[[Tensor, Tensor], Tensor]:
    def forward(x: Tensor, weight: Tensor) -> Tensor:
        return _slide(_padded(x, geometry.sides), weight, geometry)

    def backward(gradient: Any, call: Any) -> tuple[Any, Any]:
        x, weight = Tensor(call.src[1]), Tensor(call.src[2])
        g = Tensor(gradient).contiguous()
        return _to_input(g, x, weight, geometry).uop, _to_weight(g, x, weight, geometry).uop

    made: Callable[[Tensor, Tensor], Tensor] = function(forward, grad_fxn=backward)
    return made


def _padded(x: Tensor, sides: Sides) -> Tensor:
    """(N, H, W, C) with pixels of zero added, or cut off, laid out as it reads."""
    left, right, top, bottom = sides
    grown = x.pad(((0, 0), (max(top, 0), max(bottom, 0)), (max(left, 0), max(right, 0)), (0, 0)))
    height, width = grown.shape[1], grown.shape[2]
    rows = (max(-top, 0), height - max(-bottom, 0))
    return grown.shrink((None, rows, (max(-left, 0), width - max(-right, 0)), None)).contiguous()


def _windows(x: Tensor, geometry: Geometry) -> Tensor:
    """(N, H, W, C) to (N, H', W', kh, kw, C), without a copy."""
    pooled = x.permute(0, 3, 1, 2)._pool(geometry.kernel, geometry.stride, geometry.dilation)
    return pooled.permute(0, 2, 3, 4, 5, 1)


def _slide(x: Tensor, weight: Tensor, geometry: Geometry) -> Tensor:
    """A padded (N, H, W, C) with (O, C, kh, kw) to (N, H', W', O)."""
    windows = _windows(x, geometry)
    kernel = weight.permute(2, 3, 1, 0).contiguous()  # (kh, kw, C, O): outputs next to each other
    product = windows.reshape(*windows.shape, 1) * kernel.reshape(1, 1, 1, *kernel.shape)
    return product.sum((3, 4, 5))


def _to_input(g: Tensor, x: Tensor, weight: Tensor, geometry: Geometry) -> Tensor:
    """The gradient, spread by the stride, convolved with the flipped kernel."""
    spread = _spread(g, geometry.stride)
    (kh, kw), (dh, dw), (left, _, top, _) = geometry.kernel, geometry.dilation, geometry.sides
    above, before = dh * (kh - 1) - top, dw * (kw - 1) - left
    below = x.shape[1] + dh * (kh - 1) - above - spread.shape[1]
    after = x.shape[2] + dw * (kw - 1) - before - spread.shape[2]
    flipped = weight.flip((2, 3)).permute(1, 0, 2, 3)
    steps = Geometry(geometry.kernel, (1, 1), geometry.dilation, (before, after, above, below))
    return _slide(_padded(spread, steps.sides), flipped, steps)


def _spread(g: Tensor, stride: Pair) -> Tensor:
    """(N, H, W, O) with stride - 1 zeros between pixels."""
    for axis, step in ((1, stride[0]), (2, stride[1])):
        if step > 1:
            before, n, after = g.shape[:axis], g.shape[axis], g.shape[axis + 1 :]
            room = ((0, 0),) * (axis + 1) + ((0, step - 1),) + ((0, 0),) * len(after)
            g = g.reshape(*before, n, 1, *after).pad(room).reshape(*before, n * step, *after)
            g = g.shrink(tuple((0, (n - 1) * step + 1) if i == axis else None for i in range(4)))
    return g


def _to_weight(g: Tensor, x: Tensor, weight: Tensor, geometry: Geometry) -> Tensor:
    """(O, C, kh, kw): for each part of the batch the sum over its pixels, then the sum of the parts."""
    windows = _windows(_padded(x, geometry.sides), geometry)
    n, height, width, kh, kw, channels = (int(size) for size in windows.shape)
    outputs = int(weight.shape[0])
    parts = _parts(n, height * width, kh * kw * channels * outputs)
    split = windows.reshape(parts, n // parts, height, width, kh, kw, channels, 1)
    products = split * g.reshape(parts, n // parts, height, width, 1, 1, 1, outputs)
    return products.sum((1, 2, 3)).contiguous().sum(0).permute(3, 2, 0, 1)


def _parts(images: int, pixels: int, size: int) -> int:
    """How many parts the batch is summed in: an image each, eight where maps are small, fewer where they need room."""
    parts = images // 8 if pixels <= 64 and images % 8 == 0 else images
    while parts > 1 and parts * size > MOST_PARTIAL:
        parts = next((p for p in range(parts // 2, 0, -1) if images % p == 0), 1)
    return parts
