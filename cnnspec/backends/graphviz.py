"""A graph as a drawing in Graphviz's DOT language.

Boxes are layers (with the pointwise layers that follow them), circles join tracks, frames are
blocks and labels, ovals are the input and outputs. Fills tell the families apart by lightness first,
so they hold in greyscale and for colour-blind readers; every box names its layer anyway.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from itertools import pairwise
from typing import Any, Literal

import graphviz

from ..analyses.cost import cost
from ..ir import Graph, Scope
from ..ir.op import Family
from .drawing_model import Box, Picture, entered, picture
from .drawing_text import box_label, clean, markup, scope_label, shape_text, stack, tooltip

Direction = Literal["TB", "LR"]

FILLS: dict[Family, str] = {
    "input": "#ffffff",
    "norm": "#fdf6cf",
    "convolution": "#d3e8f8",
    "regularize": "#dedede",
    "activation": "#f5c3d0",
    "pooling": "#f3b868",
    "linear": "#86c79e",
    "reshape": "#a8a8a8",
    "merge": "#ffffff",
}
"""Fill of each family; black text on it has a contrast above 8 to 1."""

_FROZEN_FILL, _FROZEN_LINE, _FROZEN_TEXT = "#ccd6df", "#8fa3b5", "#3d4852"
_THAWING_FILL = "#eef2f6"
"""Frozen layers stand back: all in one cool grey, their family told by their text alone."""
_FONT = "Helvetica"
_LINE = "#404040"
_LEGEND_COLUMNS = 4
_NODE = {
    "shape": "box", "style": "filled,rounded", "fontname": _FONT, "fontsize": "11", "color": _LINE,
    "margin": "0.12,0.05", "height": "0.3", "width": "0.6",
}  # fmt: skip
_OVAL = {"shape": "oval", "style": "filled", "fillcolor": "#ffffff", "margin": "0.06,0.02"}
_EDGE = {"color": _LINE, "arrowsize": "0.6", "fontname": _FONT, "fontsize": "9"}
_GRAPH = {
    "fontname": _FONT, "fontsize": "11", "labelloc": "t", "newrank": "true", "nodesep": "0.3",
    "ranksep": "0.28", "pad": "0.15",
}  # fmt: skip
_FRAME = {"style": "filled,rounded", "color": "#9a9a9a", "fontsize": "10", "labeljust": "l", "margin": "8"}
_PART_FILL = "#ffffff"
_FRAME_FILLS = ("#f7f7f7", "#eeeeee")
_FRAME_TITLE = {
    "shape": "plaintext", "style": "", "fontsize": "10", "margin": "0.02,0", "height": "0.1", "width": "0.1",
}  # fmt: skip


def to_dot(graph: Graph, direction: Direction = "TB", depth: int | None = None) -> str:
    """DOT text of the drawing, from top to bottom (``TB``) or left to right (``LR``).

    Parts nested deeper than ``depth`` levels are drawn as one box each; all layers where it is None.
    """
    drawn = picture(graph, depth)
    page = _GRAPH | {"rankdir": direction, "label": _title(graph, drawn)}
    dot = graphviz.Digraph("model", graph_attr=page, node_attr=_NODE, edge_attr=_EDGE)
    _frame(dot, graph, drawn.boxes, 0, titles_inside=direction == "TB")
    _outputs(dot, graph, drawn)
    for arrow in drawn.arrows:
        dot.edge(_id(arrow.tail), _id(arrow.head), **_arrow_style(arrow.main, arrow.auxiliary))
    if direction == "TB":
        for tail, head in _title_order(drawn):
            dot.edge(tail, head, style="invis")
    return str(dot.source)


def _id(number: int) -> str:
    return f"n{number}"


def _frame(dot: Any, graph: Graph, boxes: Iterable[Box], level: int, titles_inside: bool) -> None:
    """Boxes of one scope, those of scopes inside it in frames of their own."""
    inner: dict[str, list[Box]] = {}
    for box in boxes:
        if len(box.scopes) == level:
            dot.node(_id(box.number), label=box_label(graph, box), **_box_style(graph, box))
        else:
            inner.setdefault(box.scopes[level].path, []).append(box)
    for path, members in inner.items():
        scope = members[0].scopes[level]
        style = _FRAME | {"fillcolor": _FRAME_FILLS[level % 2], "tooltip": graphviz.escape(clean(path))}
        title = "" if titles_inside else scope_label(scope)
        with dot.subgraph(name=f"cluster_{_frame_id(scope)}", graph_attr=style | {"label": title}) as sub:
            if titles_inside:
                sub.node(_frame_id(scope), label=scope_label(scope), **_FRAME_TITLE)
            _frame(sub, graph, members, level + 1, titles_inside)


def _frame_id(scope: Scope) -> str:
    """A name that holds whatever a path may hold; no two paths of a graph share it."""
    return f"frame_{hashlib.sha256(scope.path.encode('utf-8', 'backslashreplace')).hexdigest()[:16]}"


def _title_order(drawn: Picture) -> list[tuple[str, str]]:
    """Invisible edges that put a frame's title above what is in it and below what leads to it.

    Drawn as a node, the title keeps a place of its own; as the frame's label it would lie under the
    arrows that enter at the top.
    """
    boxes = {b.number: b for b in drawn.boxes}
    pairs: dict[tuple[str, str], None] = {}
    for arrow in drawn.arrows:
        scopes = entered(boxes[arrow.tail], boxes[arrow.head])
        if scopes:
            path = [_id(arrow.tail), *map(_frame_id, scopes), _id(arrow.head)]
            pairs.update(dict.fromkeys(pairwise(path)))
    return list(pairs)


def _box_style(graph: Graph, box: Box) -> dict[str, str]:
    fill = _PART_FILL if box.kind == "part" else FILLS[graph.nodes[box.number].op.family]
    style = {"fillcolor": fill, "tooltip": graphviz.escape(tooltip(graph, box))}
    if box.kind == "part":
        style["penwidth"] = "1.6"
    if box.kind == "input":
        style |= _OVAL
    if box.kind == "join":
        glyph = graph.nodes[box.number].op.call_name in ("add", "multiply")
        style |= {"shape": "circle" if glyph else "oval", "style": "filled", "margin": "0.01"}
        style |= {"width": "0.26", "height": "0.26", "fixedsize": "true"} if glyph else {}
    if box.frozen:
        style |= _frozen_style(box.frozen)
    if box.auxiliary:
        style["style"] = style.get("style", _NODE["style"]) + ",dashed"
    return style


def _frozen_style(words: str) -> dict[str, str]:
    """All grey, lighter where it is for a time only, half of it where some are trained."""
    text = {"fontcolor": _FROZEN_TEXT} if words == "frozen" else {}
    fill = _frozen_fill(words)
    return (
        {"fillcolor": fill, "color": _FROZEN_LINE} | text | ({"gradientangle": "90"} if ":" in fill else {})
    )


def _frozen_fill(words: str) -> str:
    if words == "frozen":
        return _FROZEN_FILL
    return f"{_FROZEN_FILL}:#ffffff" if words == "partly frozen" else _THAWING_FILL


def _outputs(dot: Any, graph: Graph, drawn: Picture) -> None:
    for number, leaving in enumerate(drawn.exits):
        output = leaving.output
        parts = [markup(output.name or "output", bold=True)]
        parts.append(markup(shape_text(graph.nodes[output.node].shape), small=True))
        dashes = ",dashed" if output.auxiliary else ""
        name = f"out{number}"
        dot.node(name, label=stack(parts), **_OVAL | {"peripheries": "2", "style": "filled" + dashes})
        dot.edge(_id(leaving.box), name, **_arrow_style(True, output.auxiliary))


def _arrow_style(main: bool, auxiliary: bool) -> dict[str, str]:
    """Heavy edges are kept straight by the layout: the trunk; what skips over it bends beside it."""
    style = {"weight": "500"} if main else {}
    return style | ({"style": "dashed"} if auxiliary else {})


def _title(graph: Graph, drawn: Picture) -> str:
    costs = cost(graph)
    total = f"{costs.count.total:,} parameters, {_macs(costs.total_macs)} MACs"
    name = f'<FONT POINT-SIZE="15">{markup(graph.name, bold=True)}</FONT>'
    texts = (name, markup(f"input {shape_text(graph.input_shape)}"), markup(total))
    rows = [f'<TR><TD COLSPAN="{_LEGEND_COLUMNS}">{text}</TD></TR>' for text in texts]
    rows += _legend(graph, drawn)
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="3" CELLPADDING="1">{"".join(rows)}</TABLE>>'


def _legend(graph: Graph, drawn: Picture) -> list[str]:
    """Rows of coloured cells, one for each family that has a box here."""
    used = {graph.nodes[b.number].op.family for b in drawn.boxes if b.kind == "layer" and not b.frozen}
    cells = [_legend_cell(f, f'BGCOLOR="{fill}"') for f, fill in FILLS.items() if f in used]
    for words in dict.fromkeys(b.frozen for b in drawn.boxes if b.frozen):
        text = words if words.endswith("frozen") else f"trained {words}"
        cells.append(_legend_cell(text, f'BGCOLOR="{_frozen_fill(words)}" GRADIENTANGLE="90"'))
    if any(b.auxiliary for b in drawn.boxes):
        cells.append(_legend_cell("training only", 'BORDER="1" STYLE="DASHED"'))
    starts = range(0, len(cells), _LEGEND_COLUMNS)
    return [f"<TR>{''.join(cells[i : i + _LEGEND_COLUMNS])}</TR>" for i in starts]


def _legend_cell(text: str, attributes: str) -> str:
    return f'<TD {attributes}><FONT POINT-SIZE="9">{text}</FONT></TD>'


def _macs(number: int) -> str:
    for size, unit in ((10**9, "G"), (10**6, "M")):
        if number >= size:
            return f"{number / size:.2f} {unit}"
    return f"{number:,}"
