"""The table of ``summary`` as slides of a lecture have it: sizes and operations in turn."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ..analyses.rows import shares
from ..analyses.summary import Summary, summarize
from ..analyses.working.layer import cost_working, flattened, worked_out
from ..api.summary_table import number_words, percent
from ..ir import Graph, Node, Shape, show_sides
from ..ir.working import number_text
from ..train.wording import printable
from .styled_table import WEIGHTED, fused, styled

_SHORT = {"conv": "Conv", "linear": "FC", "maxpool": "Max Pooling", "avgpool": "Average Pooling"}
_LETTERS = 2
"""So many letters before a number say no more than the operation: ``c3``, ``fc6``."""
_MILLION = 10**6
_PAIR = re.compile(r"\d+, \d+")


def lecture(graph: Graph) -> str:
    """A row for every size and one for every operation, with filter, depth, stride, padding, and the parameters as a
    formula; dropout and flattening have none, nor have heads that exist only in training. An operation that does not take
    the size in the row before it says which rows it takes."""
    summary, graph = summarize(graph), graph.without_auxiliary()
    rows = [*_Rows(graph).rows(), *_overall(summary)]
    head = ("", "Size / Operation", "Filter", "Depth", "Stride", "Padding", "Number of Parameters")
    lines = styled(head, [(str(number), *row) for number, row in enumerate(rows, 1)], (1, 5, 6))
    if any(_PAIR.fullmatch(cell) for row in rows for cell in row[3:5]):
        lines += ["", "Strides and paddings of two numbers: height, width."]
    if summary.in_training:
        lines += ["", f"In training, {summary.in_training.text}"]
    return "\n".join(lines)


class _Rows:
    """Rows of sizes and operations, and in which of them the output of each layer stands."""

    def __init__(self, graph: Graph) -> None:
        self._graph, self._written_in = graph, fused(graph)
        self._behind = {graph.nodes[i].inputs[0]: graph.nodes[i] for i in self._written_in}
        self._sizes = {0: 1}

    def rows(self) -> list[tuple[str, ...]]:
        found: list[tuple[str, ...]] = [(_lecture_shape(self._graph.input_shape), *[""] * 5)]
        for index, node in enumerate(self._graph.nodes[1:], 1):
            if index in self._written_in or node.op.is_view or node.op.family == "regularize":
                self._sizes[index] = self._sizes[node.inputs[0]]
                continue
            title = f"{_operation(node)}{self._activation(index)}{self._taken(node, len(found))}"
            found.append((title, *_geometry(node, self._graph), _formula(self._graph, index)))
            found.append((_lecture_shape(node.shape), *[""] * 5))
            self._sizes[index] = len(found)
        return found

    def _activation(self, index: int) -> str:
        behind = self._behind.get(index)
        return f" + {behind.op.call_name.capitalize()}" if behind else ""

    def _taken(self, node: Node, last: int) -> str:
        """`` of 5 and 13``: the rows whose sizes are taken."""
        taken = [str(self._sizes[i]) for i in node.inputs]
        if taken == [str(last)]:
            return ""
        return f" of {' and '.join(filter(None, (', '.join(taken[:-1]), taken[-1])))}"


def _operation(node: Node) -> str:
    """Conv1, FC6, Max Pooling, Conv stem: what it does, with its label or the number of that."""
    kind = _SHORT.get(node.op.call_name) or node.op.call_name.replace("_", " ").capitalize()
    if node.op.family not in WEIGHTED:
        return kind
    label = printable(node.name.rpartition(".")[2])
    word = label.rstrip("0123456789")
    numbered = word.lower() in (node.op.call_name, kind.lower()) or (len(word) <= _LETTERS and word.isalpha())
    return f"{kind}{label[len(word) :]}" if numbered and word != label else f"{kind} {label}"


def _geometry(node: Node, graph: Graph) -> tuple[str, str, str, str]:
    op: Any = node.op
    if op.call_name not in ("conv", "maxpool", "avgpool"):
        return "", "", "", ""
    step = op.stride or op.kernel
    sides = op.sides(graph.input_shapes(node)[0])
    depth = str(op.channels) if op.call_name == "conv" else ""
    return _filter(op), depth, show_sides(step, ", "), _padding(sides) if any(sides) else ""


def _filter(op: Any) -> str:
    """The kernel, and what its size does not tell."""
    spread = getattr(op, "dilation", (1, 1))
    more = [f"dilation {show_sides(spread, ', ')}"] if spread != (1, 1) else []
    more += ["rounded up"] if getattr(op, "ceil_mode", False) else []
    return ", ".join([_times(op.kernel), *more])


def _padding(sides: Sequence[int]) -> str:
    """One number, height and width, or each of the sides."""
    left, right, top, bottom = sides
    if left == right and top == bottom:
        return show_sides((top, left), ", ")
    return f"top {top}, bottom {bottom}, left {left}, right {right}"


def _formula(graph: Graph, index: int) -> str:
    working = cost_working(graph, index)
    total, inputs = working.values()["parameters"], graph.nodes[index].inputs
    was = flattened(graph, inputs[0])

    def shown(name: str, number: str) -> str:
        return "·".join(map(number_text, was)) if was and name == "N_in" else number

    return f"{worked_out(working, 'parameters', shown)} = {number_text(total)}" if total else ""


def _overall(summary: Summary) -> list[tuple[str, ...]]:
    """All parameters, and who holds them."""
    held = ", ".join(f"{s.kind}: {number_words(s.params)} ({percent(s.part, '')})" for s in shares(summary))
    total = summary.params.total
    overall = f"{total:,}" if total < _MILLION else f"{total:,} = {number_words(total)}"
    kinds = " VS ".join(share.kind for share in shares(summary))
    return [("Overall", "", "", "", "", overall), *([(kinds, "", "", "", "", held)] if held else [])]


def _lecture_shape(shape: Shape) -> str:
    return " * ".join(map(str, shape))


def _times(pair: Sequence[int]) -> str:
    return " * ".join(map(str, pair))
