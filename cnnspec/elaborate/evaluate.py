"""Expressions to values, in an environment of names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from ..source import Span, did_you_mean, nearest
from ..syntax import tree
from .errors import BadOperand, Failure, Poisoned, UnknownFunction, UnknownName
from .functions import FUNCTIONS, call_function
from .values import UNKNOWN, Tensor, attribute, binary, index, truth, unary

RESERVED = ("in", "here")
TRUTH = ("true", "false")


@dataclass(slots=True, eq=False, repr=False)
class Environment:
    """Names and values at one place. Values (``let``, parameters) come before labels.

    ``entry`` is the tensor that entered the block (``in``), ``current`` the one on the path
    (``here``); both None outside a body.
    """

    values: dict[str, Any] = field(default_factory=dict)
    labels: dict[str, Tensor] = field(default_factory=dict)
    entry: Tensor | None = None
    current: Tensor | None = None

    def lookup(self, name: str) -> Any:
        """The value of ``name``; raises KeyError where it has none."""
        if name == "in" and self.entry is not None:
            return self.entry
        if name == "here" and self.current is not None:
            return self.current
        return self.values[name] if name in self.values else self.labels[name]

    def has(self, name: str) -> bool:
        return name in self.values or name in self.labels or name in self.reserved

    @property
    def reserved(self) -> tuple[str, ...]:
        return RESERVED if self.entry is not None else ()

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.values, *self.labels, *self.reserved)


@contextmanager
def located(span: Span | None) -> Iterator[None]:
    """Give failures raised inside, that have no place yet, the place ``span``."""
    try:
        yield
    except Failure as failure:
        if failure.diagnostic.span is None:
            raise Failure(replace(failure.diagnostic, span=span)) from None
        raise


def evaluate(expression: tree.Expression, environment: Environment) -> Any:
    """The value of ``expression``.

    Raises :class:`Failure` where it has none, :class:`Poisoned` where it depends on a tensor
    that an error reported earlier left unknown.
    """
    return _EVALUATORS[type(expression)](expression, environment)


def _literal(e: tree.Literal, environment: Environment) -> Any:
    return e.value


def _name(e: tree.Name, environment: Environment) -> Any:
    try:
        value = environment.lookup(e.name)
    except KeyError:
        near = nearest(e.name, (*environment.names, *TRUTH))
        hints = (f"did you mean '{near}'?",) if near in TRUTH else did_you_mean(e.name, environment.names)
        raise Failure(UnknownName(name=e.name, span=e.span, hints=hints)) from None
    if value is UNKNOWN:
        raise Poisoned
    return value


def _attribute(e: tree.Attribute, environment: Environment) -> Any:
    of = evaluate(e.of, environment)
    with located(e.span):
        value = attribute(of, e.name)
    if value is UNKNOWN:
        raise Poisoned
    return value


def _index(e: tree.Index, environment: Environment) -> Any:
    of, at = evaluate(e.of, environment), evaluate(e.at, environment)
    with located(e.span):
        return index(of, at)


def _sequence(e: tree.Sequence, environment: Environment) -> tuple[Any, ...]:
    return tuple(evaluate(item, environment) for item in e.items)


def _unary(e: tree.Unary, environment: Environment) -> Any:
    operand = evaluate(e.operand, environment)
    with located(e.span):
        return unary(e.operator, operand)


def _binary(e: tree.Binary, environment: Environment) -> Any:
    left = evaluate(e.left, environment)
    if e.operator in ("and", "or"):
        with located(e.left.span):
            decided = truth(left) == (e.operator == "or")
        if decided:
            return left
        right = evaluate(e.right, environment)
        with located(e.right.span):
            return truth(right)
    right = evaluate(e.right, environment)
    with located(e.span):
        return binary(e.operator, left, right)


def _call(e: tree.Call, environment: Environment) -> Any:
    if e.name not in FUNCTIONS:
        raise Failure(
            UnknownFunction(name=e.name, span=e.name_span or e.span, hints=did_you_mean(e.name, FUNCTIONS))
        )
    for argument in e.arguments:
        if argument.name is not None:
            raise Failure(BadOperand(problem=f"{e.name} takes its arguments by place", span=argument.span))
    values = [evaluate(argument.value, environment) for argument in e.arguments]
    with located(e.span):
        return call_function(e.name, values)


_EVALUATORS: dict[type, Callable[[Any, Environment], Any]] = {
    tree.Literal: _literal,
    tree.Name: _name,
    tree.Attribute: _attribute,
    tree.Index: _index,
    tree.Sequence: _sequence,
    tree.Unary: _unary,
    tree.Binary: _binary,
    tree.Call: _call,
}
