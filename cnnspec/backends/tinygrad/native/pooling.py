"""Maximum pooling and its gradient on the CPU, (N, H, W, C); the work is done in ``pool.c``."""

from __future__ import annotations

from dataclasses import astuple, dataclass

from tinygrad import Tensor

from .jobs import Pair
from .kernel import Gradients, Kernel, run


@dataclass(frozen=True)
class Pool:
    """Input (N, H, W, C), window, and output height and width; ``before`` is the padding at top and left."""

    shape: tuple[int, int, int, int]
    kernel: Pair
    stride: Pair
    dilation: Pair
    before: Pair
    size: Pair


def max_pool(x: Tensor, pool: Pool) -> Tensor:
    """The largest element of each window; padding counts as -inf."""
    numbers = (*pool.shape, *(number for pair in astuple(pool)[1:] for number in pair))
    made = f"const Pool j = {{{', '.join(map(str, numbers))}}};"
    n, _, _, c = pool.shape

    def gradient(y: Tensor, g: Tensor, x: Tensor) -> Gradients:
        kernel = Kernel("pool_input", ("pool.c",), f"{made} from_largest(j, p0, p1, p2, part, PARTS);", 1)
        return run(kernel, (pool.shape,), (g, x))

    kernel = Kernel("max_pool", ("pool.c",), f"{made} largest(j, p0, p1, part, PARTS);", 1)
    return run(kernel, ((n, *pool.size, c),), (x,), gradient)[0]
