"""The receptive field of each layer that changes it, beside the size of the image.

Where the terminal is too narrow, what is said of a row goes into a line below it; where that is not enough, operations
go on below, and then names are shortened.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from textwrap import wrap

from ..analyses.receptive_field import NOTHING, Field, image_size, joined_inputs, last_map, receptive_fields
from ..ir import Graph, Node, Shape, is_map, show_sides
from ..train.wording import printable
from .device_table import table
from .output import table_width

_HEAD = ("layer", "op", "output", "field", "of image", "stride", "edge", "")
_SIDES = "lllrrrrl"
_INDENT = "    "


def field_table(graph: Graph) -> str:
    """A row a layer with a window, a join or an end of maps: size, stride and first pixel of the field, in pixels of the
    input (height x width where they differ); what gates, joins, statistics and global pooling do to it. ``of image`` is
    the smaller share of the two axes."""
    graph = graph.without_auxiliary()
    fields = receptive_fields(graph)
    image = image_size(graph.input_shape)
    told = list(_told(graph, fields))
    rows = [_row(graph, fields, index, image) for index in told]
    if not rows:
        return f"{printable(graph.name)}: no layer sees more than a pixel"
    title = f"{printable(graph.name)}: receptive fields, image {show_sides(image)}"
    parts = [printable(graph.nodes[index].name).rpartition(".")[0] for index in told]
    width = table_width()
    head, rule, *lines = _laid_out(rows, width - 2 * any(parts))
    body = [line.split("\n") for line in lines]
    if any(parts):
        head, rule, body = f"  {head}", f"──{rule}", list(_under_parts(body, parts, head.index("op")))
    flat = [line for row in body for line in row]
    last = wrap(_last(graph, fields, image), width)
    return "\n".join([title, head, rule, *flat, "", *last])


def _laid_out(rows: Sequence[tuple[str, ...]], width: int) -> list[str]:
    """Head, rule, and a text a row, of more than one line where what is said of it does not fit beside it."""
    lines = table(_HEAD, rows, _SIDES).splitlines()
    if len(lines[1]) <= width:
        return lines
    folded = [wrap(row[1], _room(rows, width)) for row in rows]
    cells = [(row[0], op[0], *row[2:-1]) for row, op in zip(rows, folded, strict=True)]
    head, rule, *short = table(_HEAD[:-1], cells, _SIDES[:-1], width).splitlines()
    below = [[" " * head.index("op") + more for more in op[1:]] for op in folded]
    noted = (_noted(*each, width) for each in zip(short, below, (row[-1] for row in rows), strict=True))
    return [head, rule, *noted]


def _room(rows: Sequence[tuple[str, ...]], width: int) -> int:
    """Columns for the operations; their longest word is not cut."""
    rule = table(_HEAD[:-1], [row[:-1] for row in rows], _SIDES[:-1]).splitlines()[1]
    ops = [row[1] for row in rows]
    return max(
        max(map(len, ops)) - max(0, len(rule) - width), *(len(word) for op in ops for word in op.split())
    )


def _noted(line: str, below: Sequence[str], note: str, width: int) -> str:
    """A row, with what is said of it beside it, or under it and what goes on of the operation."""
    if len(beside := f"{line}  {note}".rstrip()) <= width:
        return "\n".join([beside, *below])
    return "\n".join([line, *below, *wrap(note, width, initial_indent=_INDENT, subsequent_indent=_INDENT)])


def _under_parts(rows: Sequence[list[str]], parts: Sequence[str], column: int) -> Iterator[list[str]]:
    """Lines of rows under the names of the parts that they are in; the second column begins at ``column``."""
    now = ""
    for (line, *below), part in zip(rows, parts, strict=True):
        if part and part != now:
            yield [part]
        yield [f"  {line}" if part else f"{line[:column]}  {line[column:]}", *(f"  {each}" for each in below)]
        now = part


def _op(node: Node) -> str:
    """``conv 3x3, /2``: what of a layer makes its field; channels are those of the output."""
    parts = [part for part in node.op.label().split(", ") if not part.isdigit() and "groups" not in part]
    values = [part.partition("=")[2] or part for part in parts]
    return " ".join(filter(None, (node.op.call_name, ", ".join(values))))


def _told(graph: Graph, fields: Sequence[Field]) -> Iterator[int]:
    whole = False
    for index, node in enumerate(graph.nodes):
        before = [fields[i] for i in node.inputs]
        if not before or (whole and fields[index].whole):
            continue
        if len(before) > 1 or _moved(before[0], fields[index]) or _statistics(graph, node):
            yield index
        whole = fields[index].whole and not is_map(node.shape)


def _moved(before: Field, after: Field) -> bool:
    if before.whole or after.whole:
        return before.whole != after.whole
    return (before.height, before.width) != (after.height, after.width)


def _statistics(graph: Graph, node: Node) -> bool:
    return node.op.window(*graph.input_shapes(node)).statistics


def _row(graph: Graph, fields: Sequence[Field], index: int, image: Sequence[int]) -> tuple[str, ...]:
    node, field = graph.nodes[index], fields[index]
    named = printable(node.name.rpartition(".")[2]), _op(node), "x".join(map(str, node.shape))
    note = _note(graph, fields, index)
    if field.whole:
        return *named, "all", "", "", "", note
    share = min(Fraction(n, pixels) for n, pixels in zip(field.size, image, strict=True))
    stride, edge = show_sides(field.jump), show_sides(field.edge, ", ")
    return *named, show_sides(field.size), f"{float(share):.0%}", stride, edge, note


def _note(graph: Graph, fields: Sequence[Field], index: int) -> str:
    """What a join does to the fields of its tracks, and what is left out."""
    node = graph.nodes[index]
    if len(node.inputs) == 1:
        return _of_one(graph, node, fields[index])
    joined = joined_inputs(graph, node)
    gate = "gate left out" if len(joined) < len(node.inputs) else ""
    return ", ".join(filter(None, (_union([fields[i] for i in joined]), gate)))


def _of_one(graph: Graph, node: Node, field: Field) -> str:
    window = node.op.window(*graph.input_shapes(node))
    if field is NOTHING:
        return "zeros"
    if node.op.drops_channels:
        return "of the channels taken alone"
    if window.statistics:
        return "statistics of the whole map left out"
    if field.whole:
        return "whole image"
    return "mean stride of uneven cells" if any(window.cells) and node.op.family == "pooling" else ""


def _union(fields: Sequence[Field]) -> str:
    if any(field.whole for field in fields):
        return "whole image" if all(field.whole for field in fields) else "union with a track that sees all"
    sizes = sorted({field.size for field in fields if field is not NOTHING})
    return f"union of {_listed([show_sides(size) for size in sizes])}" if len(sizes) > 1 else ""


def _listed(words: Sequence[str]) -> str:
    few = words if len(words) <= 3 else [*words[:1], "…", words[-1]]
    return f"{', '.join(few[:-1])} and {few[-1]}"


def _last(graph: Graph, fields: Sequence[Field], image: tuple[int, int]) -> str:
    """What an element of the last map sees of the image."""
    last = last_map(graph, fields)
    if last is None:
        return ""
    field, shape = fields[last], graph.nodes[last].shape
    sees = "an element of the last map sees"
    if field.whole:
        return f"{sees} all of the image's {show_sides(image)}"
    return f"{sees} {show_sides(field.size)}: {_of_image(field, shape, image)}"


def _of_image(field: Field, shape: Shape, image: tuple[int, int]) -> str:
    """How much of the image that is; a field may be as large as the image and lie partly beside it."""
    pixels = f"the image's {show_sides(image)}"
    if any(seen < there for seen, there in zip(field.size, image, strict=True)):
        return f"less than {pixels}"
    elements, all_seen = shape[1] * shape[2], field.seeing_all(shape, image)
    if not all_seen:
        return f"no less than {pixels}, but no element's field spans all of it"
    if elements == 1:
        return f"it spans all of {pixels}"
    who = f"the {'field' if all_seen == 1 else 'fields'} of {all_seen:,} of the map's {elements:,} elements"
    if all_seen == elements:
        who = f"the field of each of the map's {elements:,} elements"
    return f"{who} {'spans' if all_seen in (1, elements) else 'span'} all of {pixels}"
