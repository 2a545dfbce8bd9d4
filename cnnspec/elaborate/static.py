"""Names and arguments in code that elaboration did not reach: branches not taken, blocks not called."""

from __future__ import annotations

from collections.abc import Iterator

from ..ir import LAYERS
from ..source import Diagnostic, Diagnostics
from ..syntax import tree
from .bind import Slot, layer_hints, match, slots_of
from .builtins import BUILTINS, check_builtin, defaulted
from .errors import UnknownLayer
from .evaluate import RESERVED
from .modules import Definition, Module, ships_with
from .names import labels_of


def check_unreached(module: Module) -> Iterator[Diagnostic]:
    """Unknown layers and wrong arguments anywhere in the bodies of the module and of those that it uses."""
    modules = list(module.all())
    optional = {pair for each in modules for pair in _defaulted(each)}
    for each in modules:
        for definition in _definitions(each):
            known = {p.name for p in definition.parameters} | set(_bound(definition.body)) | set(RESERVED)
            for call in _calls(definition.body):
                yield from _check_call(call, known, each, optional)


def _definitions(module: Module) -> list[Definition]:
    return [*module.spec.blocks, *([module.spec.model] if module.spec.model else [])]


def _defaulted(module: Module) -> Iterator[tuple[str, str]]:
    """Layers and arguments that some ``default`` of the module is about: they may be left out."""
    for definition in _definitions(module):
        for call in _calls(definition.body):
            if call.name == "default":
                yield from defaulted(call)


def _check_call(
    call: tree.Call, known: set[str], module: Module, optional: set[tuple[str, str]]
) -> Iterator[Diagnostic]:
    found = Diagnostics()
    # A label inside a loop is numbered: s1, s2 …
    if not call.arguments and (call.name in known or call.name.rstrip("0123456789") in known):
        return
    if call.name in module.names:
        parameters = module.names[call.name][1].parameters
        match(
            call.name, call.span, call.arguments, [Slot(p.name, p.default is None) for p in parameters], found
        )
    elif call.name in LAYERS.entries:
        declared = slots_of(LAYERS.entries[call.name])
        slots = [Slot(s.name, s.required and (call.name, s.name) not in optional) for s in declared]
        match(call.name, call.span, call.arguments, slots, found)
    elif call.name in BUILTINS:
        found.found.extend(check_builtin(call))
    else:
        hints = ships_with(call.name) or layer_hints(call.name, (*module.names, *BUILTINS))
        found.add(UnknownLayer(name=call.name, span=call.name_span or call.span, hints=hints))
    yield from found.found


def _children(statement: tree.Statement) -> tuple[tree.Statement, ...]:
    match statement:
        case tree.Label(statement=inner) | tree.Output(statement=inner):
            return (inner,)
        case tree.Group(body=body) | tree.Repeat(body=body) | tree.For(body=body):
            return body
        case tree.If(body=body, orelse=orelse):
            return (*body, *(orelse or ()))
        case tree.Join(tracks=tracks):
            return tuple(inner for track in tracks for inner in track)
        case tree.Path(steps=steps):
            return steps
        case tree.Let(value=tree.Path() as path):
            return (path,)
        case _:
            return ()


def _walk(body: tree.Body) -> Iterator[tree.Statement]:
    waiting = list(reversed(body))
    while waiting:
        statement = waiting.pop()
        yield statement
        waiting.extend(reversed(_children(statement)))


def _calls(body: tree.Body) -> Iterator[tree.Call]:
    for statement in _walk(body):
        if isinstance(statement, tree.Call):
            yield statement
        elif isinstance(statement, tree.Join):
            yield statement.call


def _bound(body: tree.Body) -> Iterator[str]:
    """Names that ``let``, ``for`` and labels bind anywhere in a body."""
    for statement in _walk(body):
        if isinstance(statement, tree.Let):
            yield statement.name
        elif isinstance(statement, tree.For):
            yield from statement.names
    yield from labels_of(body)
