"""Values of expressions: numbers, booleans, strings, lists and tensors, and what operators make of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..ir import Shape, describe_value, show
from ..source.values import Value
from .errors import BadOperand, DivisionByZero, Failure, NoAttribute, Overflow

MAX_INTEGER = 2**63
MAX_LIST = 100_000

labels_read = 0
"""How often a label inside a tensor has been read, in all; a copy of a block must not depend on one."""
shapes_read = 0
"""How often a size of a tensor has been read; a copy for other sizes must not depend on one."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Tensor(Value):
    """A tensor as elaboration knows it: the node that gives it, and the labels inside that part.

    ``node`` is None where an error has been reported already and the shape is unknown.
    """

    node: int | None
    shape: Shape = ()
    inner: Mapping[str, Tensor] = field(default_factory=dict, compare=False)

    @property
    def described(self) -> str:
        return f"a tensor of {show(self.shape)}"


UNKNOWN = Tensor(None)


def is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def bounded(value: Any) -> Any:
    """``value``, or a failure where it has grown beyond all use."""
    if isinstance(value, int) and not -MAX_INTEGER < value < MAX_INTEGER:
        raise Failure(Overflow(what="the number", limit="integers stay below 2**63"))
    if isinstance(value, float) and not math.isfinite(value):
        raise Failure(Overflow(what="the number", limit="it is not finite"))
    if isinstance(value, tuple) and len(value) > MAX_LIST:
        raise Failure(Overflow(what="the list", limit=f"lists hold up to {MAX_LIST:,} items"))
    return value


def bad(problem: str) -> Failure:
    return Failure(BadOperand(problem=problem))


def _nonzero(operation: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def checked(a: Any, b: Any) -> Any:
        if b == 0:
            raise Failure(DivisionByZero())
        return operation(a, b)

    return checked


_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": _nonzero(lambda a, b: a / b),
    "//": _nonzero(lambda a, b: a // b),
    "%": _nonzero(lambda a, b: a % b),
}
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def equal(a: Any, b: Any) -> bool:
    """Equality that keeps true apart from 1; lists item by item."""
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(map(equal, a, b))
    return isinstance(a, bool) == isinstance(b, bool) and bool(a == b)


def binary(operator: str, a: Any, b: Any) -> Any:
    """``a operator b`` for all operators but ``and`` and ``or``."""
    if operator in ("==", "!="):
        return equal(a, b) == (operator == "==")
    if operator == "+" and isinstance(a, tuple) and isinstance(b, tuple):
        return bounded(a + b)
    if operator == "*" and (isinstance(a, tuple) or isinstance(b, tuple)):
        return _repeated(a, b)
    if not (is_number(a) and is_number(b)):
        raise bad(f"'{operator}' works on numbers, not on {describe_value(a)} and {describe_value(b)}")
    if operator in _ORDER:
        return _ORDER[operator](a, b)
    return bounded(_ARITHMETIC[operator](a, b))


def _repeated(a: Any, b: Any) -> tuple[Any, ...]:
    """``[1] * 3``: a list, again and again."""
    items, times = (a, b) if isinstance(a, tuple) else (b, a)
    if isinstance(times, bool) or not isinstance(times, int) or times < 0:
        raise bad(f"a list is repeated a whole number of times, not {describe_value(times)}")
    if len(items) * times > MAX_LIST:
        raise Failure(Overflow(what="the list", limit=f"lists hold up to {MAX_LIST:,} items"))
    return items * times


def unary(operator: str, a: Any) -> Any:
    if operator == "not":
        return not truth(a)
    if not is_number(a):
        raise bad(f"'{operator}' works on a number, not on {describe_value(a)}")
    return -a if operator == "-" else a


def truth(value: Any) -> bool:
    """``value`` as a condition; only true and false are."""
    if not isinstance(value, bool):
        raise bad(f"a condition is true or false, not {describe_value(value)}")
    return value


def attribute(value: Any, name: str) -> Any:
    """``in.channels``, ``backbone.stage4``."""
    if not isinstance(value, Tensor):
        raise Failure(NoAttribute(of=describe_value(value), name=name))
    global labels_read, shapes_read
    if name in value.inner:
        labels_read += 1
        return value.inner[name]
    shapes_read += 1
    names = ("channels", "height", "width") if len(value.shape) == 3 else ("features",)
    if name == "shape":
        return value.shape
    if name not in names:
        known = ", ".join([*names, "shape", *value.inner])
        raise Failure(NoAttribute(of=value.described, name=name, hints=(f"it has: {known}",)))
    return value.shape[names.index(name)]


def index(value: Any, at: Any) -> Any:
    if not isinstance(value, tuple):
        raise bad(f"only a list can be indexed, not {describe_value(value)}")
    if isinstance(at, bool) or not isinstance(at, int):
        raise bad(f"an index is a whole number, not {describe_value(at)}")
    if not -len(value) <= at < len(value):
        raise bad(f"index {at} is outside the list of {len(value)}")
    return value[at]
