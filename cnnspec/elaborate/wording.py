"""Small helpers of the interpreter: what it shows of calls and loops, and the diagnostics it words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from ..ir import LAYERS, Op, WrongInputCount, describe_value
from ..source import Diagnostic, Span
from ..syntax import tree
from .bind import layer_hints
from .builtins import BUILTINS
from .errors import BadCount, BadLabel, Failure, UnknownLayer
from .evaluate import RESERVED, Environment
from .functions import FUNCTIONS
from .layer_values import LayerValue
from .modules import Definition, ships_with
from .values import Tensor, equal


def call_title(call: tree.Call, definition: Definition, values: dict[str, Any]) -> str:
    """``bottleneck(64, stride = 2)``: the values that were given, but for those that are the default anyway."""
    shown, by_name = [], False
    order = [p.name for p in definition.parameters]
    defaults = {p.name: p.default for p in definition.parameters}
    for place, argument in enumerate(call.arguments):
        name = argument.name or order[place]
        value, default = values.get(name), defaults.get(name)
        if (
            isinstance(default, tree.Literal)
            and not isinstance(value, Tensor)
            and equal(value, default.value)
        ):
            by_name = True
        else:
            shown.append(f"{name} = {_short(value)}" if by_name or argument.name else _short(value))
    return f"{call.name}({', '.join(shown)})" if shown else call.name


def _short(value: Any) -> str:
    if isinstance(value, Tensor):
        return "…"
    if isinstance(value, LayerValue):
        return value.written
    if isinstance(value, tuple):
        return f"[{', '.join(map(_short, value))}]"
    if isinstance(value, float):
        return f"{value:.6g}"
    return f'"{value}"' if isinstance(value, str) else describe_value(value)


def loop_head(statement: tree.Repeat | tree.For) -> Span | None:
    """The text of a loop before its body."""
    end = statement.count.span if isinstance(statement, tree.Repeat) else statement.values.span
    return Span(end.source, statement.span.start, end.end) if statement.span and end else None


def index_of(definition: Definition, definitions: tuple[Definition, ...]) -> int:
    """The place of ``definition`` itself, not of an equal one."""
    return next(i for i, d in enumerate(definitions) if d is definition)


def unpack(names: tuple[str, ...], value: Any) -> dict[str, Any]:
    """One item of a ``for`` to its names."""
    if len(names) == 1:
        return {names[0]: value}
    if not isinstance(value, tuple) or len(value) != len(names):
        problem = f"each item must have {len(names)} values ({', '.join(names)}), not {describe_value(value)}"
        raise Failure(BadCount(problem=problem))
    return dict(zip(names, value, strict=True))


def check_name(name: str, span: Span | None) -> None:
    """Refuse a label or ``let`` of a name that every body has."""
    if name in RESERVED:
        raise Failure(BadLabel(name=name, reason="it is the name of a tensor in every body", span=span))


def check_label(label: tree.Label) -> None:
    """Refuse a label that every body has, or that was meant to be a join."""
    span = label.name_span or label.span
    check_name(label.name, span)
    layer = LAYERS.entries.get(label.name)
    if layer is not None and layer.inputs[0] > 1 and not isinstance(label.statement, tree.Join):
        hints = (f"write its tracks: {label.name} {{ | … | … }}, in YAML a list of lists: [[…], […]]",)
        reason = "it is a layer that joins tracks"
        raise Failure(BadLabel(name=label.name, reason=reason, span=span, hints=hints))


def wrong_input_count(call: tree.Call, cls: type[Op], given: int) -> Diagnostic:
    """A join with too few tracks, or tracks for a layer that takes one tensor."""
    least, most = cls.inputs
    expected = (
        "one tensor" if most == 1 else f"at least {least} tensors" if most is None else f"{least} tensors"
    )
    hints = (f"write its tracks: {call.name} {{ | … | … }}",) if least > 1 else ()
    found = "1" if given == 1 else str(given)
    return WrongInputCount(call=call.name, expected=expected, found=found, span=call.span, hints=hints)


def layer_in_expression(diagnostic: Diagnostic) -> Diagnostic:
    """``let x = conv(8, 3)``: the hint that a layer needs a path."""
    name = getattr(diagnostic, "name", None)
    if diagnostic.code in ("unknown-function", "unknown-name") and name in LAYERS.entries:
        return replace(diagnostic, hints=(f"'{name}' is a layer: start a path, as in 'here -> {name}'",))
    return diagnostic


def unknown_layer(call: tree.Call, environment: Environment, names: Iterable[str]) -> Diagnostic:
    """A call of what is no layer, block or tensor: what it is instead, or was meant to be."""
    if call.name in FUNCTIONS:
        hints: tuple[str, ...] = (f"'{call.name}' is a function: it can stand in an expression",)
    elif environment.has(call.name):
        known = environment.lookup(call.name)
        layer = isinstance(known, LayerValue)
        hints = (
            f"'{call.name}' holds a layer with its arguments: write it without any"
            if layer
            else f"'{call.name}' is a value here, not a layer",
        )
    else:
        tensors = [n for n, v in environment.values.items() if isinstance(v, Tensor)]
        hints = ships_with(call.name) or layer_hints(
            call.name, (*names, *tensors, *environment.labels, *BUILTINS)
        )
    return UnknownLayer(name=call.name, span=call.name_span or call.span, hints=hints)
