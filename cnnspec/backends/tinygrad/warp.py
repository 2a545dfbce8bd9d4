"""Batches of images turned and moved, each by a matrix of its own."""

from __future__ import annotations

from typing import Any

from tinygrad import Tensor, dtypes

from .native.kernel import Kernel, run
from .places import place_of


def warp(images: Tensor, matrices: Tensor, fill: float, nearest: bool) -> Tensor:
    """``images`` (B, H, W, C) of uint8 or float32, as float32 of the same values.

    ``matrices`` (B, 6), two rows of three: what place (x, y) of an image a place of the result comes from; the first pixel
    reaches from 0 to 1. Values between pixels are interpolated linearly, unless ``nearest``; outside is ``fill``, in the
    images' own units. Equal to Pillow's affine transform.
    """
    if place_of(str(images.device)).native:
        return _native(images, matrices, fill, nearest)
    return _plain(images, matrices, fill, nearest)


def _native(images: Tensor, matrices: Tensor, fill: float, nearest: bool) -> Tensor:
    n, h, w, c = (int(s) for s in images.shape)
    kind = "unsigned char" if images.dtype == dtypes.uint8 else "float"
    job = f"const Warp j = {{{n}, {int(nearest)}, {float(fill)!r}f}};"
    body = f"{job} warp_images(j, p0, (const {kind}*)p1, p2, part, PARTS);"
    defined = f"#define IH {h}\n#define IW {w}\n#define IC {c}\n#define SOURCE {kind}"
    kernel = Kernel("warp", ("warp.c",), body, 1, defined=defined)
    return run(kernel, ((n, h, w, c),), (images, matrices))[0]


def _plain(images: Tensor, matrices: Tensor, fill: float, nearest: bool) -> Tensor:
    n, h, w, c = (int(s) for s in images.shape)
    down = (Tensor.arange(h) + 0.5).reshape(1, h, 1)
    across = (Tensor.arange(w) + 0.5).reshape(1, 1, w)
    column: Any = lambda k: matrices[:, k].reshape(n, 1, 1)  # noqa: E731
    u = column(0) * across + column(1) * down + column(2)
    v = column(3) * across + column(4) * down + column(5)
    inside = (u >= 0) & (u < w) & (v >= 0) & (v < h)
    flat = images.cast(dtypes.float32).reshape(n * h * w, c)
    start = (Tensor.arange(n) * (h * w)).reshape(n, 1, 1)

    def at(row: Tensor, column: Tensor) -> Tensor:
        index = start + row.clip(0, h - 1).cast(dtypes.int32) * w + column.clip(0, w - 1).cast(dtypes.int32)
        return flat[index]

    if nearest:
        found = at(v.floor(), u.floor())
    else:
        a, b = (u - 0.5).floor(), (v - 0.5).floor()
        du, dv = (u - 0.5 - a).unsqueeze(-1), (v - 0.5 - b).unsqueeze(-1)
        upper = at(b, a) * (1 - du) + at(b, a + 1) * du
        lower = at(b + 1, a) * (1 - du) + at(b + 1, a + 1) * du
        found = upper * (1 - dv) + lower * dv
    return inside.unsqueeze(-1).where(found, fill)
