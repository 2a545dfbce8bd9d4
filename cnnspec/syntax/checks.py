"""What holds of every tree that leaves this floor: bounded depth, one of each name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ..source import Diagnostic, Note, Source, Span
from . import errors, tree
from .literals import forbidden, show

MAX_STATEMENTS = 64
"""Statements in one another."""
MAX_LEVELS = 200
"""Levels of brackets and operators in one expression."""

_EXPRESSIONS: dict[type, Callable[[Any], Iterable[Any]]] = {
    tree.Attribute: lambda x: (x.of,),
    tree.Index: lambda x: (x.of, x.at),
    tree.Sequence: lambda x: x.items,
    tree.Unary: lambda x: (x.operand,),
    tree.Binary: lambda x: (x.left, x.right),
    tree.Call: lambda x: [a.value for a in x.arguments],
}
_EXPRESSION_PARTS: dict[type, Callable[[Any], Iterable[Any]]] = {
    tree.Path: lambda x: (x.start,),
    tree.Let: lambda x: () if isinstance(x.value, tree.Path) else (x.value,),
    tree.Repeat: lambda x: (x.count,),
    tree.For: lambda x: (x.values,),
    tree.If: lambda x: (x.condition,),
    tree.Join: lambda x: (x.call,),
}
_STATEMENT_PARTS: dict[type, Callable[[Any], Iterable[Any]]] = {
    tree.Label: lambda x: (x.statement,),
    tree.Output: lambda x: (x.statement,),
    tree.Group: lambda x: x.body,
    tree.Path: lambda x: x.steps,
    tree.Let: lambda x: (x.value,) if isinstance(x.value, tree.Path) else (),
    tree.Repeat: lambda x: x.body,
    tree.For: lambda x: x.body,
    tree.If: lambda x: (*x.body, *(x.orelse or ())),
    tree.Join: lambda x: [s for track in x.tracks for s in track],
}

_ORDINARY = {ord("\n"): None, ord("\t"): None}


def _none(_: Any) -> Iterable[Any]:
    return ()


def subexpressions(node: tree.Expression) -> Iterable[tree.Expression]:
    """The expressions right inside ``node``."""
    return _EXPRESSIONS.get(type(node), _none)(node)


def parts(node: Any) -> list[Any]:
    """The statements and expressions right inside a statement or an expression."""
    tables = (_EXPRESSIONS, _EXPRESSION_PARTS, _STATEMENT_PARTS)
    return [part for table in tables for part in table.get(type(node), _none)(node)]


def depth_of_expressions(roots: Iterable[Any]) -> list[Diagnostic]:
    """A diagnostic for the first expression in ``roots`` that nests too deeply."""
    waiting = [(x, 1) for x in roots]
    while waiting:
        node, level = waiting.pop()
        parts = _EXPRESSIONS.get(type(node))
        if parts is None:
            continue
        if level > MAX_LEVELS:
            return [errors.NestedTooDeeply(span=node.span, what="this expression is", limit=MAX_LEVELS)]
        waiting += [(x, level + 1) for x in parts(node)]
    return []


def depth_of_body(body: tree.Body) -> list[Diagnostic]:
    """Diagnostics for statements in ``body``, and expressions in them, that nest too deeply."""
    waiting: list[tuple[Any, int]] = [(s, 1) for s in body]
    expressions: list[Any] = []
    while waiting:
        node, level = waiting.pop()
        if level > MAX_STATEMENTS:
            return [errors.NestedTooDeeply(span=node.span, what="statements are", limit=MAX_STATEMENTS)]
        if type(node) is tree.Call:
            expressions.append(node)
            continue
        expressions += _EXPRESSION_PARTS.get(type(node), _none)(node)
        waiting += [(x, level + 1) for x in _STATEMENT_PARTS[type(node)](node)]
    return depth_of_expressions(expressions)


def depth_of_item(item: Any) -> list[Diagnostic]:
    """As :func:`depth_of_body`, for a whole use, model, block, section or assertion."""
    if isinstance(item, tree.Model | tree.Block):
        shape = item.input if isinstance(item, tree.Model) else ()
        defaults = [p.default for p in item.parameters if p.default is not None]
        return depth_of_expressions([*defaults, *shape]) or depth_of_body(item.body)
    if isinstance(item, tree.Section):
        return depth_of_expressions([*item.calls, *(a.value for a in item.arguments)])
    if isinstance(item, tree.Assertion):
        return depth_of_expressions([item.measure])
    return depth_of_expressions(a.value for a in item.arguments or ())


def duplicates(items: Iterable[Any]) -> list[Diagnostic]:
    """Second models, and blocks and sections of a name that came before."""
    kinds: dict[type, Callable[..., Diagnostic]] = {
        tree.Block: errors.DuplicateBlock,
        tree.Section: errors.DuplicateSection,
        tree.Model: errors.DuplicateModel,
    }
    seen: dict[tuple[type, str], Any] = {}
    found: list[Diagnostic] = []
    for item in items:
        if type(item) not in kinds:
            continue
        key = (type(item), "" if isinstance(item, tree.Model) else item.name)
        first = seen.setdefault(key, item)
        if first is not item:
            notes = (Note("first here", first.name_span),)
            found.append(kinds[type(item)](span=item.name_span, name=item.name, notes=notes))
    return found


def strange(source: Source) -> list[Diagnostic]:
    """Characters that no spec may hold, in either surface."""
    if source.text.translate(_ORDINARY).isprintable():
        return []
    return [
        errors.UnexpectedCharacter(span=Span(source, m.start(), m.end()), shown=show(m[0][0]))
        for m, _ in zip(forbidden().finditer(source.text), range(20), strict=False)
    ]
