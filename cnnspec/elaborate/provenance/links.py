"""The links of a chain: what is written, and where."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from ...source import Span
from ...source.values import Value
from ...syntax import tree

_LONGEST = 40
_NUMBER = re.compile(r"-?[\d.]+(e[+-]?\d+)?")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Link(Value):
    """One step on the way of a number: what is written, and where; ``default``: what holds where nothing is given.

    ``measured``: the number at the end of the text is a size of a tensor.
    """

    text: str
    span: Span | None
    default: bool = False
    measured: bool = False

    @property
    def unmeasured(self) -> str:
        """The text without the size of a tensor."""
        return self.text.rpartition(" = ")[0] if self.measured else self.text


Chain = tuple[Link, ...]
"""From the layer's call outwards."""


def bound(name: str, source: tree.Tree, value: Any, span: Span | None, default: bool = False) -> Link:
    """The link of a name that has its value from an expression; ``in.channels`` alone is a size of a tensor."""
    measured = isinstance(source, tree.Attribute) and bool(shown(value))
    return Link(equation(name, source, value), span, default, measured)


def equation(name: str, source: tree.Tree, value: Any) -> str:
    """``width = 64``, or ``out = width * 4 = 256``."""
    written, number = text(source), shown(value)
    if written == name:
        return f"{name} = {number}" if number else f"{name}, handed on"
    itself = not number or written == number or _NUMBER.fullmatch(written)
    return f"{name} = {written}" if itself else f"{name} = {written} = {number}"


def text(expression: tree.Tree) -> str:
    return text_of(expression.span)


def text_of(span: Span | None) -> str:
    """In one line, and not too long."""
    written = " ".join(span.text.split()) if span else ""
    return written if len(written) <= _LONGEST else written[: _LONGEST - 2].rstrip(" ,") + " …"


def shown(value: Any) -> str:
    """A number or truth value; nothing of what else a name may hold."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"{value:.6g}" if isinstance(value, float) else str(value)
    return ""
