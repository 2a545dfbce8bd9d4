"""Depthwise convolution and its gradients on the CPU, (N, H, W, C); the work is done in ``depthwise.c``."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tinygrad import Tensor

from .channels import sum_of_rows
from .jobs import Convolution, Job, Packing, forward_job, packings, turned_jobs
from .kernel import Gradients, Kernel, before, fields, run
from .threads import thread_count

_LIBRARY = ("convolution.c", "depthwise.c")
_BLOCKS = 8


def is_depthwise(layer: Convolution) -> bool:
    """Whether each channel has one filter of its own."""
    return layer.groups == layer.shape[3] == layer.outputs


def convolve_depthwise(
    x: Tensor, weight: Tensor, bias: Tensor | None, layer: Convolution, scale: Tensor | None = None
) -> Tensor:
    """``x`` (N, H, W, C) with ``weight`` (C, 1, kh, kw): (N, H', W', C); ``scale`` as for ``convolve``."""
    job = forward_job(layer)

    def gradient(y: Tensor, g: Tensor, x: Tensor, weight: Tensor, *bias: Tensor) -> Gradients:
        g = before(layer.activation, y, g)
        turned = turned_jobs(layer)
        kernel, room = _kernel("depth_input", turned, packings(layer, turned, True), layer)
        to_x = run(kernel, (layer.shape, (room,)), (g, weight))[0]
        rows = layer.shape[0] * math.prod(layer.size)
        return (
            to_x,
            _to_filters(g, x, weight, job, layer),
            *(sum_of_rows(g, rows, layer.outputs) for _ in bias),
        )

    given = (bias is not None, scale is not None)
    kernel, room = _kernel("depth_forward", [job], packings(layer, [job], False), layer, *given)
    inputs = (x, weight, *(each for each in (bias, scale) if each is not None))
    return run(kernel, ((layer.shape[0], *layer.size, layer.outputs), (room,)), inputs, gradient)[0]


def _kernel(
    name: str,
    jobs: Sequence[Job],
    ways: Sequence[Packing],
    layer: Convolution,
    bias: bool = False,
    scale: bool = False,
) -> tuple[Kernel, int]:
    """The kernel, and the floats of room that it wants: a part's own copy of the filters."""
    room = max(max(job.kh * job.kw for job in jobs) * layer.outputs, 1)
    more = f"{'p4' if bias else '0'}, {f'p{4 + bias}' if scale else '0'}"
    lines = (
        f"{{const Job j = {{{fields(job, op=job.op)}}}; const Packing p = {{{fields(way)}}};\n"
        f"depthwise(j, p, p0, p1 + (long)part * {room}, p2, p3, {more}, part, PARTS);}}"
        for job, way in zip(jobs, ways, strict=True)
    )
    return Kernel(name, _LIBRARY, "\n".join(lines), 2, layer.flops), room * thread_count()


def _to_filters(g: Tensor, x: Tensor, weight: Tensor, job: Job, layer: Convolution) -> Tensor:
    """(C, 1, kh, kw)."""
    blocks, size = min(layer.shape[0], _BLOCKS), math.prod(layer.kernel)
    body = f"const Job j = {{{fields(job, op=job.op)}}}; to_filters(j, p0, p1, p2, {blocks}, part, PARTS);"
    kernel = Kernel("depth_weight", _LIBRARY, body, 1, layer.flops)
    partial = run(kernel, ((blocks, size, layer.outputs),), (x, g))[0]
    join = (
        f"if (!part) for (int c = 0; c < {layer.outputs}; c++) for (int t = 0; t < {size}; t++) {{\n"
        f"float sum = 0; for (int b = 0; b < {blocks}; b++) sum += p1[((long)b * {size} + t) * {layer.outputs} + c];\n"
        f"p0[c * {size} + t] = sum; }}"
    )
    shape = tuple(int(s) for s in weight.shape)
    return run(Kernel("depth_join", (), join, 1, parts=1), (shape,), (partial,))[0]
