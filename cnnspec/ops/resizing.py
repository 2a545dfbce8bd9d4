"""Workings of layers that change the size of a map without sliding a window over it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import gcd

from ..ir import Given, Shape, Slide, Step, Working, input_givens, kept, size_step
from .geometry import Sides, SizePair
from .sliding import pair, sides_given


def cells_of(n: int, parts: int) -> list[tuple[int, int]]:
    """Start and stop of the ``parts`` cells that an adaptive pool divides ``n`` pixels into."""
    return [(i * n // parts, -(-(i + 1) * n // parts)) for i in range(parts)]


def looked_at(n: int, parts: int) -> Iterator[tuple[int, int]]:
    """First and last pixel of each cell of an adaptive pool, as far as the pattern does not repeat."""
    for start, stop in cells_of(n, parts)[: parts // gcd(n, parts)]:
        yield start, stop - 1


def blended(factor: int) -> Iterator[tuple[int, int]]:
    """First and last of the pixels that each new pixel mixes, upsampled bilinearly: new pixel q lies at
    (q + 1/2) / factor - 1/2, between two pixels or on one."""
    for place in range(factor):
        first, between = divmod(2 * place + 1 - factor, 2 * factor)
        yield first, first + (1 if between else 0)


def largest(cells: Sequence[tuple[int, int]]) -> int:
    """Pixels of the largest cell."""
    return max(last - first for first, last in cells) + 1


def adaptive(shape: Shape, size: SizePair) -> Working:
    """The working of a grid of cells over a map."""
    givens, n = pair("n", "size of the output", size, "size")
    steps = [*kept("C"), size_step("H", n[0]), size_step("W", n[1], like="H")]
    for axis, letter, word in ((1, "H", "height"), (2, "W", "width")):
        formula, note = _largest_cell(letter, shape[axis], size[axis - 1])
        like = "k_H" if axis == 2 else ""
        steps.append(Step("size", f"k_{letter}", f"the largest cell, {word}", formula, note, like))
    window = Slide("k_H", "*H_in / H_out", "-0"), Slide("k_W", "*W_in / W_out", "-0")
    return Working((*input_givens(shape), *givens), tuple(steps), window)


def _largest_cell(letter: str, n: int, parts: int) -> tuple[str, str]:
    """The formula of the pixels in the largest cell, and which one it is where cells differ."""
    if n % parts == 0:
        return f"{letter}_in / {letter}_out", ""
    cells = [stop - start for start, stop in cells_of(n, parts)]
    place = cells.index(max(cells))
    edges = f"{place + 1}*{letter}_in / {letter}_out", f"{place}*{letter}_in / {letter}_out"
    return (
        f"ceil({edges[0]}) - floor({edges[1]})",
        f"cell {place}, counted from 0; the smallest has {min(cells)}",
    )


def bordered(shape: Shape, sides: Sides, words: str, sign: str, before: str) -> Working:
    """The working of a border that is added (``sign`` +) or taken off."""
    givens, both, first = sides_given("p", words, sides, "padding")
    if sign == "-":
        both = both[0].replace("+", "-"), both[1].replace("+", "-")
    steps = (
        *kept("C"),
        size_step("H", f"H_in {sign} {both[0]}"),
        size_step("W", f"W_in {sign} {both[1]}", like="H"),
    )
    window = Slide("1", "", before + first[0]), Slide("1", "", before + first[1])
    return Working((*input_givens(shape), *givens), steps, window)


def other_channels(shape: Shape, givens: tuple[Given, ...], formula: str) -> Working:
    """The working where channels (or features) alone change."""
    first, *others = (given.symbol.partition("_")[0] for given in input_givens(shape))
    steps = (size_step(first, formula.format(f"{first}_in")), *kept(*others))
    return Working((*input_givens(shape), *givens), steps)
