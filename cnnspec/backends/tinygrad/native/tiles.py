"""How a kernel's work is laid into registers: tiles of pixels by vectors of channels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

MACHINES = ((16, 32), (8, 16), (4, 32), (4, 16))
"""Vectors' length in floats and number of registers, as ``vectors.h`` knows them; the compiler takes one."""

MOST_VECTORS = 4
_LATENCY = 8
"""Products that must be under way for the multipliers to be busy."""


@dataclass(frozen=True)
class Tile:
    """Images, rows and columns of pixels, and vectors of channels."""

    images: int
    rows: int
    columns: int
    vectors: int


def pixel_tile(images: int, rows: int, columns: int, channels: int, length: int, registers: int) -> Tile:
    """The tile of an output of (images, rows, columns, channels) that takes the fewest steps."""
    options = _tiles(images, rows, columns, -(-channels // length), registers)
    return min(
        options, key=lambda tile: (_steps(tile, images, rows, columns, -(-channels // length)), -tile.vectors)
    )


def _tiles(images: int, rows: int, columns: int, vectors: int, registers: int) -> Iterator[Tile]:
    for v in range(1, min(MOST_VECTORS, vectors) + 1):
        most = max((registers - 1 - v) // v, 1)
        for x in {min(columns, most), -(-columns // -(-columns // most))}:
            yield Tile(1, 1, x, v)
        if columns > most:
            continue
        for y in _divisors(rows, most // columns):
            yield Tile(1, y, columns, v)
        for n in _divisors(images, most // (rows * columns)):
            yield Tile(n, rows, columns, v)


def _divisors(number: int, most: int) -> list[int]:
    return [d for d in range(1, most + 1) if number % d == 0]


def _steps(tile: Tile, images: int, rows: int, columns: int, vectors: int) -> int:
    """Cycles for each element summed over: of loads or of products, whichever are more."""
    total = 0
    for v, times in ((tile.vectors, vectors // tile.vectors), (vectors % tile.vectors, 1)):
        for x, across in ((tile.columns, columns // tile.columns), (columns % tile.columns, 1)):
            if v and x:
                pixels = tile.images * tile.rows * x
                cost = max(pixels * v, pixels + v, _LATENCY)
                total += times * across * (images // tile.images) * (rows // tile.rows) * cost
    return total


def element_tile(elements: int, channels: int, length: int, registers: int) -> tuple[int, int]:
    """Elements of the input and vectors of outputs that a cell of the weights' gradient holds."""
    tile = pixel_tile(1, 1, elements, channels, length, registers)
    return tile.columns, tile.vectors


def square_tile(rows: int, outputs: int, registers: int) -> tuple[int, int]:
    """Rows and outputs of a tile of dot products."""
    options = ((p, q) for q in range(1, 9) for p in range(1, 9) if p * q + q + 1 <= registers)
    return min(options, key=lambda tile: (_steps(Tile(1, 1, *tile), 1, 1, rows, outputs), -tile[1]))
