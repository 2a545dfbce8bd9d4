"""The receptive field of each layer that changes it, beside the size of the image."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from ..analyses.receptive_field import Field, Number, joined_inputs, receptive_fields
from ..ir import Graph, Node, is_map
from ..train.wording import printable
from .device_table import table

_HEAD = ("layer", "op", "output", "field", "of image", "stride", "edge", "")


def field_table(graph: Graph) -> str:
    """A row a layer with a window, a join or an end of maps: size, stride and first pixel of the field, in pixels of the
    input (height x width where they differ); what gates, joins and global pooling do to it."""
    graph = graph.without_auxiliary()
    fields = receptive_fields(graph)
    image = graph.input_shape[1:] if is_map(graph.input_shape) else (graph.input_shape[0], 1)
    told = list(_told(graph, fields))
    rows = [_row(graph, fields, index, image) for index in told]
    if not rows:
        return f"{printable(graph.name)}: no layer sees more than a pixel"
    title = f"{printable(graph.name)}: receptive fields, image {_pair(image)}"
    head, rule, *body = table(_HEAD, rows, "lllrrrrl").splitlines()
    parts = [printable(graph.nodes[index].name).rpartition(".")[0] for index in told]
    if any(parts):
        head, rule, body = f"  {head}", f"──{rule}", list(_under_parts(body, parts, head.index("op")))
    return "\n".join([title, head, rule, *body, "", *_last(graph, fields, image)])


def _under_parts(lines: Sequence[str], parts: Sequence[str], column: int) -> Iterator[str]:
    """Rows under the names of the parts that they are in; the second column begins at ``column``."""
    now = ""
    for line, part in zip(lines, parts, strict=True):
        if part and part != now:
            yield part
        yield f"  {line}" if part else f"{line[:column]}  {line[column:]}"
        now = part


def _op(node: Node) -> str:
    """``conv 3x3, /2``: what of a layer makes its field; channels are those of the output."""
    parts = [part for part in node.op.label().split(", ") if not part.isdigit() and "groups" not in part]
    return " ".join(filter(None, (node.op.call_name, ", ".join(parts))))


def _told(graph: Graph, fields: Sequence[Field]) -> Iterator[int]:
    whole = False
    for index, node in enumerate(graph.nodes):
        before = [fields[i] for i in node.inputs]
        if not before or (whole and fields[index].whole):
            continue
        if len(before) > 1 or _moved(before[0], fields[index]):
            yield index
        whole = fields[index].whole and not is_map(node.shape)


def _moved(before: Field, after: Field) -> bool:
    same = before.size == after.size and before.jump == after.jump and before.edge == after.edge
    return not same or before.whole != after.whole


def _row(graph: Graph, fields: Sequence[Field], index: int, image: Sequence[int]) -> tuple[str, ...]:
    node, field = graph.nodes[index], fields[index]
    named = printable(node.name.rpartition(".")[2]), _op(node), "x".join(map(str, node.shape))
    note = _note(graph, fields, index)
    if field.whole:
        return *named, "all", "", "", "", note
    share = min(Fraction(n, pixels) for n, pixels in zip(field.size, image, strict=True))
    stride, edge = _pair(field.jump), _pair(field.edge, ", ")
    return *named, _pair(field.size), f"{float(share):.0%}", stride, edge, note


def _note(graph: Graph, fields: Sequence[Field], index: int) -> str:
    """What a join does to the fields of its tracks."""
    node = graph.nodes[index]
    if len(node.inputs) == 1:
        return "whole image" if fields[index].whole else ""
    joined = joined_inputs(graph, node)
    sizes = sorted({fields[i].size for i in joined if not fields[i].whole})
    union = f"union of {_listed([_pair(size) for size in sizes])}" if len(sizes) > 1 else ""
    gate = "gate left out" if len(joined) < len(node.inputs) else ""
    return ", ".join(filter(None, (union, gate)))


def _listed(words: Sequence[str]) -> str:
    few = words if len(words) <= 3 else [*words[:1], "…", words[-1]]
    return f"{', '.join(few[:-1])} and {few[-1]}"


def _last(graph: Graph, fields: Sequence[Field], image: Sequence[int]) -> Iterator[str]:
    maps = [
        i for i, node in enumerate(graph.nodes) if node.inputs and is_map(node.shape) and not fields[i].whole
    ]
    if not maps:
        return
    field = fields[maps[-1]]
    short = any(seen < pixels for seen, pixels in zip(field.size, image, strict=True))
    word = "less than" if short else "all of"
    yield f"an element of the last map sees {_pair(field.size)}: {word} the image's {_pair(image)}"


def _pair(numbers: Sequence[Number], between: str = " x ") -> str:
    """One number where both are equal."""
    texts = [str(number) for number in numbers]
    return texts[0] if len(set(texts)) == 1 else between.join(texts)
