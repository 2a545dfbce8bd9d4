"""Calls in YAML's bracketed lists, which YAML cuts at every comma: joined again where brackets balance."""

from __future__ import annotations

import re

from .yaml_nodes import Node

_PART = re.compile(r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[()]""", re.DOTALL)

_NAMES = re.compile(r"[A-Za-z_]\w*(?:(?:\s*,\s*|\s+)[A-Za-z_]\w*)+")
"""Several names without brackets around them."""


def _unfinished(node: Node) -> bool:
    """Is ``node`` the plain beginning of a call or of a ``for`` with several names?"""
    if node.kind != "scalar" or not node.plain:
        return False
    depth = 0
    for match in _PART.finditer(node.span.text):
        depth += (match[0] == "(") - (match[0] == ")")
    return depth > 0 or bool(re.match(r"for\s(?!.*\sin\s)", node.span.text, re.DOTALL))


def _joined(first: Node, last: Node) -> Node:
    span = first.span.to(last.span)
    return Node("scalar", span, span.text, plain=True)


def _is_pair(node: Node) -> bool:
    return node.kind == "mapping" and len(node.pairs) == 1 and node.pairs[0][0].plain


def rejoined(items: list[Node]) -> list[Node]:
    """``items`` of a sequence with cut calls whole."""
    result: list[Node] = []
    for node in items:
        whole = _with(result[-1], node) if result else None
        if whole is None:
            result.append(node)
        else:
            result[-1] = whole
    return result


def _with(before: Node, node: Node) -> Node | None:
    """``before`` and ``node`` as one, where the first is cut."""
    plain = node.kind == "scalar" and node.plain
    span = before.span.to(node.span)
    if _unfinished(before):
        if plain:
            return _joined(before, node)
        if _is_pair(node):
            key, value = node.pairs[0]
            return Node("mapping", span, flow=True, pairs=[(_joined(before, key), value)])
    elif plain and _is_pair(before) and _unfinished(before.pairs[0][1]):
        key, value = before.pairs[0]
        return Node("mapping", span, flow=True, pairs=[(key, _joined(value, node))])
    return None


def rejoined_pairs(node: Node) -> list[tuple[Node, Node]]:
    """The pairs of a mapping with cut values whole."""
    if not node.flow:
        return node.pairs
    result: list[tuple[Node, Node]] = []
    for key, value in node.pairs:
        if result and _unfinished(result[-1][1]) and key.plain and value.empty:
            result[-1] = (result[-1][0], _joined(result[-1][1], key))
        elif result and result[-1][1].empty and _unfinished(result[-1][0]) and key.plain:
            result[-1] = (_joined(result[-1][0], key), value)
        else:
            result.append((key, value))
    return result


def pair_as_call(node: Node) -> str:
    """``top(5)`` for the mapping ``top: 5``, or for ``top: [5]``; "" for what is no such mapping."""
    if not _is_pair(node):
        return ""
    key, value = node.pairs[0]
    values = rejoined(value.items) if value.kind == "sequence" else [value]
    if any(each.kind != "scalar" or each.empty for each in values):
        return ""
    return f"{key.text}({', '.join(each.span.text for each in values)})"


def names_as_list(node: Node) -> str:
    """``[accuracy, top]`` for the text ``accuracy, top``; "" for what is no row of names."""
    if node.kind != "scalar" or not node.plain or not _NAMES.fullmatch(node.text):
        return ""
    names = re.split(r"[\s,]+", node.text)
    return f"[{', '.join(names)}]"
