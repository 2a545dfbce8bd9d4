"""The pure functions of expressions."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..ir import describe_value
from ..source.values import Value
from .errors import Failure, Overflow
from .values import MAX_LIST, bad, bounded, is_number, truth

MANY = 1000
"""The most arguments of a function that takes any number of them."""


def make_divisible(value: float, divisor: int = 8, minimum: int | None = None) -> int:
    """The channel rounding of the MobileNet and EfficientNet definitions: never below 90 % of ``value``."""
    if divisor <= 0:
        raise bad("the divisor of make_divisible is above 0")
    rounded = max(divisor if minimum is None else minimum, int(value + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * value else rounded


def _range(*bounds: int) -> tuple[int, ...]:
    if any(isinstance(b, bool) or not isinstance(b, int) for b in bounds):
        raise bad("range takes whole numbers")
    if len(bounds) == 3 and bounds[2] == 0:
        raise bad("the step of range cannot be 0")
    numbers = range(*bounds)
    if len(numbers) > MAX_LIST:
        raise Failure(Overflow(what="the list", limit=f"lists hold up to {MAX_LIST:,} items"))
    return tuple(numbers)


def _over(operation: Callable[[Any], Any]) -> Callable[..., Any]:
    """``min(a, b)`` and ``min([a, b])`` alike."""
    return lambda *values: operation(
        values[0] if len(values) == 1 and isinstance(values[0], tuple) else values
    )


def _largest_or_least(operation: Callable[[Any], Any]) -> Callable[..., Any]:
    over = _over(operation)

    def checked(*values: Any) -> Any:
        if values == ((),):
            raise bad("an empty list has no smallest or largest item")
        return over(*values)

    return checked


def _zip(*lists: tuple[Any, ...]) -> tuple[Any, ...]:
    if len({len(each) for each in lists}) > 1:
        lengths = ", ".join(str(len(each)) for each in lists)
        raise bad(f"zip takes lists of one length; these have {lengths} items")
    return tuple(zip(*lists, strict=True))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Function(Value):
    """A pure function: ``takes`` counts its arguments (least, most); ``items`` says of what."""

    call: Callable[..., Any]
    takes: tuple[int, int]
    doc: str
    example: str
    items: str = "numbers"


FUNCTIONS: dict[str, Function] = {
    "min": Function(
        _largest_or_least(min), (1, MANY), "The smallest of its arguments, or of one list.", "min(3, 1, 2)"
    ),
    "max": Function(
        _largest_or_least(max), (1, MANY), "The largest of its arguments, or of one list.", "max([3, 1, 2])"
    ),
    "sum": Function(_over(sum), (1, MANY), "The sum of its arguments, or of one list.", "sum([3, 1, 2])"),
    "len": Function(len, (1, 1), "How many items a list has.", "len([64, 128])", "lists"),
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
    "zip": Function(
        _zip,
        (1, MANY),
        "The first items of several lists of one length, then the second ones, and so on.",
        "zip([64, 128], [3, 4])",
        "lists",
    ),
    "enumerate": Function(
        lambda items: tuple(enumerate(items)),
        (1, 1),
        "Each item with its place, from 0.",
        "enumerate([64, 128])",
        "lists",
    ),
    "where": Function(
        lambda condition, then, otherwise: then if truth(condition) else otherwise,
        (3, 3),
        "The second argument where the first is true, else the third.",
        "where(2 > 1, 64, 32)",
        "values",
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
    if function.items == "values":
        return True
    if function.items == "lists":
        return isinstance(value, tuple)
    return is_number(value) or (
        isinstance(value, tuple) and function.takes[1] == MANY and all(map(is_number, value))
    )


def call_function(name: str, values: list[Any]) -> Any:
    """Apply a pure function; raises :class:`Failure` where the values don't suit it."""
    function = FUNCTIONS[name]
    least, most = function.takes
    if not least <= len(values) <= most:
        count = f"{least}" if least == most else f"at least {least}" if most == MANY else f"{least} to {most}"
        raise bad(f"{name} takes {count} argument{'' if count == '1' else 's'}, not {len(values)}")
    for value in values:
        if not _fits(function, value):
            raise bad(f"{name} works on {function.items}, not on {describe_value(value)}")
    try:
        return bounded(function.call(*values))
    except (ValueError, TypeError, ZeroDivisionError, OverflowError) as error:
        raise bad(f"{name}: {error}") from None
