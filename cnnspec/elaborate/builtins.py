"""The two calls of a body that are no layers: ``default(…)`` and ``require(…)``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..ir import LAYERS, describe_value
from ..source import Diagnostic, Diagnostics, Span
from ..source.values import Value
from ..syntax import tree
from .bind import Slot, bind_values, layer_hints, match, slots_of
from .errors import BadOperand, Failure, MalformedDefault, Poisoned, RequirementFailed, UnknownLayer
from .evaluate import Environment, evaluate, located
from .values import truth

BUILTINS = ("default", "require")
"""Names that no block may take."""

_REQUIRE = (Slot("condition", True), Slot("message", True))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Default(Value):
    """A value that a layer's argument has where it is not given, and where that was said."""

    value: Any
    span: Span | None = None


Defaults = Mapping[str, Mapping[str, Default]]
"""By layer, then by argument."""


def with_defaults(
    call: tree.Call, known: Defaults, environment: Environment, found: Diagnostics
) -> dict[str, Mapping[str, Default]]:
    """``known`` and what ``default(conv(bias = false), …)`` adds; what is wrong with it goes to ``found``."""
    merged = dict(known)
    for layer in _layers(call, found):
        cls = LAYERS.entries[layer.name]
        every = {slot.name for slot in slots_of(cls)}
        values, poisoned = bind_values(layer.name, cls, layer, environment, found, every)
        if not poisoned:
            new = {name: Default(value, layer.span) for name, value in values.items()}
            merged[layer.name] = {**merged.get(layer.name, {}), **new}
    return merged


def _layers(call: tree.Call, found: Diagnostics) -> Iterator[tree.Call]:
    """The layers that a ``default`` names, as calls."""
    if not call.arguments:
        problem = "default takes layers with the arguments that change: default(conv(bias = false))"
        found.add(MalformedDefault(problem=problem, span=call.span))
    for argument in call.arguments:
        layer = argument.value
        span = argument.name_span or layer.span
        if argument.name is not None or not isinstance(layer, tree.Call | tree.Name):
            problem = "default takes calls of layers, such as conv(bias = false)"
            found.add(MalformedDefault(problem=problem, span=span))
        elif layer.name not in LAYERS.entries:
            hints = layer_hints(layer.name, ()) or (
                "default is for layers: blocks have defaults in their heads",
            )
            at = layer.name_span if isinstance(layer, tree.Call) else layer.span
            found.add(UnknownLayer(name=layer.name, span=at, hints=hints))
        elif isinstance(layer, tree.Name) or not layer.arguments:
            problem = f"say what changes, as in {layer.name}(…)"
            found.add(MalformedDefault(problem=problem, span=span))
        else:
            yield layer


def _matched(layer: tree.Call, found: Diagnostics) -> dict[str, tree.Argument]:
    """The arguments of a layer in a ``default``, by name: none must be given."""
    slots = [Slot(slot.name, False) for slot in slots_of(LAYERS.entries[layer.name])]
    return match(layer.name, layer.span, layer.arguments, slots, found)


def defaulted(call: tree.Call) -> Iterator[tuple[str, str]]:
    """Layers and arguments that a ``default`` gives a value to, as far as it is right."""
    for layer in _layers(call, found := Diagnostics()):
        yield from ((layer.name, name) for name in _matched(layer, found))


def require(call: tree.Call, environment: Environment, found: Diagnostics) -> None:
    """``require(condition, "message")``: a failure with the message where the condition is false."""
    before = len(found.found)
    matched = match(call.name, call.span, call.arguments, _REQUIRE, found)
    if len(found.found) > before:
        raise Poisoned
    condition, message = (matched[slot.name].value for slot in _REQUIRE)
    text = evaluate(message, environment)
    if not isinstance(text, str):
        problem = f"the message of require is a string in quotes, not {describe_value(text)}"
        raise Failure(BadOperand(problem=problem, span=message.span))
    value = evaluate(condition, environment)
    with located(condition.span):
        holds = truth(value)
    if not holds:
        raise Failure(RequirementFailed(problem=text, span=condition.span))


def check_builtin(call: tree.Call) -> Iterator[Diagnostic]:
    """What is wrong with such a call as it stands, in code that is not reached."""
    found = Diagnostics()
    if call.name == "require":
        match(call.name, call.span, call.arguments, _REQUIRE, found)
    else:
        for layer in _layers(call, found):
            _matched(layer, found)
    yield from found.found
