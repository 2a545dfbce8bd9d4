"""Sums over pixels, a channel each: a bias's gradient, batch normalisation and its gradient (``channels.c``)."""

from __future__ import annotations

from typing import Any

from tinygrad import Tensor
from tinygrad.function import function

from .kernel import Kernel, run

_FEW = 16
_BLOCK = 64
"""Rows of a block, at least, and blocks at most."""


def _blocks(rows: int) -> int:
    return max(1, min(_FEW, rows // _BLOCK))


def sum_of_rows(g: Tensor, rows: int, channels: int) -> Tensor:
    """(channels,) of ``g`` (…, channels)."""
    blocks = _blocks(rows)
    body = f"const long rows = {rows}; gradient_sums(p0, p1, 0, 0, rows, {channels}, {blocks}, part);"
    parts = run(Kernel("bias_sums", ("channels.c",), body, 1), ((blocks, 2, channels),), (g,))[0]
    join = f"if (!part) for (int c = 0; c < {channels}; c++) p0[c] = joined(p1, {channels}, {blocks}, 0, c);"
    return run(Kernel("bias_join", ("channels.c",), join, 1, parts=1), ((channels,),), (parts,))[0]


def normalise(x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> tuple[Tensor, Tensor, Tensor]:
    """Batch normalisation of ``x`` (N, …, C): the result, and the batch's mean and biased variance.

    The gradient is that of the first alone. Ioffe and Szegedy 2015, section 3.
    """
    channels = int(x.shape[-1])
    rows = int(x.numel()) // channels
    mean, variance, scale = _statistics(x.detach(), weight.detach(), rows, channels, eps)

    def forward(
        x: Tensor, weight: Tensor, bias: Tensor, mean: Tensor, variance: Tensor, scale: Tensor
    ) -> Tensor:
        return (x - mean) * scale + bias

    def backward(gradient: Any, call: Any) -> tuple[Any, ...]:
        x, weight, _, mean, variance, _ = (Tensor(source) for source in call.src[1:])
        found = _gradients(Tensor(gradient).contiguous(), x, weight, mean, variance, eps)
        return (*(each.uop for each in found), None, None, None)

    y = function(forward, grad_fxn=backward)(x, weight, bias, mean, variance, scale)
    return y, mean, variance


def _gradients(
    g: Tensor, x: Tensor, weight: Tensor, mean: Tensor, variance: Tensor, eps: float
) -> tuple[Tensor, Tensor, Tensor]:
    """Of x, weight and bias."""
    channels = int(x.shape[-1])
    rows = int(x.numel()) // channels
    blocks = _blocks(rows)
    sums = f"const long rows = {rows}; gradient_sums(p0, p1, p2, p3, rows, {channels}, {blocks}, part);"
    kernel = Kernel("norm_sums", ("channels.c",), sums, 1, 4 * rows * channels)
    parts = run(kernel, ((blocks, 2, channels),), (g, x, mean))[0]
    join = (
        f"if (!part) for (int c = 0; c < {channels}; c++) {{\n"
        f"const float sum = joined(p5, {channels}, {blocks}, 0, c), moment = joined(p5, {channels}, {blocks}, 1, c);\n"
        f"const float r = 1.0f / __builtin_sqrtf(p7[c] + {eps!r}f);\n"
        "p0[c] = moment * r, p1[c] = sum, p2[c] = p6[c] * r;\n"
        f"p3[c] = -p6[c] * r * r * r * moment / {rows}, p4[c] = -p6[c] * r * sum / {rows};}}"
    )
    kernel = Kernel("norm_gradients", ("channels.c",), join, 5, parts=1)
    given = (parts, weight, variance)
    to_weight, to_bias, of_g, of_x, rest = run(kernel, ((channels,),) * 5, given)
    return g * of_g + (x - mean) * of_x + rest, to_weight, to_bias


def _statistics(
    x: Tensor, weight: Tensor, rows: int, channels: int, eps: float
) -> tuple[Tensor, Tensor, Tensor]:
    """Mean, biased variance, and weight / sqrt(variance + eps), (channels,) each."""
    blocks = _blocks(rows)
    body = f"const long rows = {rows}; moments(p0, p1, rows, {channels}, {blocks}, part);"
    parts = run(
        Kernel("norm_parts", ("channels.c",), body, 1, 4 * rows * channels), ((blocks, 2, channels),), (x,)
    )[0]
    join = (
        f"if (!part) {{ join_moments(p0, p1, p3, {rows}, {channels}, {blocks});\n"
        f"for (int c = 0; c < {channels}; c++) p2[c] = p4[c] / __builtin_sqrtf(p1[c] + {eps!r}f); }}"
    )
    kernel = Kernel("norm_join", ("channels.c",), join, 3, parts=1)
    mean, variance, scale = run(kernel, ((channels,),) * 3, (parts, weight))
    return mean, variance, scale
