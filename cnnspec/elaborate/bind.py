"""One mechanism for every call: arguments to declared arguments, defaults, the nearest name."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from ..ir import (
    LAYERS,
    Argument,
    Bool,
    CallOf,
    CallsOf,
    OpError,
    Registry,
    Text,
    convert,
    known_as,
    signature,
)
from ..source import Diagnostic, Diagnostics, Span, did_you_mean
from ..source.values import Value
from ..syntax import tree
from .errors import (
    ArgumentGivenTwice,
    Failure,
    MissingArgument,
    Poisoned,
    PositionalAfterNamed,
    TooManyArguments,
    UnknownArgument,
    UnknownEntry,
    UnknownName,
)
from .evaluate import Environment, evaluate
from .words import gathered, spelled, with_words

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Slot(Value):
    """What the matching of arguments needs to know of a declared one."""

    name: str
    required: bool


def count(number: int, noun: str) -> str:
    return f"{'no' if number == 0 else number} {noun}{'' if number == 1 else 's'}"


def match(
    call: str, span: Span | None, given: Sequence[tree.Argument], slots: Sequence[Slot], found: Diagnostics
) -> dict[str, tree.Argument]:
    """Which argument goes to which slot; everything wrong with it is added to ``found``."""
    names, before = [slot.name for slot in slots], len(found.found)
    matched: dict[str, tree.Argument] = {}
    positional = [a for a in given if a.name is None]
    if len(positional) > len(slots):
        most, verb = count(len(slots), "argument"), "is" if len(positional) == 1 else "are"
        extra = positional[len(slots)]
        found.add(TooManyArguments(call=call, most=most, given=len(positional), verb=verb, span=extra.span))
    named_before = False
    for place, argument in enumerate(given):
        if argument.name is None:
            if named_before:
                found.add(PositionalAfterNamed(span=argument.span))
            elif place < len(names):
                matched[names[place]] = argument
            continue
        named_before = True
        _match_named(call, argument, names, matched, found)
    missing = [f"'{s.name}'" for s in slots if s.required and s.name not in matched]
    if missing and not found.found[before:]:
        head = f"{call}({', '.join(names)})"
        found.add(
            MissingArgument(
                call=call, names=" and ".join(missing), span=span, hints=(f"it is declared as {head}",)
            )
        )
    return matched


def _match_named(
    call: str,
    argument: tree.Argument,
    names: list[str],
    matched: dict[str, tree.Argument],
    found: Diagnostics,
) -> None:
    name = argument.name or ""
    span = argument.name_span or argument.span
    if name not in names:
        hints = did_you_mean(name, names) if names else (f"'{call}' takes no arguments",)
        found.add(UnknownArgument(call=call, name=name, span=span, hints=hints))
    elif name in matched:
        found.add(ArgumentGivenTwice(call=call, name=name, span=span))
    else:
        matched[name] = argument


def layer_hints(name: str, others: Iterable[str]) -> tuple[str, ...]:
    """What a call of the unknown layer ``name`` was meant to be: another tool's name, or one misspelt."""
    known = known_as(LAYERS, name)
    if known is not None:
        return (f"here it is called '{known}'",)
    return did_you_mean(name, (*LAYERS.entries, *others))


_SLOTS: dict[type, tuple[Slot, ...]] = {}


def slots_of(cls: type) -> tuple[Slot, ...]:
    """What a call of a registered class takes."""
    if cls not in _SLOTS:
        _SLOTS[cls] = tuple(Slot(a.name, a.required) for a in signature(cls))
    return _SLOTS[cls]


def bind(
    name: str,
    cls: type[T],
    call: tree.Call,
    environment: Environment,
    found: Diagnostics,
    defaults: Mapping[str, Any] | None = None,
) -> T | None:
    """An instance of the registered class ``cls`` from the arguments of ``call``.

    ``defaults`` are values of arguments that are not given. None where something is wrong; what it is has
    been added to ``found``.
    """
    before = len(found.found)
    known = defaults or {}
    values, poisoned = bind_values(name, cls, call, environment, found, known)
    if poisoned or len(found.found) > before:
        return None
    try:
        return cls(**{**known, **values})
    except OpError as error:
        found.add(place_error(error, call, cls).diagnostic)
        return None


def bind_values(
    name: str,
    cls: type,
    call: tree.Call,
    environment: Environment,
    found: Diagnostics,
    optional: Container[str] = (),
) -> tuple[dict[str, Any], bool]:
    """The converted arguments of ``call`` by name, and whether one depends on what was reported before.

    ``optional`` are arguments that may be left out though the class has no default for them.
    """
    slots = slots_of(cls)
    if optional:
        slots = tuple(Slot(s.name, s.required and s.name not in optional) for s in slots)
    matched = match(name, call.span, gathered(cls, call.arguments), slots, found)
    values: dict[str, Any] = {}
    poisoned = False
    for declared in signature(cls):
        if declared.name not in matched:
            continue
        try:
            values[declared.name] = _argument_value(
                name, declared, matched[declared.name], environment, found
            )
        except Failure as failure:
            found.add(failure.diagnostic)
        except Poisoned:
            poisoned = True
    return values, poisoned


