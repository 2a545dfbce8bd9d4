"""Pixels that strides and poolings pass over."""

from __future__ import annotations

from collections.abc import Iterator

from ...ir import Node, Shape
from .base import GraphLint, Seen
from .unread import Mask, everything, leaves_gaps, slides, unread


class PixelsLost(GraphLint):
    """Some pixels of a map are read by no window of any layer: what they hold is lost.

    A size that does not fit is rounded down, so that windows end before the map does: pad at the right and the bottom, round
    up (``ceil_mode = true``, in poolings), or choose a size that fits. Where a step is larger than the window, pixels
    between windows are passed over: a larger window, or a pooling before it, reads them. So do two reductions of one
    map that begin at the same pixel, as a 1x1 of stride 2 beside another.
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
        for index, mask in unread(seen).items():
            node = seen.graph.nodes[index]
            if node.op.call_name in ("pad", "crop"):
                continue
            readers = list(_sliding(seen, index))
            if not readers:
                continue  # told of the map that is read by windows
            names = " and ".join(f"'{reader.name}'" for reader, _ in readers)
            verb = "leaves" if len(readers) == 1 else "leave"
            size = f"{node.shape[1]} x {node.shape[2]}"
            hints = tuple(dict.fromkeys(_mending(*reader) for reader in readers))
            what = f"{names} {verb} {in_words(mask, node.shape)}"
            yield cls.at(readers[0][0], readers=what, size=size, layer=node.name, hints=hints)


def _sliding(seen: Seen, index: int) -> Iterator[tuple[Node, Shape]]:
    """The layers that read a map by windows, with what they take of it; padding and cropping between are passed over."""
    shape = seen.graph.nodes[index].shape
    for reader in seen.readers[index]:
        node = seen.graph.nodes[reader]
        if node.op.call_name in ("pad", "crop"):
            yield from _sliding(seen, reader)
        elif len(node.inputs) == 1 and slides(node, shape):
            yield node, shape


def _mending(node: Node, taken: Shape) -> str:
    window = node.op.window(taken)
    for step, extent in zip(window.stride, window.extent, strict=True):
        if step > extent:
            pixels = "1 pixel" if extent == 1 else f"{extent} pixels"
            return f"a step of {step} passes over what lies between windows of {pixels}: take larger windows"
    if any(leaves_gaps(node, taken, axis) for axis in (0, 1)):
        return (
            "dilated windows leave out what lies between their elements: less dilation, or padding, reads it"
        )
    if node.op.family == "pooling":
        return "'ceil_mode = true' reads them, or padding at the right and the bottom, or a size that fits"
    return "padding at the right and the bottom reads them, or a size that fits"


def in_words(mask: Mask, shape: Shape) -> str:
    """What of a map of ``shape`` is lost: ``the last row and the last column``, ``3 of 4 rows``, ``5 of 49 pixels``."""
    _, height, width = shape
    rows = [row for row, lost in enumerate(mask) if lost == everything(width)]
    rest = {lost for lost in mask if lost != everything(width)}
    if len(rest) != 1:
        count = sum(lost.bit_count() for lost in mask)
        return f"{count:,} of the {height * width:,} pixels"
    (across,) = rest
    columns = [column for column in range(width) if across >> column & 1]
    parts = [_lines(rows, height, "row"), _lines(columns, width, "column")]
    return " and ".join(part for part in parts if part)


def _lines(lost: list[int], count: int, what: str) -> str:
    if not lost:
        return ""
    end = "last" if lost == list(range(count - len(lost), count)) else "first" if lost[-1] < len(lost) else ""
    if end:
        return f"the {end} {what}" if len(lost) == 1 else f"the {end} {len(lost)} {what}s"
    return f"{len(lost)} of the {count} {what}s"
