"""What the page tells of the layers and of the whole network, as plain lists and dictionaries."""

from __future__ import annotations

import re
from typing import Any

from ....analyses.freezing import told
from ....analyses.memory import BYTES
from ....analyses.receptive_field import last_map, receptive_fields
from ....analyses.sizes import bytes_text
from ....analyses.summary import LayerFigures, Summary
from ....ir import Graph, Node, show_sides, size
from ....source import Span
from ..label import shape_text

_MOST_LINES = 16
"""Lines of the spec that are shown of one layer."""
_LONGEST_LINE = 400


class SpecLines:
    """The lines of spec files that layers were written on, each once; layers hold their places in the list."""

    def __init__(self) -> None:
        self.texts: list[tuple[str, int, str]] = []
        self._places: dict[tuple[int, int], int] = {}

    def of(self, span: Span | None) -> list[int]:
        """Places of the lines of ``span``, the first of them where it has many."""
        if span is None:
            return []
        first, last = span.first[0], span.last[0]
        return [self._place(span, line) for line in range(first, min(last + 1, first + _MOST_LINES))]

    @staticmethod
    def more(span: Span | None) -> int:
        """How many lines of ``span`` are left out."""
        return max(0, span.last[0] - span.first[0] + 1 - _MOST_LINES) if span else 0

    def _place(self, span: Span, line: int) -> int:
        key = (id(span.source), line)
        if key not in self._places:
            self._places[key] = len(self.texts)
            self.texts.append((file_name(span.source.name), line, cut(span.source.line(line))))
        return self._places[key]


def cut(text: str) -> str:
    """``text`` without what is too long to be read."""
    return text if len(text) <= _LONGEST_LINE else text[:_LONGEST_LINE] + "\N{HORIZONTAL ELLIPSIS}"


def file_name(name: str) -> str:
    """A file's name without its folder, whichever slash the machine has."""
    return re.split(r"[/\\]", name.rstrip("/\\"))[-1] or name


def layer_facts(graph: Graph, summary: Summary, lines: SpecLines) -> list[dict[str, Any]]:
    """One dictionary for each node, in the graph's order."""
    figures = (None, *summary.layers)
    return [_facts(node, found, lines) for node, found in zip(graph.nodes, figures, strict=True)]


def _facts(node: Node, found: LayerFigures | None, lines: SpecLines) -> dict[str, Any]:
    told_of = {
        "name": node.name,
        "op": node.op.call_name,
        "label": node.op.label(),
        "written": cut(" ".join(node.span.text.split())) if node.span else "",
        "inputs": list(node.inputs),
        "shape": shape_text(node.shape),
        "bytes": 0 if node.op.is_view else BYTES * size(node.shape),
        "family": node.op.family,
        "lines": lines.of(node.span),
        "more": lines.more(node.span),
        "tensors": [[spec.name, shape_text(spec.shape), spec.role] for spec in node.parameters],
    }
    return told_of | (_figures(found) if found else {"params": 0, "macs": 0})


def _figures(found: LayerFigures) -> dict[str, Any]:
    field = found.field
    return {
        "params": found.params,
        "macs": found.macs,
        "field": "whole image" if field.whole else show_sides(field.size, "x"),
        "stride": "" if field.whole else show_sides(field.jump, "x"),
        "frozen": told(found.starts),
    }


def totals(graph: Graph, summary: Summary) -> list[list[str]]:
    """(what, figure) of the network, as its heading shows them."""
    memory, count = summary.memory, summary.params
    rows = [
        ["input", shape_text(summary.input)],
        ["output", ", ".join(shape_text(o.shape) for o in summary.outputs if not o.auxiliary)],
        ["parameters", f"{count.total:,}"],
        *([["trainable", f"{count.trainable:,}"]] if count.trainable != count.total else []),
        ["MACs", f"{summary.macs:,}"],
        ["FLOPs", f"{summary.flops:,}"],
        ["memory of parameters", bytes_text(memory.parameters)],
        ["activations of a sample", bytes_text(memory.activations_inference)],
        ["in training", bytes_text(memory.activations_training)],
    ]
    return rows + _last_field(graph) + _in_training(summary)


def _in_training(summary: Summary) -> list[list[str]]:
    """The network with the heads that exist only in training, where it has some."""
    if summary.in_training is None:
        return []
    return [
        ["parameters with training heads", f"{summary.in_training.params:,}"],
        ["MACs with training heads", f"{summary.in_training.macs:,}"],
    ]


def _last_field(graph: Graph) -> list[list[str]]:
    """What an element of the last map sees of the image."""
    fields = receptive_fields(graph)
    last = last_map(graph, fields)
    if last is None:
        return []
    seen = "the whole image" if fields[last].whole else f"{show_sides(fields[last].size, 'x')} pixels"
    return [["receptive field of the last map", seen]]
