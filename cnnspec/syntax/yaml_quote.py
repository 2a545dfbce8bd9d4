"""Which texts can stand in YAML as they are, and quotes for the others."""

from __future__ import annotations

import re

from . import tree

MAX_KEY = 900
"""YAML takes keys of up to 1,024 characters without a mark of their own."""

_INDICATORS = "?:,[]{}#&*!|>'\"%@`"
_FLOW = re.compile(r"[A-Za-z_][\w .()=+\-*/%<>!,]*", re.ASCII)


def quote(text: str) -> str:
    """``text`` as a scalar outside of brackets, with quotes where YAML would not read it as it stands."""
    plain = (
        text[0] not in _INDICATORS
        and not re.match(r"-(\s|--|$)", text)
        and ": " not in text
        and " #" not in text
        and not text.endswith(":")
        and "\t" not in text
    )
    if plain:
        return text
    if '"' not in text and "\\" not in text:
        return f'"{text}"'
    return "'" + text.replace("'", "''") + "'"


def flow_safe(text: str) -> bool:
    """Can ``text`` stand in a list in brackets as it is?"""
    return _FLOW.fullmatch(text) is not None and not text.startswith("for ")


def is_flow_value(node: tree.Expression) -> bool:
    """Is ``node`` numbers, names and lists of these, so that YAML reads the list's brackets as brackets?"""
    if isinstance(node, tree.Sequence):
        return all(map(is_flow_value, node.items))
    if isinstance(node, tree.Unary):
        return node.operator == "-" and isinstance(node.operand, tree.Literal) and is_flow_value(node.operand)
    if isinstance(node, tree.Literal):
        return not isinstance(node.value, str)
    return isinstance(node, tree.Name)
