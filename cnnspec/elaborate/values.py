"""Values of expressions: numbers, booleans, strings, lists and tensors; the pure functions."""

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


def _bad(problem: str) -> Failure:
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
    if not (is_number(a) and is_number(b)):
        raise _bad(f"'{operator}' works on numbers, not on {describe_value(a)} and {describe_value(b)}")
    if operator in _ORDER:
        return _ORDER[operator](a, b)
    return bounded(_ARITHMETIC[operator](a, b))


def unary(operator: str, a: Any) -> Any:
    if operator == "not":
        return not truth(a)
    if not is_number(a):
        raise _bad(f"'{operator}' works on a number, not on {describe_value(a)}")
    return -a if operator == "-" else a


def truth(value: Any) -> bool:
    """``value`` as a condition; only true and false are."""
    if not isinstance(value, bool):
        raise _bad(f"a condition is true or false, not {describe_value(value)}")
    return value


def attribute(value: Any, name: str) -> Any:
    """``in.channels``, ``backbone.stage4``."""
    if not isinstance(value, Tensor):
        raise Failure(NoAttribute(of=describe_value(value), name=name))
    if name in value.inner:
        return value.inner[name]
    names = ("channels", "height", "width") if len(value.shape) == 3 else ("features",)
    if name == "shape":
        return value.shape
    if name not in names:
        known = ", ".join([*names, "shape", *value.inner])
        raise Failure(NoAttribute(of=value.described, name=name, hints=(f"it has: {known}",)))
    return value.shape[names.index(name)]


def index(value: Any, at: Any) -> Any:
    if not isinstance(value, tuple):
        raise _bad(f"only a list can be indexed, not {describe_value(value)}")
    if isinstance(at, bool) or not isinstance(at, int):
        raise _bad(f"an index is a whole number, not {describe_value(at)}")
    if not -len(value) <= at < len(value):
        raise _bad(f"index {at} is outside the list of {len(value)}")
    return value[at]


def make_divisible(value: float, divisor: int = 8, minimum: int | None = None) -> int:
    """The channel rounding of the MobileNet and EfficientNet definitions: never below 90 % of ``value``."""
    rounded = max(divisor if minimum is None else minimum, int(value + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * value else rounded


def _range(*bounds: int) -> tuple[int, ...]:
    if any(isinstance(b, bool) or not isinstance(b, int) for b in bounds):
        raise _bad("range takes whole numbers")
    if len(bounds) == 3 and bounds[2] == 0:
        raise _bad("the step of range cannot be 0")
    numbers = range(*bounds)
    if len(numbers) > MAX_LIST:
        raise Failure(Overflow(what="the list", limit=f"lists hold up to {MAX_LIST:,} items"))
    return tuple(numbers)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Function(Value):
    """A pure function: ``takes`` counts its arguments (least, most); ``items`` says of what."""

    call: Callable[..., Any]
    takes: tuple[int, int]
    doc: str
    example: str
    items: str = "numbers"


def _over(operation: Callable[[Any], Any]) -> Callable[..., Any]:
    """``min(a, b)`` and ``min([a, b])`` alike."""
    return lambda *values: operation(
        values[0] if len(values) == 1 and isinstance(values[0], tuple) else values
    )


FUNCTIONS: dict[str, Function] = {
    "min": Function(_over(min), (1, 1000), "The smallest of its arguments, or of one list.", "min(3, 1, 2)"),
    "max": Function(_over(max), (1, 1000), "The largest of its arguments, or of one list.", "max([3, 1, 2])"),
    "sum": Function(_over(sum), (1, 1000), "The sum of its arguments, or of one list.", "sum([3, 1, 2])"),
    "len": Function(len, (1, 1), "How many items a list has.", "len([64, 128])", "a list"),
    "abs": Function(abs, (1, 1), "The value without its sign.", "abs(-3)"),
    "floor": Function(math.floor, (1, 1), "The next whole number downwards.", "floor(-2.5)"),
    "ceil": Function(math.ceil, (1, 1), "The next whole number upwards.", "ceil(2.1)"),
    "round": Function(round, (1, 1), "The nearest whole number; a half goes to the even one.", "round(2.5)"),
    "int": Function(int, (1, 1), "The whole part, towards zero.", "int(-2.7)"),
    "range": Function(
        _range,
        (1, 3),
        "Whole numbers: `range(stop)` from 0, `range(start, stop)`, `range(start, stop, step)`, without `stop`.",
        "range(1, 8, 2)",
    ),
    "make_divisible": Function(
        make_divisible,
        (1, 3),
        "`make_divisible(value, divisor = 8, minimum = divisor)`, given by place: `value` to the nearest "
        "multiple of `divisor`, never below `minimum` nor 90 % of `value`. The rounding of channels in "
        "MobileNet and EfficientNet.",
        "make_divisible(24 * 1.4, 8)",
    ),
}


def _fits(function: Function, value: Any) -> bool:
    if function.items == "a list":
        return isinstance(value, tuple)
    return is_number(value) or (
        isinstance(value, tuple) and function.takes[1] == 1000 and all(map(is_number, value))
    )


def call_function(name: str, values: list[Any]) -> Any:
    """Apply a pure function; raises :class:`Failure` where the values don't suit it."""
    function = FUNCTIONS[name]
    least, most = function.takes
    if not least <= len(values) <= most:
        count = f"{least}" if least == most else f"at least {least}" if most == 1000 else f"{least} to {most}"
        raise _bad(f"{name} takes {count} argument{'' if count == '1' else 's'}, not {len(values)}")
    for value in values:
        if not _fits(function, value):
            raise _bad(f"{name} works on {function.items}, not on {describe_value(value)}")
    try:
        return bounded(function.call(*values))
    except (ValueError, TypeError, ZeroDivisionError, OverflowError) as error:
        raise _bad(f"{name}: {error}") from None
