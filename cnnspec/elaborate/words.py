"""Arguments as people write them: items in a row for a list, bare words for strings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..ir import signature
from ..source import Span
from ..syntax import tree
from .evaluate import Environment


def gathered(cls: type, arguments: Sequence[tree.Argument]) -> Sequence[tree.Argument]:
    """``choose(flip, blur(3))`` for ``choose([flip, blur(3)])``: items in a row, where a list of them is taken."""
    place = next((i for i, a in enumerate(signature(cls)) if a.kind.in_a_row), None)
    if place is None or len(arguments) < place + 2:
        return arguments
    is_item = _is_pattern if signature(cls)[place].kind.dotted else _is_calls
    calls = [a for a in arguments[place:] if a.name is None and is_item(a.value)]
    if len(calls) < 2 or calls != list(arguments[place : place + len(calls)]):
        return arguments
    first, last = calls[0].value.span, calls[-1].value.span
    span = Span(first.source, first.start, last.end) if first and last else None
    gathered = tree.Argument(tree.Sequence(tuple(a.value for a in calls), span=span), span=span)
    return (*arguments[:place], gathered, *arguments[place + len(calls) :])


def _is_calls(expression: tree.Expression) -> bool:
    if isinstance(expression, tree.Sequence):
        return all(_is_calls(item) for item in expression.items)
    return isinstance(expression, (tree.Call, tree.Name))


def _is_pattern(expression: tree.Expression) -> bool:
    return isinstance(expression, (tree.Name, tree.Attribute)) or (
        isinstance(expression, tree.Literal) and isinstance(expression.value, str)
    )


def spelled(expression: tree.Expression) -> tree.Expression:
    """Dotted words as strings: ``stage1.conv2`` is a name where names are taken."""
    if isinstance(expression, tree.Sequence):
        return replace(expression, items=tuple(map(spelled, expression.items)))
    text = _dotted(expression)
    return expression if text is None else tree.Literal(text, span=expression.span)


def _dotted(expression: tree.Expression) -> str | None:
    if isinstance(expression, tree.Name):
        return expression.name
    if not isinstance(expression, tree.Attribute):
        return None
    of = _dotted(expression.of)
    return None if of is None else f"{of}.{expression.name}"


def with_words(expression: tree.Expression, environment: Environment) -> tree.Expression:
    """A list with the bare words in it as strings: ``classes = [circle, square]``."""
    if not isinstance(expression, tree.Sequence):
        return expression
    items = (
        tree.Literal(item.name, span=item.span)
        if isinstance(item, tree.Name) and not environment.has(item.name)
        else item
        for item in expression.items
    )
    return replace(expression, items=tuple(items))
