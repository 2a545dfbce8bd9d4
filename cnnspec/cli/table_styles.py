"""The table of ``summary`` as others lay it out: Keras' ``model.summary()``, and the table of a lecture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest
from shutil import get_terminal_size
from textwrap import wrap
from typing import Any

from ..analyses.cost import cost
from ..analyses.rows import shares
from ..analyses.summary import Summary, summarize
from ..analyses.working.layer import cost_working, flattened, worked_out
from ..ir import Graph, Node, Shape, is_map, size
from ..ir.working import number_text
from ..train.wording import printable
from .field_table import field_table

_KERAS = {
    "conv": "Conv2D",
    "maxpool": "MaxPooling2D",
    "avgpool": "AveragePooling2D",
    "global_avgpool": "GlobalAveragePooling2D",
    "global_maxpool": "GlobalMaxPooling2D",
    "bn": "BatchNormalization",
    "layer_norm": "LayerNormalization",
    "group_norm": "GroupNormalization",
    "linear": "Dense",
    "concat": "Concatenate",
    "upsample": "UpSampling2D",
    "pad": "ZeroPadding2D",
    "crop": "Cropping2D",
}
_SHORT = {"conv": "Conv", "linear": "FC", "maxpool": "Max Pooling", "avgpool": "Average Pooling"}
_WEIGHTED = ("convolution", "linear")


def keras(graph: Graph) -> str:
    """Layers as Keras counts and names them: running statistics are parameters that are not trained, and an activation
    behind a convolution or linear layer belongs to it."""
    written_in, readers = _fused(graph), _readers(graph)
    branches = any(len(node.inputs) > 1 or readers[i] > 1 for i, node in enumerate(graph.nodes))
    names: dict[int, str] = {}
    numbers: Counter[str] = Counter()
    rows: list[tuple[str, ...]] = []
    for index, node in enumerate(graph.nodes):
        if index in written_in:
            names[index] = names[node.inputs[0]]
            continue
        kind = _keras_class(node, graph) if index else "InputLayer"
        numbers[kind] += 1
        names[index] = f"{_snake(kind)}_{numbers[kind]}"
        if index:
            count = sum(size(p.shape) for p in node.parameters)
            connected = (", ".join(names[i] for i in node.inputs),) if branches else ()
            rows.append((f"{names[index]} ({kind})", _keras_shape(node.shape), str(count), *connected))
    head = ("Layer (type)", "Output Shape", "Param #", *(("Connected to",) if branches else ()))
    held = cost(graph).count
    total = held.total + held.buffers
    totals = (
        f"Total params: {total:,}",
        f"Trainable params: {held.trainable:,}",
        f"Non-trainable params: {total - held.trainable:,}",
    )
    return "\n".join(
        [f'Model: "{printable(graph.name)}"', "", *_table(head, rows, (len(head) - 1, 0)), "", *totals]
    )


def _keras_class(node: Node, graph: Graph) -> str:
    op: Any = node.op
    if op.call_name == "conv" and 1 < op.groups == graph.input_shapes(node)[0][0]:
        return "DepthwiseConv2D"
    if op.family == "activation":
        return "Activation"
    return _KERAS.get(op.call_name) or "".join(part.capitalize() for part in op.call_name.split("_"))


def _snake(kind: str) -> str:
    """conv2d of Conv2D, max_pooling2d of MaxPooling2D."""
    marked = "".join(
        f"_{c.lower()}" if c.isupper() and i and not kind[i - 1].isdigit() else c.lower()
        for i, c in enumerate(kind)
    )
    return marked.removeprefix("_")


def _keras_shape(shape: Shape) -> str:
    order = (*shape[1:], shape[0]) if is_map(shape) else shape
    return f"(None, {', '.join(map(str, order))})"


def lecture(graph: Graph) -> str:
    """A row for every size and one for every operation, with filter, depth, stride, padding, and the parameters as a
    formula; dropout and flattening have none."""
    written_in = _fused(graph)
    rows: list[tuple[str, ...]] = [(_lecture_shape(graph.input_shape), *[""] * 5)]
    after = {node.inputs[0]: node for i, node in enumerate(graph.nodes) if i in written_in}
    for index, node in enumerate(graph.nodes):
        if not index or index in written_in or node.op.is_view or node.op.family == "regularize":
            continue
        activation = f" + {after[index].op.call_name.capitalize()}" if index in after else ""
        rows.append((_operation(node) + activation, *_geometry(node, graph), _formula(graph, index)))
        rows.append((_lecture_shape(node.shape), *[""] * 5))
    summary = summarize(graph)
    rows += _overall(summary)
    head = ("", "Size / Operation", "Filter", "Depth", "Stride", "Padding", "Number of Parameters")
    return "\n".join(_table(head, [(str(number), *row) for number, row in enumerate(rows, 1)], (6,)))


def _operation(node: Node) -> str:
    """Conv1, FC6, Max Pooling: what it does, with the number of its label."""
    kind = _SHORT.get(node.op.call_name) or node.op.call_name.replace("_", " ").capitalize()
    if node.op.family not in _WEIGHTED:
        return kind
    label = node.name.rpartition(".")[2]
    return kind + label[len(label.rstrip("0123456789")) :]


def _geometry(node: Node, graph: Graph) -> tuple[str, str, str, str]:
    op: Any = node.op
    if op.call_name not in ("conv", "maxpool", "avgpool"):
        return "", "", "", ""
    step = op.stride or op.kernel
    sides = op.sides(graph.input_shapes(node)[0])
    depth = str(op.channels) if op.call_name == "conv" else ""
    return _times(op.kernel), depth, _one(step), _one(sides) if any(sides) else ""


def _formula(graph: Graph, index: int) -> str:
    working = cost_working(graph, index)
    total, inputs = working.values()["parameters"], graph.nodes[index].inputs
    was = flattened(graph, inputs[0])

    def shown(name: str, number: str) -> str:
        return "·".join(map(number_text, was)) if was and name == "N_in" else number

    return f"{worked_out(working, 'parameters', shown)} = {number_text(total)}" if total else ""


def _overall(summary: Summary) -> list[tuple[str, ...]]:
    held = ", ".join(f"{s.kind}: {s.params / 1e6:.1f} million ({100 * s.part:.0f}%)" for s in shares(summary))
    total = summary.params.total
    overall = f"{total:,} = {total / 1e6:.1f} million"
    kinds = " VS ".join(share.kind for share in shares(summary))
    return [("Overall", "", "", "", "", overall), *([(kinds, "", "", "", "", held)] if held else [])]


def _lecture_shape(shape: Shape) -> str:
    return " * ".join(map(str, shape))


def _times(pair: Sequence[int]) -> str:
    return " * ".join(map(str, pair))


def _one(numbers: Sequence[int]) -> str:
    """2 where all are 2, else each of them."""
    return str(numbers[0]) if len(set(numbers)) == 1 else ", ".join(map(str, numbers))


def _readers(graph: Graph) -> Counter[int]:
    """How many layers take each layer."""
    return Counter(i for node in graph.nodes for i in set(node.inputs))


def _fused(graph: Graph) -> set[int]:
    """Activations that belong to the convolution or linear layer before them, which nothing else takes."""
    readers = _readers(graph)
    return {
        index
        for index, node in enumerate(graph.nodes)
        if node.op.family == "activation"
        and graph.nodes[node.inputs[0]].op.family in _WEIGHTED
        and readers[node.inputs[0]] == 1
    }


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], folded: Sequence[int]) -> list[str]:
    """A table as wide as the terminal, if the columns ``folded`` (the first of them first) can be folded as much."""
    columns = list(zip(head, *rows, strict=True))
    widths = [max(map(len, column)) for column in columns]
    gaps, width = 2 * len(widths) - 2, get_terminal_size().columns
    for place in folded:
        longest = max((len(word) for cell in columns[place] for word in cell.split()), default=0)
        widths[place] -= max(0, min(sum(widths) + gaps - width, widths[place] - longest))
    rule = "─" * (sum(widths) + gaps)
    return [*_folded(head, widths), rule, *(line for row in rows for line in _folded(row, widths))]


def _folded(row: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    cells = [wrap(cell, width) if cell else [] for cell, width in zip(row, widths, strict=True)]
    for parts in zip_longest(*cells, fillvalue=""):
        yield "  ".join(part.ljust(width) for part, width in zip(parts, widths, strict=True)).rstrip()


_STYLES: dict[str, Callable[[Graph], str]] = {"keras": keras, "lecture": lecture, "field": field_table}


def table_in(graph: Graph, style: str) -> str:
    """The table in a style of :data:`cnnspec.cli.summary.STYLES`."""
    return _STYLES[style](graph)
