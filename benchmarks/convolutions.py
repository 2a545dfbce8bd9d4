"""Convolutions and their gradients by our kernels and by PyTorch, alone: billions of operations a second.

    OMP_NUM_THREADS=1 python benchmarks/convolutions.py

One figure for the forward pass, the gradient to the input and that to the weights each, ours / PyTorch's. Ours has its
maps with channels last, PyTorch's first, as each likes it; both lay out the weights anew each time.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

RUNS = 15
LAYERS: tuple[tuple[int, ...], ...] = (
    # batch, inputs, height and width, outputs, kernel, stride, padding, groups
    (32, 16, 32, 16, 3, 1, 1, 1),
    (32, 32, 16, 32, 3, 1, 1, 1),
    (32, 64, 8, 64, 3, 1, 1, 1),
    (32, 16, 32, 32, 3, 2, 1, 1),
    (32, 3, 32, 16, 3, 1, 1, 1),
    (64, 1, 28, 6, 5, 1, 2, 1),
    (64, 6, 14, 16, 5, 1, 0, 1),
    (16, 64, 28, 128, 3, 1, 1, 1),
    (16, 256, 8, 512, 3, 1, 1, 1),
    (16, 512, 4, 512, 3, 1, 1, 1),
    (16, 512, 2, 512, 3, 1, 1, 1),
    (1, 3, 224, 96, 11, 4, 2, 1),
    (1, 96, 27, 256, 5, 1, 2, 1),
    (1, 256, 13, 384, 3, 1, 1, 1),
    (16, 256, 14, 64, 1, 1, 0, 1),
    (16, 40, 32, 12, 3, 1, 1, 1),
    (16, 128, 14, 128, 3, 1, 1, 32),
    (16, 256, 14, 256, 3, 1, 1, 256),
)


def median(run: Callable[[], Any]) -> float:
    times = []
    for _ in range(RUNS + 4):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return statistics.median(times[4:])


def ours(x: np.ndarray, w: np.ndarray, g: np.ndarray, layer: Any) -> list[Callable[[], Any]]:
    """The forward pass, and each gradient by itself."""
    from tinygrad import Tensor, TinyJit

    from cnnspec.backends.tinygrad.native.convolution import convolve
    from cnnspec.backends.tinygrad.native.depthwise import convolve_depthwise, is_depthwise
    from cnnspec.backends.tinygrad.places import place_of

    place_of("CPU")
    form = convolve_depthwise if is_depthwise(layer) else convolve
    a, b, c = (Tensor(array).realize().is_param_(True) for array in (x, w, g))

    def gradient(which: int) -> Any:
        # What is not asked for is not computed.
        return TinyJit(
            lambda a, b, c: form(a, b, None, layer).gradient((a, b)[which], gradient=c)[0].realize()
        )

    forward = TinyJit(lambda a, b, c: form(a, b, None, layer).realize())
    return [lambda each=each: each(a, b, c) for each in (forward, gradient(0), gradient(1))]


def theirs(x: np.ndarray, w: np.ndarray, g: np.ndarray, layer: Any) -> list[Callable[[], Any]]:
    import torch

    a, c = (torch.from_numpy(array).permute(0, 3, 1, 2).contiguous() for array in (x, g))
    b, padding = torch.from_numpy(w), (layer.sides[2], layer.sides[0])
    settings = (layer.stride, padding, layer.dilation)

    def backward(*mask: bool) -> Any:
        return torch.ops.aten.convolution_backward(
            c, a, b, None, *settings, False, (0, 0), layer.groups, mask
        )

    def forward() -> Any:
        return torch.nn.functional.conv2d(a, b, None, *settings, layer.groups)

    return [forward, lambda: backward(True, False, False), lambda: backward(False, True, False)]


def main() -> None:
    from cnnspec.backends import toolchain

    toolchain.check_device("CPU")
    from cnnspec.backends.tinygrad.native.jobs import Convolution

    print(
        f"{'batch, inputs, size, outputs, kernel, stride, groups':<54}{'forward':>11}{'input':>11}{'weights':>11}"
    )
    rng = np.random.default_rng(0)
    for n, c, size, o, k, stride, pad, groups in LAYERS:
        layer = Convolution(
            (n, size, size, c), o, (k, k), (stride, stride), (1, 1), (pad,) * 4, groups, False
        )
        shapes = ((n, size, size, c), (o, c // groups, k, k), (n, *layer.size, o))
        arrays = [rng.normal(size=shape).astype(np.float32) for shape in shapes]
        cells = ""
        for mine, other in zip(ours(*arrays, layer), theirs(*arrays, layer), strict=True):
            rates = (layer.flops / median(run) / 1e9 for run in (mine, other))
            cells += f"{' / '.join(f'{rate:.0f}' for rate in rates):>11}"
        print(f"{(n, c, size, o, k, stride, groups)!s:<54}{cells}", flush=True)


if __name__ == "__main__":
    main()
