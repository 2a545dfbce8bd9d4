"""A linear layer and its gradients on the CPU; the work is done in ``matrix.c``."""

from __future__ import annotations

from tinygrad import Tensor

from .channels import sum_of_rows
from .kernel import Gradients, Kernel, before, run, variants
from .tiles import element_tile, square_tile


def linear(x: Tensor, weight: Tensor, bias: Tensor | None, activation: int = 0) -> Tensor:
    """``x`` (N, K) with ``weight`` (O, K): (N, O); ``activation`` of ``ACTIVATIONS``."""
    n, k, o = int(x.shape[0]), int(x.shape[1]), int(weight.shape[0])

    def dots(length: int, registers: int) -> str:
        p, q = square_tile(n, o, registers)
        given = "p3" if bias is not None else "0"
        return f"const Dots j = {{{n}, {o}, {k}, {p}, {q}, {activation}}}; dots(j, p0, p1, p2, {given}, part, PARTS);"

    def gradient(y: Tensor, g: Tensor, x: Tensor, weight: Tensor, *bias: Tensor) -> Gradients:
        g = before(activation, y, g)
        to_x = _product("linear_input", g, weight, (n, k, o), (o, 1))
        to_weight = _product("linear_weight", g, x, (o, k, n), (1, o))
        return (to_x, to_weight, *(sum_of_rows(g, n, o) for _ in bias))

    kernel = Kernel("linear", ("matrix.c",), variants(dots), 1, 2 * n * k * o)
    inputs = (x, weight) if bias is None else (x, weight, bias)
    return run(kernel, ((n, o),), inputs, gradient)[0]


def _product(name: str, a: Tensor, b: Tensor, sizes: tuple[int, int, int], steps: tuple[int, int]) -> Tensor:
    """``product`` of ``matrix.c``: (rows, columns) of ``a``, read by these steps, and ``b`` (summed, columns)."""
    rows, columns, summed = sizes

    def line(length: int, registers: int) -> str:
        p, v = element_tile(rows, columns, length, registers)
        numbers = (rows, columns, summed, *steps, p, v)
        return f"const Product j = {{{', '.join(map(str, numbers))}}}; product(j, p0, p1, p2, part, PARTS);"

    kernel = Kernel(name, ("matrix.c",), variants(line), 1, 2 * rows * columns * summed)
    return run(kernel, ((rows, columns),), (a, b))[0]
