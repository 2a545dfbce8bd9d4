"""Pixels of feature maps that nothing reads.

A pixel is read by a window that covers it (with dilation: by an element of the window). Layers that give each pixel from
the pixel at its place (activations, sums, batch norms), and those that pad or crop, read nothing themselves: a pixel is
read through them. What a crop takes off counts as read, because it says so; so does all that is an output or is taken as a
whole. Of copies of one pixel it is enough that one is read. Of what exists at inference, only that counts which reads it
there, and no auxiliary head.

What is read of a map is a union of rectangles, rows times columns, each a pair of bit masks.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, reduce
from operator import and_
from typing import TypeAlias

from ...ir import POINTWISE, Graph, Node, Shape, is_map
from .base import Seen
from .channels import takes_its_own
from .pixelwise import made_of_pixels, passes_pixels

Rectangle: TypeAlias = tuple[int, int]
"""Rows and columns, a bit each."""
Mask: TypeAlias = tuple[int, ...]
"""Columns, a bit each, for every row."""


def everything(count: int) -> int:
    """The mask of all of ``count`` bits."""
    return (1 << count) - 1


def unread(seen: Seen) -> dict[int, Mask]:
    """The pixels that nothing reads of each map that has such, by the index of its node.

    Of a map that was made pixel by pixel from others, only those whose sources nothing reads either; but of
    channels of a map that nothing else reads, all.
    """
    graph = seen.graph
    reads = _reads(seen)
    lost: dict[int, Mask] = {}
    for index, node in enumerate(graph.nodes):
        if not is_map(node.shape) or _whole(node.shape) in reads[index]:
            continue
        mask = _without_copies(_complement(reads[index], node.shape), node)
        if made_of_pixels(graph, node) and not takes_its_own(seen, index):
            mask = both(mask, of_sources(graph, node, lost))
        if any(mask):
            lost[index] = mask
    return lost


def slides(node: Node, taken: Shape) -> bool:
    """Whether ``node`` reads its input by windows that may leave pixels out."""
    window = node.op.window(taken)
    steps = window.stride[0].denominator == window.stride[1].denominator == 1
    return is_map(node.shape) and not window.whole and window is not POINTWISE and steps


def _reads(seen: Seen) -> list[set[Rectangle]]:
    """What is read of each node's map; nothing of what is no map."""
    graph, main = seen.graph, {output.node for output in seen.graph.main_outputs}
    reads: list[set[Rectangle]] = [set() for _ in graph.nodes]
    for index in range(len(graph.nodes) - 1, -1, -1):
        node = graph.nodes[index]
        if is_map(node.shape):
            whole = _whole(node.shape)
            if index in (main if index in seen.at_inference else seen.ends) or whole in reads[index]:
                reads[index] = {whole}
        for taken in node.inputs:
            shape = graph.nodes[taken].shape
            if is_map(shape) and seen.counts(index, taken):
                reads[taken].update(_through(graph, node, shape, reads[index]))
    return reads


def _whole(shape: Shape) -> Rectangle:
    return everything(shape[1]), everything(shape[2])


def _through(graph: Graph, node: Node, taken: Shape, given: set[Rectangle]) -> Iterator[Rectangle]:
    """What ``node`` reads of an input of shape ``taken``, where ``given`` is read of its own map."""
    rows, columns = _whole(taken)
    if passes_pixels(graph, node, taken):
        top, left = node.op.window(taken).before if node.op.moves_pixels else (0, 0)
        _, height, width = node.shape
        for r, c in given:
            yield _moved(r, -top) & rows, _moved(c, -left) & columns
        yield rows & ~_moved(everything(height), -top), columns
        yield rows, columns & ~_moved(everything(width), -left)
    elif slides(node, taken):
        yield _covered(node, taken, 0), _covered(node, taken, 1)
    else:
        yield rows, columns


def _moved(mask: int, by: int) -> int:
    return mask << by if by >= 0 else mask >> -by


def _covered(node: Node, taken: Shape, axis: int) -> int:
    window = node.op.window(taken)
    dilation: tuple[int, int] = getattr(node.op, "dilation", (1, 1))
    step, before = int(window.stride[axis]), window.before[axis]
    return covered(taken[1 + axis], node.shape[1 + axis], window.extent[axis], dilation[axis], step, before)


@cache
def covered(size: int, windows: int, extent: int, dilation: int, step: int, before: int) -> int:
    """The mask of the pixels, of ``size`` along an axis, that ``windows`` windows cover."""
    one = sum(1 << place for place in range(0, extent, dilation))
    mask = 0
    for number in range(windows):
        mask |= _moved(one, number * step - before)
    return mask & everything(size)


def _complement(reads: set[Rectangle], shape: Shape) -> Mask:
    _, height, width = shape
    rows = []
    for row in range(height):
        read = 0
        for r, c in reads:
            if r >> row & 1:
                read |= c
        rows.append(everything(width) & ~read)
    return tuple(rows)


def _without_copies(mask: Mask, node: Node) -> Mask:
    """Of the pixels in ``mask`` those of which no copy is outside of it."""
    rows, columns = node.op.copies()
    if (rows, columns) == (1, 1):
        return mask
    _, height, width = node.shape
    one = everything(columns)
    blocks = [one << left for left in range(0, width, columns)]
    kept: list[int] = []
    for top in range(0, height, rows):
        together = reduce(and_, mask[top : top + rows])
        kept += [sum(block for block in blocks if together & block == block)] * rows
    return tuple(kept)


def both(one: Mask, other: Mask) -> Mask:
    """The pixels that are in both."""
    return tuple(a & b for a, b in zip(one, other, strict=True))


def of_sources(graph: Graph, node: Node, lost: dict[int, Mask]) -> Mask:
    """The pixels of ``node``, made pixel by pixel, that come from a pixel that nothing reads."""
    _, height, width = node.shape
    top, left = (0, 0)
    if node.op.moves_pixels:
        top, left = node.op.window(graph.nodes[node.inputs[0]].shape).before
    found = [0] * height
    for taken in node.inputs:
        for row, mask in enumerate(lost.get(taken, ())):
            if 0 <= row + top < height:
                found[row + top] |= _moved(mask, left) & everything(width)
    return tuple(found)
