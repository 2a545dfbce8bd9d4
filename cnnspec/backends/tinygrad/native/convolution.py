"""Convolution and its gradients on the CPU, (N, H, W, C) throughout; the work is done in ``convolution.c``.

The gradient to the input is a convolution of the gradient with the kernel turned round; with a stride s it is s * s of
them, one for each remainder of the pixel's place, whose taps are those that ever meet such a pixel.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace

from tinygrad import Tensor

from .channels import sum_of_rows
from .kernel import Gradients, Kernel, run, variants
from .threads import thread_count
from .tiles import element_tile, pixel_tile

Pair = tuple[int, int]
Sides = tuple[int, int, int, int]
"""(left, right, top, bottom); negative where pixels are cut off."""

NEAR = 1 << 15
"""Floats of the input that a task works on at a time: they stay in the second-level cache beside the weights."""


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
    """The numbers of a layer: input (N, H, W, C), outputs O, kernel, and how it slides."""

    shape: tuple[int, int, int, int]
    outputs: int
    kernel: Pair
    stride: Pair
    dilation: Pair
    sides: Sides
    groups: int
    bias: bool

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


def convolve(x: Tensor, weight: Tensor, bias: Tensor | None, layer: Convolution) -> Tensor:
    """``x`` (N, H, W, C) with ``weight`` (O, C / groups, kh, kw): (N, H', W', O)."""
    job = _forward(layer)

    def gradient(g: Tensor, x: Tensor, _: Tensor, weight: Tensor, *bias: Tensor) -> Gradients:
        turned = _turned(layer)
        packed = _pack(weight, None, turned, layer, True)
        to_x = _convolve_packed("conv_input", g, packed, turned, layer.shape, layer)
        rows = layer.shape[0] * math.prod(layer.size)
        to_bias = (sum_of_rows(g, rows, layer.outputs) for _ in bias)
        return to_x, None, _to_weight(g, x, layer, weight), *to_bias

    # The gradients do not go through the packing: the weights are an input beside what the kernel reads.
    packed = _pack(weight, bias, [job], layer, False).detach()
    kernel, room = _convolution_kernel("conv_forward", [job], layer)
    inputs = (x, packed, weight) if bias is None else (x, packed, weight, bias)
    return run(kernel, ((layer.shape[0], *layer.size, layer.outputs), (room,)), inputs, gradient)[0]


def _forward(layer: Convolution) -> Job:
    n, h, w, c = layer.shape
    (oh, ow), o = layer.size, layer.outputs
    left, _, top, _ = layer.sides
    job = Job(
        n=n, h=h, w=w, c=c, groups=layer.groups, o=o // layer.groups,
        kh=layer.kernel[0], kw=layer.kernel[1], sy=layer.stride[0], sx=layer.stride[1],
        dy=layer.dilation[0], dx=layer.dilation[1], top=top, left=left,
        oh=oh, ow=ow, y_image=oh * ow * o, y_row=ow * o, y_pixel=o, bias=int(layer.bias),
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


def _turned(layer: Convolution) -> list[Job]:
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


def _pack(
    weight: Tensor, bias: Tensor | None, jobs: Sequence[Job], layer: Convolution, turned: bool
) -> Tensor:
    """Weights in the order that the jobs read them in, outputs side by side."""
    each, size = layer.shape[3] // layer.groups, math.prod(layer.kernel)
    outs = layer.outputs // layer.groups
    lines = []
    for job, taps in zip(jobs, _taps(layer, turned), strict=True):
        (ky, y_step), (kx, x_step) = taps
        steps = (size, each * size) if turned else (each * size, size)
        ins = outs if turned else each
        lines.append(
            f"{{const Packing p = {{{job.groups}, {ins}, {job.o}, {job.op}, {steps[1]}, {steps[0]}, {outs * each * size}, "
            f"{job.kh}, {job.kw}, {ky}, {kx}, {y_step}, {x_step}, {layer.kernel[1]}, {job.weights}}}; "
            f"pack(p, p0, p1, {'p2' if bias is not None else '0'}, part, PARTS);}}"
        )
    kernel = Kernel("conv_pack", ("convolution.c",), "\n".join(lines), 1)
    inputs = (weight,) if bias is None else (weight, bias)
    return run(kernel, ((sum(job.taps for job in jobs),),), inputs)[0]


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


def _convolve_packed(
    name: str, x: Tensor, packed: Tensor, jobs: Sequence[Job], shape: tuple[int, ...], layer: Convolution
) -> Tensor:
    kernel, room = _convolution_kernel(name, jobs, layer)
    return run(kernel, (shape, (room,)), (x, packed))[0]


def _convolution_kernel(name: str, jobs: Sequence[Job], layer: Convolution) -> tuple[Kernel, int]:
    """The kernel, and the floats of room that it wants."""
    rooms = [1]

    def lines(length: int, registers: int) -> str:
        tiled = [_tiled(job, length, registers) for job in jobs]
        rooms.extend(room for _, room in tiled)
        return "\n".join(f"{{const Job j = {{{fields}}}; {_CALL}}}" for fields, _ in tiled)

    cases = variants(lines)
    room = max(rooms)
    kernel = Kernel(name, ("convolution.c",), f"enum {{ ROOM = {room} }};\n{cases}", 2, layer.flops)
    return kernel, room * thread_count()


_CALL = "convolve(j, p0, p1 + (long)ROOM * part, p2, p3, part, PARTS);"


def _tiled(job: Job, length: int, registers: int) -> tuple[str, int]:
    """The fields of the C struct, and the floats of room that a part wants."""
    tile = pixel_tile(job.n, job.oh, job.ow, job.o, length, registers)
    images, rows, by_outputs = _task(job, tile.images, tile.rows)
    fields = {
        **asdict(job),
        "op": job.op,
        "tn": tile.images,
        "ty": tile.rows,
        "tx": tile.columns,
        "v": tile.vectors,
    }
    fields |= {"images": images, "rows": rows, "copied": int(job.copied), "by_outputs": int(by_outputs)}
    width = job.extent[1]
    room = images * ((rows - 1) * job.sy + (job.kh - 1) * job.dy + 1) * width * job.c if job.copied else 1
    return ", ".join(f".{name} = {value}" for name, value in fields.items()), max(room, 1)


def _task(job: Job, tile_images: int, tile_rows: int) -> tuple[int, int, bool]:
    """Images and rows of a task, and whether parts share the outputs instead of the pixels."""
    height, width = job.extent
    image = height * width * job.c
    if job.n * image <= min(job.taps, 1 << 19):
        return job.n, job.oh, True  # small maps, many weights: each is read once
    if tile_images > 1 or image * 2 <= NEAR:
        fair = -(-job.n // (4 * thread_count()))
        return _multiple(min(NEAR // image, fair), tile_images, job.n), job.oh, False
    row = job.sy * width * job.c
    fair = -(-job.oh * job.n // (4 * thread_count()))
    most = max((NEAR - (job.kh - 1) * job.dy * width * job.c) // row, 1)
    return 1, _multiple(min(most, fair), tile_rows, job.oh), False


def _multiple(number: int, unit: int, most: int) -> int:
    return min(max(number // unit, 1) * unit, most)


def _to_weight(g: Tensor, x: Tensor, layer: Convolution, weight: Tensor) -> Tensor:
    """(O, C / groups, kh, kw) of the output's gradient (N, H', W', O) and the input."""
    n, h, w, c = layer.shape
    left, _, top, _ = layer.sides
    each, outs = c // layer.groups, layer.outputs // layer.groups
    merged = layer.groups == 1 and layer.dilation[1] == 1 and c < 12
    elements = layer.kernel[1] * c if merged else each
    rooms = []
    cells = layer.groups * layer.kernel[0] * (1 if merged else layer.kernel[1])
    numbers = (n, h, w, c, layer.groups, outs, *layer.kernel, *layer.stride, *layer.dilation, top, left)

    def line(length: int, registers: int) -> str:
        k, v = element_tile(elements, outs, length, registers)
        tiles = math.ceil(elements / k) * math.ceil(math.ceil(outs / length) / v)
        rooms.append(cells * tiles * k * v * length)
        fields = (*numbers, *layer.size, int(merged), k, v, *_chunk(layer))
        return f"const Gradient j = {{{', '.join(map(str, fields))}}}; to_weights(j, p0, p1, p2, p3, part, PARTS);"

    kernel = Kernel("conv_weight", ("weight_gradient.c",), variants(line), 2, layer.flops)
    return run(kernel, (tuple(int(s) for s in weight.shape), (max(rooms),)), (x, g))[0]


def _chunk(layer: Convolution) -> Pair:
    """Images and rows whose input and gradient stay in the cache together."""
    n, _, w, c = layer.shape
    height, width = layer.size
    row = layer.stride[0] * w * c + width * layer.outputs
    image = height * row
    if image < 2 * NEAR:
        return min(max(2 * NEAR // image, 1), n), height
    return 1, max(2 * NEAR // row, 1)