def _argument_value(
    call: str, declared: Argument, given: tree.Argument, environment: Environment, found: Diagnostics
) -> Any:
    expression = given.value
    try:
        if isinstance(declared.kind, CallOf):
            return _bound_call(call, declared, expression, environment, found)
        if isinstance(declared.kind, CallsOf):
            return convert(call, declared, _bound_calls(call, declared, expression, environment, found))
        if declared.kind.dotted:
            expression = spelled(expression)
        if declared.kind.choices or declared.kind.any_word:
            if isinstance(expression, tree.Name) and not environment.has(expression.name):
                return _choice(call, declared, expression)
            expression = with_words(expression, environment)
        return convert(call, declared, evaluate(expression, environment))
    except OpError as error:
        raise Failure(replace(error.diagnostic, span=expression.span)) from None
    except Failure as failure:
        raise Failure(_with_quotes(failure.diagnostic, declared, expression)) from None


def _with_quotes(diagnostic: Diagnostic, declared: Argument, expression: tree.Expression) -> Diagnostic:
    """The hint that a string stands in quotes, for a bare word or path where one is wanted; and what a yes is called."""
    if not isinstance(diagnostic, UnknownName) or not expression.span:
        return diagnostic
    if isinstance(declared.kind, Bool):
        return replace(diagnostic, hints=(f"it must be {declared.kind.expected}",))
    if not isinstance(declared.kind, Text) and not declared.kind.any_word:
        return diagnostic
    return replace(diagnostic, hints=(f'a string stands in quotes: "{expression.span.text}"',))


def _choice(call: str, declared: Argument, expression: tree.Name) -> Any:
    """A bare word where the argument takes some: ``padding = same``."""
    try:
        return convert(call, declared, expression.name)
    except OpError as error:
        hints = did_you_mean(expression.name, declared.kind.choices)
        raise Failure(replace(error.diagnostic, span=expression.span, hints=hints)) from None


def _bound_call(
    call: str, declared: Argument, expression: tree.Expression, environment: Environment, found: Diagnostics
) -> Any:
    assert isinstance(declared.kind, CallOf | CallsOf)
    if isinstance(expression, tree.Name):
        expression = tree.Call(expression.name, (), span=expression.span, name_span=expression.span)
    if not isinstance(expression, tree.Call):
        return convert(call, declared, evaluate(expression, environment))
    bound = bind_entry(declared.kind.registry, expression, environment, found)
    if bound is None:
        raise Poisoned
    return bound


def _bound_calls(
    call: str, declared: Argument, expression: tree.Expression, environment: Environment, found: Diagnostics
) -> Any:
    """One bound call, or a tuple of what the items of a list are, all that is wrong with them being told."""
    if not isinstance(expression, tree.Sequence):
        return _bound_call(call, declared, expression, environment, found)
    items = []
    for item in expression.items:
        try:
            items.append(_bound_calls(call, declared, item, environment, found))
        except Poisoned:
            continue
        except OpError as error:
            found.add(replace(error.diagnostic, span=item.span))
    if len(items) < len(expression.items):
        raise Poisoned
    return tuple(items)


def bind_entry(
    registry: Registry[T], call: tree.Call, environment: Environment, found: Diagnostics
) -> T | None:
    """The entry of ``registry`` that ``call`` names, bound; None (and why, in ``found``) where it fails."""
    cls = registry.entries.get(call.name)
    if cls is None:
        hints = entry_hints(call.name, registry)
        found.add(
            UnknownEntry(kind=registry.kind, name=call.name, span=call.name_span or call.span, hints=hints)
        )
        return None
    return bind(call.name, cls, call, environment, found)


def entry_hints(name: str, registry: Registry[Any]) -> tuple[str, ...]:
    """What an unknown entry was meant to be: another tool's name for one, or one misspelt."""
    known = known_as(registry, name)
    return did_you_mean(name, registry.entries) if known is None else (f"here it is called '{known}'",)


def place_error(error: OpError, call: tree.Call, cls: type) -> Failure:
    """``error`` of a ``cls``, placed at the text of the argument it names, or at the call."""
    diagnostic = error.diagnostic
    if diagnostic.span is not None:
        return Failure(diagnostic)
    return Failure(replace(diagnostic, span=argument_span(error.argument, call, cls) or call.span))


def argument_span(name: str | None, call: tree.Call, cls: type) -> Span | None:
    """Where ``call`` gives the argument ``name`` of ``cls``, by name or by place."""
    declared = [a.name for a in signature(cls)]
    for place, argument in enumerate(call.arguments):
        if argument.name == name or (argument.name is None and declared[place : place + 1] == [name]):
            return argument.value.span
    return None
