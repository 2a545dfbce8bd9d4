"""What in a body gives a name its value, read from the tree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ...source import Span
from ...syntax import tree


def matched(arguments: Sequence[tree.Argument], names: Sequence[str]) -> dict[str, tree.Expression]:
    return {
        argument.name or names[place]: argument.value
        for place, argument in enumerate(arguments)
        if argument.name or place < len(names)
    }


def holds(outer: Span, inner: Span) -> bool:
    return outer.source is inner.source and outer.start <= inner.start and inner.end <= outer.end


def _children(node: tree.Tree) -> Iterator[tree.Tree]:
    """What a tree is made of, in the order of its text."""
    for name in node.__dataclass_fields__:
        yield from _trees(getattr(node, name))


def _trees(value: Any) -> Iterator[tree.Tree]:
    if isinstance(value, tree.Tree):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from _trees(each)


def names(node: tree.Tree) -> Iterator[tuple[str, tree.Tree]]:
    """The names that an expression reads, each with its attributes: ``in`` with ``in.channels``."""
    root = node
    while isinstance(root, tree.Attribute):
        root = root.of
    if isinstance(root, tree.Name):
        yield root.name, node
    else:
        for child in _children(node):
            yield from names(child)


def binder(body: tree.Body, name: str, before: Span | None) -> tree.Let | tree.For | None:
    """The last ``let`` before a place, or loop around it, that gives ``name`` a value; as a last resort a later ``let``,
    whose value a loop carries on."""
    found = [
        node
        for node in _walk(body)
        if (isinstance(node, tree.Let) and node.name == name)
        or (isinstance(node, tree.For) and name in node.names)
    ]
    if before is None:
        return found[-1] if found else None
    earlier = [
        node for node in found if node.span and node.span.start < before.start and _reaches(node, before)
    ]
    candidates = earlier or [node for node in found if isinstance(node, tree.Let)]
    return candidates[-1] if candidates else None


def _reaches(node: tree.Let | tree.For, before: Span) -> bool:
    """Whether a name is there at a place: after its ``let``, or in its loop's body."""
    if isinstance(node, tree.For):
        return node.span is not None and holds(node.span, before)
    return node.span is not None and node.span.end <= before.start


def _walk(body: Any) -> Iterator[Any]:
    for node in _trees(body):
        yield node
        yield from _walk(tuple(_children(node)))


def turns(statement: tree.For, name: str) -> tree.Tree:
    """The list that a loop's variable goes through: of ``zip(a, b)`` the one of its place."""
    values, place = statement.values, statement.names.index(name)
    if (
        isinstance(values, tree.Call)
        and values.name == "zip"
        and len(values.arguments) == len(statement.names)
    ):
        return values.arguments[place].value
    return values
