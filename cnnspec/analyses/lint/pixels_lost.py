"""Pixels that strides and poolings pass over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ...ir import Shape
from .base import GraphLint, Seen
from .mending import mending
from .pixelwise import made_of_pixels, passes_pixels
from .unread import Mask, both, everything, of_sources, slides, unread


class PixelsLost(GraphLint):
    """Some pixels of a map are read by no window of any layer: what they hold is lost.

    A size that does not fit is rounded down, so that windows end before the map does: pad at the right and the bottom, round
    up (``ceil_mode = true``, in poolings), or choose a size that fits. Where a step is larger than the window, pixels
    between windows are passed over: a larger window, or a pooling before it, reads them. So do two reductions of one
    map that begin at the same pixel, as a 1x1 of stride 2 beside another. What only an auxiliary head reads is lost at
    inference.
    """

    code = "pixels-lost"
    message = "{readers} of the {size} map of '{layer}' unread"
    bad = "input 1 x 7 x 7  conv(8, 3, padding = 1)  relu  maxpool(2)  flatten  linear(10)"
    good = "input 1 x 7 x 7  conv(8, 3, padding = 1)  relu  maxpool(2, ceil_mode = true)  flatten  linear(10)"
    readers: str
    size: str
    layer: str

    @classmethod
    def find(cls, seen: Seen) -> Iterator[GraphLint]:
        lost, told = unread(seen), set[tuple[int, tuple[Reader, ...]]]()
        for index in lost:
            if _passed_on(seen, index, lost):
                continue  # told of the map that it was made from
            readers = tuple(sorted(_sliding(seen, index)))
            maps = {reader.map for reader in readers}
            # The map that they all take, where there is one, else the map that each of theirs was made from.
            index = maps.pop() if len(maps) == 1 else index
            if readers and index in lost and (index, readers) not in told:
                told.add((index, readers))
                yield cls._told(seen, index, readers, lost[index])

    @classmethod
    def _told(cls, seen: Seen, index: int, readers: Sequence[Reader], mask: Mask) -> GraphLint:
        node, nodes = seen.graph.nodes[index], [seen.graph.nodes[reader.node] for reader in readers]
        names = " and ".join(f"'{reader.name}'" for reader in nodes)
        verb = "leaves" if len(readers) == 1 else "together leave"
        size = f"{node.shape[1]} x {node.shape[2]}"
        axes = lost_axes(mask, node.shape)
        mended = (mending(each, reader.shape, axes) for each, reader in zip(nodes, readers, strict=True))
        hints = tuple(dict.fromkeys(hint for hints in mended for hint in hints))
        what = f"{names} {verb} {in_words(mask, node.shape)}"
        return cls.at(*nodes, readers=what, size=size, layer=node.name, hints=hints)


class Reader(NamedTuple):
    """A layer that reads a map by windows: its index, that of the map, and the shape that it takes (padded, cropped)."""

    node: int
    map: int
    shape: Shape


def _passed_on(seen: Seen, index: int, lost: dict[int, Mask]) -> bool:
    """Whether what is lost of a map is lost of those that it was made from, pixel by pixel."""
    node = seen.graph.nodes[index]
    if not made_of_pixels(seen.graph, node):
        return False
    return not node.op.drops_channels or both(lost[index], of_sources(seen.graph, node, lost)) == lost[index]


def _sliding(seen: Seen, start: int) -> Iterator[Reader]:
    """The layers that read a map by windows, through those that hand pixels on."""
    waiting, met = [(start, start)], {start}
    while waiting:
        taken, last = waiting.pop()  # last: the map that it is, but for a border put around or taken off
        shape = seen.graph.nodes[taken].shape
        for index in seen.readers[taken]:
            if index in met or not seen.counts(index, taken):
                continue
            met.add(index)
            node = seen.graph.nodes[index]
            if passes_pixels(seen.graph, node, shape):
                waiting.append((index, last if node.op.moves_pixels else index))
            elif len(node.inputs) == 1 and slides(node, shape):
                yield Reader(index, last, shape)


def in_words(mask: Mask, shape: Shape) -> str:
    """What of a map of ``shape`` is lost: ``the last row and the last column``, ``3 of 4 rows``, ``5 of 49 pixels``."""
    _, height, width = shape
    lines = _lost_lines(mask, shape)
    if lines is None:
        count = sum(lost.bit_count() for lost in mask)
        return f"{count:,} of the {height * width:,} pixels"
    parts = [_lines(lines[0], height, "row"), _lines(lines[1], width, "column")]
    return " and ".join(part for part in parts if part)


def lost_axes(mask: Mask, shape: Shape) -> tuple[int, ...]:
    """Of what axes lines are lost: 0 where rows are, 1 where columns are; both where it is neither, but pixels."""
    lines = _lost_lines(mask, shape)
    return tuple(axis for axis in (0, 1) if lines is None or lines[axis])


def _lost_lines(mask: Mask, shape: Shape) -> tuple[list[int], list[int]] | None:
    """The rows and the columns that are lost, if nothing else is."""
    width = shape[2]
    rest = {lost for lost in mask if lost != everything(width)}
    if len(rest) != 1:
        return None
    (across,) = rest
    rows = [row for row, lost in enumerate(mask) if lost == everything(width)]
    return rows, [column for column in range(width) if across >> column & 1]


def _lines(lost: list[int], count: int, what: str) -> str:
    if not lost:
        return ""
    end = "last" if lost == list(range(count - len(lost), count)) else "first" if lost[-1] < len(lost) else ""
    if end:
        return f"the {end} {what}" if len(lost) == 1 else f"the {end} {len(lost)} {what}s"
    return f"{len(lost)} of the {count} {what}s"
