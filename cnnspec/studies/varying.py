"""Settings that a search goes through: ``width=16..256`` and ``depth=[1, 2, 4]`` of a command line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..source import Source, Span, SpecError
from .errors import BadVariation

_RANGE = re.compile(r"(-?\d+)\s*\.\.\s*(-?\d+)(?:\s*:\s*(\d+))?")
_LIST = re.compile(r"\[\s*(-?\d+(?:\s*,\s*-?\d+)*)\s*,?\s*\]")
_MOST = 100_000


@dataclass(frozen=True)
class Variation:
    """The values of one parameter in rising order."""

    name: str
    values: Sequence[int]

    def __str__(self) -> str:
        step = self.values[1] - self.values[0] if len(self.values) > 1 else 1
        if isinstance(self.values, range):
            return f"{self.name} = {self.values[0]}..{self.values[-1]}" + (f":{step}" if step > 1 else "")
        return f"{self.name} = {list(self.values)}"


def read_variation(text: str) -> Variation:
    """``NAME=FROM..TO``, ``NAME=FROM..TO:STEP`` or ``NAME=[A, B, …]``, whole numbers; raises :class:`SpecError`."""
    source = Source("--vary", text)
    name, sign, rest = text.partition("=")
    name, given = name.strip(), rest.strip()
    at = Span(source, text.find(given, len(name)) if given else 0, len(text.rstrip()) or 1)
    if not sign or not name:
        raise SpecError([BadVariation(problem="a name and its values are given", span=at)])
    if listed := _LIST.fullmatch(given):
        return Variation(name, tuple(sorted({int(value) for value in listed.group(1).split(",")})))
    found = _RANGE.fullmatch(given)
    if found is None:
        raise SpecError([BadVariation(problem=f"'{given}' is no range of whole numbers", span=at)])
    low, high, step = int(found.group(1)), int(found.group(2)), int(found.group(3) or 1)
    if low > high or step < 1:
        problem = (
            f"{low}..{high} is empty: the smaller number stands first"
            if low > high
            else "a step is 1 or more"
        )
        raise SpecError([BadVariation(problem=problem, span=at)])
    values = range(low, high + 1, step)
    if len(values) > _MOST:
        raise SpecError([BadVariation(problem=f"{len(values):,} values are too many", span=at)])
    return Variation(name, values)
