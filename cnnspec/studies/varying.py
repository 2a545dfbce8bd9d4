"""Settings that a search goes through: ``width=16..256`` and ``depth=[1, 2, 4]`` of a command line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from ..source import Source, Span, SpecError
from .errors import BadVariation

Value: TypeAlias = int | float

_NUMBER = r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?"
_RANGE = re.compile(rf"({_NUMBER})\s*\.\.\s*({_NUMBER})(?:\s*:\s*({_NUMBER}))?")
_MOST = 100_000


@dataclass(frozen=True)
class Variation:
    """The values of one parameter in rising order: whole numbers, or decimal ones."""

    name: str
    values: Sequence[Value]
    written: str = ""

    def __str__(self) -> str:
        if isinstance(self.values, range):
            step = f":{self.values.step}" if len(self.values) > 1 and self.values.step > 1 else ""
            return f"{self.name} = {self.values[0]}..{self.values[-1]}{step}"
        return f"{self.name} = {self.written or list(self.values)}"


def read_variation(text: str) -> Variation:
    """``NAME=FROM..TO``, ``NAME=FROM..TO:STEP`` or ``NAME=[A, B, …]``; raises :class:`SpecError`."""
    source = Source("--vary", text)
    name, sign, rest = text.partition("=")
    name, given = name.strip(), rest.strip()
    at = Span(source, text.find(given, len(name)) if given else 0, len(text.rstrip()) or 1)
    try:
        if not sign or not name:
            raise _Wrong("a name and its values are given")
        values = _listed(given) if given.startswith("[") else _ranged(given)
    except _Wrong as wrong:
        hints = (f"did you mean '{name}={wrong.better}'?",) if wrong.better else ()
        raise SpecError([BadVariation(problem=str(wrong), span=at, hints=hints)]) from None
    return Variation(name, values, given)


class _Wrong(Exception):
    """What is wrong with values, and what may have been meant."""

    def __init__(self, problem: str, better: str = "") -> None:
        super().__init__(problem)
        self.better = better


def _listed(given: str) -> Sequence[Value]:
    if not given.endswith("]"):
        raise _Wrong("the list is not closed", given + "]")
    items = [item.strip() for item in given[1:-1].rstrip().removesuffix(",").split(",")]
    if items == [""]:
        raise _Wrong("the list is empty")
    for item in items:
        if not re.fullmatch(_NUMBER, item):
            raise _Wrong(f"'{item}' is no number, and only numbers can vary")
    return tuple(sorted({_value(Fraction(item)) for item in items}))


def _ranged(given: str) -> Sequence[Value]:
    found = _RANGE.fullmatch(given)
    if found is None:
        numbers = re.fullmatch(rf"{_NUMBER}(\s*,\s*{_NUMBER})*", given)
        raise _Wrong(f"'{given}' is no range of numbers", f"[{given}]" if numbers else "")
    low, high = Fraction(found[1]), Fraction(found[2])
    if found[3] is None and "." in found[1] + found[2]:
        raise _Wrong("a range of decimal numbers has a step", f"{given}:0.1")
    step = Fraction(found[3] or 1)
    if low > high:
        raise _Wrong(f"{found[1]}..{found[2]} is empty: the smaller number stands first")
    if step <= 0:
        raise _Wrong("a step is more than 0")
    count = int((high - low) // step) + 1
    if count > _MOST:
        raise _Wrong(f"{count:,} values are too many, the most are {_MOST:,}")
    if all(map(_is_whole, (low, high, step))):
        return range(int(low), int(high) + 1, int(step))
    return tuple(_value(low + place * step) for place in range(count))


def _is_whole(number: Fraction) -> bool:
    return number.denominator == 1


def _value(number: Fraction) -> Value:
    return int(number) if _is_whole(number) else float(number)
