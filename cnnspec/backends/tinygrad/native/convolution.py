"""Convolution and its gradients on the CPU, (N, H, W, C) throughout; the work is done in C."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tinygrad import Tensor

from .channels import sum_of_rows
from .jobs import Convolution, Job, Packing, Pair, forward_job, packings, turned_jobs
from .kernel import Gradients, Kernel, before, fields, run, variants
from .threads import thread_count
from .tiles import element_tile, pixel_tile

NEAR = 1 << 15
"""Floats of the input that a task works on at a time: they stay in the second-level cache beside the weights."""


def convolve(
    x: Tensor, weight: Tensor, bias: Tensor | None, layer: Convolution, scale: Tensor | None = None
) -> Tensor:
    """``x`` (N, H, W, C) with ``weight`` (O, C / groups, kh, kw): (N, H', W', O).

    ``scale`` (O,) multiplies the weights; with it there is no gradient.
    """
    job = forward_job(layer)

    def gradient(y: Tensor, g: Tensor, x: Tensor, _: Tensor, weight: Tensor, *bias: Tensor) -> Gradients:
        g = before(layer.activation, y, g)
        turned = turned_jobs(layer)
        packed = _pack(weight, None, turned, packings(layer, turned, True))
        to_x = _convolve_packed("conv_input", g, packed, turned, layer.shape, layer)
        rows = layer.shape[0] * math.prod(layer.size)
        to_bias = (sum_of_rows(g, rows, layer.outputs) for _ in bias)
        return to_x, None, _to_weight(g, x, layer, weight), *to_bias

    # The gradients do not go through the packing: the weights are an input beside what the kernel reads.
    packed = _pack(weight, bias, [job], packings(layer, [job], False), scale).detach()
    kernel, room = _convolution_kernel("conv_forward", [job], layer)
    inputs = (x, packed, weight) if bias is None else (x, packed, weight, bias)
    return run(kernel, ((layer.shape[0], *layer.size, layer.outputs), (room,)), inputs, gradient)[0]


def _pack(
    weight: Tensor,
    bias: Tensor | None,
    jobs: Sequence[Job],
    ways: Sequence[Packing],
    scale: Tensor | None = None,
) -> Tensor:
    """Weights in the order that the jobs read them in, outputs side by side; after a job's its bias."""
    inputs = [weight, *(each for each in (bias, scale) if each is not None)]
    given = f"{'p2' if bias is not None else '0'}, {f'p{len(inputs)}' if scale is not None else '0'}"
    lines = (f"{{const Packing p = {{{fields(p)}}}; pack(p, p0, p1, {given}, part, PARTS);}}" for p in ways)
    kernel = Kernel("conv_pack", ("convolution.c",), "\n".join(lines), 1)
    return run(kernel, ((sum(job.taps for job in jobs),),), inputs)[0]


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
        return "\n".join(f"{{const Job j = {{{numbers}}}; {_CALL}}}" for numbers, _ in tiled)

    cases = variants(lines)
    room = max(rooms)
    kernel = Kernel(name, ("convolution.c",), f"enum {{ ROOM = {room} }};\n{cases}", 2, layer.flops)
    return kernel, room * thread_count()


_CALL = "convolve(j, p0, p1 + (long)ROOM * part, p2, p3, part, PARTS);"


def _tiled(job: Job, length: int, registers: int) -> tuple[str, int]:
    """The fields of the C struct, and the floats of room that a part wants."""
    tile = pixel_tile(job.n, job.oh, job.ow, job.o, length, registers)
    images, rows, by_outputs = _task(job, tile.images, tile.rows)
    more = {"tn": tile.images, "ty": tile.rows, "tx": tile.columns, "v": tile.vectors}
    more |= {"images": images, "rows": rows, "copied": int(job.copied), "by_outputs": int(by_outputs)}
    width = job.extent[1]
    room = images * ((rows - 1) * job.sy + (job.kh - 1) * job.dy + 1) * width * job.c if job.copied else 1
    return fields(job, op=job.op, **more), max(room, 1)


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
        all_numbers = (*numbers, *layer.size, int(merged), k, v, *_chunk(layer))
        return f"const Gradient j = {{{', '.join(map(str, all_numbers))}}}; to_weights(j, p0, p1, p2, p3, part, PARTS);"

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
