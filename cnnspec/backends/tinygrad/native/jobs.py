"""Convolutions as jobs for C: the forward pass, and the gradient to the input.

The gradient to the input is a convolution of the output's gradient with the kernel turned round; with a stride s it is
s * s of them, one for each remainder of a pixel's place, whose taps are those that ever meet such a pixel. All maps are
(N, H, W, C).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

Pair = tuple[int, int]
Sides = tuple[int, int, int, int]
"""(left, right, top, bottom); negative where pixels are cut off."""


@dataclass(frozen=True)
class Job:
    """``Job`` of ``convolution.c`` without the tile: an input, a kernel, and where the outputs lie."""

    n: int
    h: int
    w: int
    c: int
    groups: int
    o: int
    kh: int
    kw: int
    sy: int
    sx: int
    dy: int
    dx: int
    top: int
    left: int
    oh: int
    ow: int
    y_image: int
    y_row: int
    y_pixel: int
    y_from: int = 0
    weights: int = 0
    bias: int = 0
    activation: int = 0

    @property
    def op(self) -> int:
        return -(-self.o // 16) * 16

    @property
    def taps(self) -> int:
        """Floats of all packed weights, with the bias."""
        return self.groups * self.op * (self.kh * self.kw * (self.c // self.groups) + 1)

    @property
    def extent(self) -> Pair:
        """Rows and columns of the input, zeros included, that the outputs see."""
        return (
            (self.oh - 1) * self.sy + (self.kh - 1) * self.dy + 1,
            (self.ow - 1) * self.sx + (self.kw - 1) * self.dx + 1,
        )

    @property
    def copied(self) -> bool:
        """Whether outputs see beyond the map."""
        height, width = self.extent
        across = self.top > 0 or height - self.top > self.h or self.left > 0 or width - self.left > self.w
        return bool(self.kh and self.kw and across)


@dataclass(frozen=True)
class Convolution:
    """The numbers of a layer: input (N, H, W, C), outputs O, kernel, how it slides, and what follows (``ACTIVATIONS``)."""

    shape: tuple[int, int, int, int]
    outputs: int
    kernel: Pair
    stride: Pair
    dilation: Pair
    sides: Sides
    groups: int
    bias: bool
    activation: int = 0

    @property
    def size(self) -> Pair:
        """Height and width of the output."""
        left, right, top, bottom = self.sides
        padded = (self.shape[1] + top + bottom, self.shape[2] + left + right)
        reach = [d * (k - 1) + 1 for d, k in zip(self.dilation, self.kernel, strict=True)]
        return (
            (padded[0] - reach[0]) // self.stride[0] + 1,
            (padded[1] - reach[1]) // self.stride[1] + 1,
        )

    @property
    def flops(self) -> int:
        """Operations of the forward pass; each gradient takes as many."""
        n, _, _, c = self.shape
        return 2 * n * math.prod(self.size) * self.outputs * math.prod(self.kernel) * (c // self.groups)


def forward_job(layer: Convolution) -> Job:
    n, h, w, c = layer.shape
    (oh, ow), o = layer.size, layer.outputs
    left, _, top, _ = layer.sides
    job = Job(
        n=n, h=h, w=w, c=c, groups=layer.groups, o=o // layer.groups,
        kh=layer.kernel[0], kw=layer.kernel[1], sy=layer.stride[0], sx=layer.stride[1],
        dy=layer.dilation[0], dx=layer.dilation[1], top=top, left=left,
        oh=oh, ow=ow, y_image=oh * ow * o, y_row=ow * o, y_pixel=o, bias=int(layer.bias),
        activation=layer.activation,
    )  # fmt: skip
    return _as_matrix(job)


def _as_matrix(job: Job) -> Job:
    """A 1 x 1 convolution sees no neighbours: its pixels are laid out so that tiles fit."""
    plain = (job.kh, job.kw, job.sy, job.sx, job.top, job.left) == (1, 1, 1, 1, 0, 0)
    if not plain or (job.oh, job.ow) != (job.h, job.w) or job.y_pixel * job.ow != job.y_row:
        return job
    pixels = job.n * job.h * job.w
    width = max(d for d in range(1, 29) if pixels % d == 0)
    size = job.y_pixel
    return replace(
        job, n=1, h=pixels // width, w=width, oh=pixels // width, ow=width,
        y_image=pixels * size, y_row=width * size,
    )  # fmt: skip


def turned_jobs(layer: Convolution) -> list[Job]:
    """The convolutions of the output's gradient that give the input's."""
    n, h, w, c = layer.shape
    left, _, top, _ = layer.sides
    (oh, ow), o = layer.size, layer.outputs
    jobs: list[Job] = []
    at = 0
    for a, (kh, before_y, _) in enumerate(_phases(layer.kernel[0], layer.stride[0], layer.dilation[0], top)):
        for b, (kw, before_x, _) in enumerate(
            _phases(layer.kernel[1], layer.stride[1], layer.dilation[1], left)
        ):
            rows, columns = -(-(h - a) // layer.stride[0]), -(-(w - b) // layer.stride[1])
            if rows < 1 or columns < 1:
                continue
            job = Job(
                n=n, h=oh, w=ow, c=o, groups=layer.groups, o=c // layer.groups,
                kh=kh, kw=kw, sy=1, sx=1, dy=layer.dilation[0], dx=layer.dilation[1], top=before_y, left=before_x,
                oh=rows, ow=columns, y_image=h * w * c, y_row=layer.stride[0] * w * c, y_pixel=layer.stride[1] * c,
                y_from=(a * w + b) * c, weights=at,
            )  # fmt: skip
            jobs.append(_as_matrix(job) if layer.stride == (1, 1) else job)
            at += job.taps
    return jobs


def _phases(kernel: int, stride: int, dilation: int, before: int) -> Iterator[tuple[int, int, int]]:
    """For each remainder of a pixel's place: its number of taps, zeros before the gradient, and its last tap."""
    for a in range(stride):
        if stride == 1:
            yield kernel, dilation * (kernel - 1) - before, kernel - 1
            continue
        first = (a + before) % stride
        taps = max(-(-(kernel - first) // stride), 0)
        yield taps, taps - 1 - (a + before - first) // stride, first + stride * (taps - 1)


@dataclass(frozen=True)
class Packing:
    """``Packing`` of ``convolution.c``: which weights a job reads, in its order."""

    groups: int
    ins: int
    outs: int
    op: int
    in_step: int
    out_step: int
    group_step: int
    kh: int
    kw: int
    ky: int
    kx: int
    ky_step: int
    kx_step: int
    columns: int
    at: int


def packings(layer: Convolution, jobs: list[Job], turned: bool) -> list[Packing]:
    """For each of the forward or turned jobs its packing."""
    each, size, outs = layer.shape[3] // layer.groups, math.prod(layer.kernel), layer.outputs // layer.groups
    ins, in_step, out_step = (outs, each * size, size) if turned else (each, size, each * size)
    return [
        Packing(
            job.groups, ins, job.o, job.op, in_step, out_step, outs * each * size,
            job.kh, job.kw, ky, kx, y_step, x_step, layer.kernel[1], job.weights,
        )
        for job, ((ky, y_step), (kx, x_step)) in zip(jobs, _taps(layer, turned), strict=True)
    ]  # fmt: skip


def _taps(layer: Convolution, turned: bool) -> list[tuple[Pair, Pair]]:
    """For each job the first tap and the way to the next, of rows and of columns."""
    if not turned:
        return [((0, 1), (0, 1))]
    left, _, top, _ = layer.sides
    ways = []
    for a, (_, _, last_y) in enumerate(_phases(layer.kernel[0], layer.stride[0], layer.dilation[0], top)):
        for b, (_, _, last_x) in enumerate(
            _phases(layer.kernel[1], layer.stride[1], layer.dilation[1], left)
        ):
            if a < layer.shape[1] and b < layer.shape[2]:
                ways.append(((last_y, -layer.stride[0]), (last_x, -layer.stride[1])))
    return ways
