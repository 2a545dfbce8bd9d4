"""A sheet of workings: what is given, formulas with the numbers put in, sums; or with gaps, and the answers apart."""

from __future__ import annotations

from dataclasses import dataclass

from ...ir import Figure
from ...source import Span
from ...source.values import Value

GAP = "____"
TITLES: dict[Figure, str] = {
    "size": "Output size",
    "params": "Parameters",
    "macs": "Multiply-adds",
    "receptive-field": "Receptive field",
    "memory": "Memory",
}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Known(Value):
    """``k = 11``: a number that is given, what it is, and where it comes from."""

    symbol: str
    value: str
    words: str
    place: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Equation(Value):
    """``symbol = sides[0] = sides[1] …``; the last side is the result. ``same``: the numbers are those of the one before."""

    words: str
    symbol: str
    sides: tuple[str, ...]
    note: str = ""
    same: bool = False


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Sum(Value):
    """A written addition: (name, how it comes about, number) a row, and the total."""

    words: str
    symbol: str
    rows: tuple[tuple[str, str, str], ...]
    total: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Table(Value):
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Section(Value):
    title: str
    items: tuple[Equation | Sum | Table, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Entry(Value):
    """One layer or part. ``span`` is its call in the spec."""

    title: str
    what: str
    span: Span | None
    knowns: tuple[Known, ...]
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Sheet(Value):
    """``answers`` are those of the gaps, in the order of their numbers from 1; empty where there are none."""

    model: str
    entries: tuple[Entry, ...]
    answers: tuple[str, ...] = ()
