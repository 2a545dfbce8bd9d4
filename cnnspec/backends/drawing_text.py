"""Texts of a drawing as Graphviz's HTML-like labels, in which nothing a person wrote is markup."""

from __future__ import annotations

import html
import re
import textwrap
from collections.abc import Iterable

from ..ir import Graph, Node, Scope, Shape
from .drawing_model import Box

_WRAP = 40
_SCOPE_WRAP = 28
_SMALL = 9
_FAINT = "#303030"
_SEQUENCE = re.compile(r"\\(?=[GNETHL])")
_GLYPHS = {"add": "+", "multiply": "\N{MULTIPLICATION SIGN}"}


def lines(text: str, width: int = _WRAP) -> list[str]:
    """``text`` cut into lines of at most ``width`` characters, at spaces where there are any."""
    parts = [clean(part) for part in text.splitlines()] or [""]
    return [line for part in parts for line in textwrap.wrap(part, width) or [""]]


def clean(text: str) -> str:
    """Spaces for tabs and the like; a visible mark for characters that XML and DOT cannot hold."""
    return "".join(
        c if c.isprintable() else " " if c.isspace() else "\N{REPLACEMENT CHARACTER}" for c in text
    )


def shape_text(shape: Shape) -> str:
    return "x".join(map(str, shape))


def markup(
    text: str, bold: bool = False, small: bool = False, align: str = "CENTER", width: int = _WRAP
) -> str:
    """Escaped text, its lines broken at ``width`` characters."""
    broken = f'<BR ALIGN="{align}"/>'.join(_escape(line) for line in lines(text, width))
    if align != "CENTER":
        broken += f'<BR ALIGN="{align}"/>'
    if bold:
        broken = f"<B>{broken}</B>"
    return f'<FONT POINT-SIZE="{_SMALL}" COLOR="{_FAINT}">{broken}</FONT>' if small else broken


def _escape(line: str) -> str:
    """Literal text. Graphviz replaces backslash sequences (``\\N`` by the node's name) even here and even
    where written as entities, but not across the end of an element."""
    return _SEQUENCE.sub(r"<FONT>\\</FONT>", html.escape(line)) or "&#160;"


def stack(parts: Iterable[str]) -> str:
    """Markup lines under one another, as a whole label."""
    return "<" + "<BR/>".join(parts) + ">"


def box_label(graph: Graph, box: Box) -> str:
    """The layer, the layers merged into its box on a line, and the shape given where it changed."""
    first = graph.nodes[box.number]
    if box.kind == "input":
        return stack([markup("input", bold=True), markup(shape_text(first.shape), small=True)])
    if box.kind == "join":
        return _join_label(graph, box)
    if box.part is not None:
        return _part_label(graph, box, box.part)
    parts = [_layer(first)]
    followers = [_words(graph.nodes[i]) for i in box.nodes[1:]]
    if followers:
        parts.append(markup(", ".join(followers)))
    if _changed(graph, box) and shape_text(first.shape) != first.op.label():
        parts.append(markup(shape_text(first.shape), small=True))
    return stack(parts)


def _join_label(graph: Graph, box: Box) -> str:
    node = graph.nodes[box.number]
    glyph = _GLYPHS.get(node.op.call_name)
    if glyph:
        return stack([markup(glyph, bold=True)])
    return stack([markup(node.op.call_name, bold=True), markup(shape_text(node.shape), small=True)])


def _part_label(graph: Graph, box: Box, part: Scope) -> str:
    """What a person wrote for the part, how often it stands here, and the shape at its end."""
    times = f" \N{MULTIPLICATION SIGN}{box.times}" if box.times > 1 else ""
    lines_of_it = [markup(f"{_scope_text(part, box.times > 1)}{times}", bold=True, width=_SCOPE_WRAP)]
    shape = graph.nodes[box.nodes[-1]].shape
    return stack([*lines_of_it, markup(shape_text(shape), small=True)])


def _changed(graph: Graph, box: Box) -> bool:
    first = graph.nodes[box.number]
    return graph.nodes[first.inputs[0]].shape != graph.nodes[box.nodes[-1]].shape


def _layer(node: Node) -> str:
    own = node.name.rpartition(".")[2]
    named = own.rstrip("0123456789") != node.op.call_name
    head = f"{own}: {node.op.call_name}" if named else node.op.call_name
    label = node.op.label()
    if not label:
        return markup(head, bold=True)
    break_or_space = " " if len(head) + len(label) < _WRAP else "<BR/>"
    return markup(head, bold=True) + break_or_space + markup(label)


def _words(node: Node) -> str:
    return f"{node.op.call_name} {node.op.label()}".strip()


def scope_label(scope: Scope) -> str:
    """What a person wrote, with the label before the block's call where both say something."""
    only_label = scope.title in ("", scope.path.rpartition(".")[2])
    return stack([markup(_scope_text(scope), bold=only_label, align="LEFT", width=_SCOPE_WRAP)])


def _scope_text(scope: Scope, without_label: bool = False) -> str:
    own = scope.path.rpartition(".")[2]
    if scope.title in ("", own):
        return own
    automatic = scope.block is not None and not scope.labelled
    return scope.title if automatic or without_label else f"{own}: {scope.title}"


def tooltip(graph: Graph, box: Box) -> str:
    """Names of the layers in a box with their shapes, a line each."""
    return "\n".join(f"{clean(n.name)}: {shape_text(n.shape)}" for n in (graph.nodes[i] for i in box.nodes))
