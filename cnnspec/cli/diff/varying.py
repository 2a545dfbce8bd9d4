"""Rates that go on from block to block, as those of stochastic depth do: in each another value, before and after. They are
told once, and rows leave them out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain

from ...analyses.changes import Part, Side
from ...backends.drawing.titles import CALL, ELLIPSIS, arguments
from ...source.values import Value
from ...train.wording import printable
from .words import TIMES, Parameters, became, given

_LEAST = 4
"""So many different changes of one argument are told as one."""
_LEFT_OUT = ELLIPSIS, f"{ELLIPSIS} (below)"
"""What stands for what it was, and for what it is."""

Key = tuple[str, str]
"""A block or layer, and one of its arguments."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Rate(Value):
    """A ``text`` for an argument ``name`` of a block or layer (``of_layer``)."""

    name: str
    text: str
    of_layer: bool

    def told_in(self, words: Iterable[str]) -> bool:
        """Whether rows that say this leave it out: a layer's is in a row of its own, where it has one."""
        return not self.of_layer or any(f"{self.name} {became(*_LEFT_OUT)}" in text for text in words)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Folded(Value):
    """The tree of parts with an ellipsis for the values of ``rates``."""

    root: Part
    rates: tuple[Rate, ...]


def folded_rates(root: Part, parameters: tuple[Parameters, Parameters]) -> Folded:
    """Every argument that is a fraction and became another one in many ways, told in a line each."""
    found: dict[Key, list[tuple[str, str]]] = {}
    for key, change in _changed(root, parameters):
        found.setdefault(key, []).append(change)
    rates = {key: changes for key, changes in found.items() if _is_rate(changes)}
    blocks = set(chain(*parameters))
    told = tuple(
        Rate(name, _text(what, name, changes), what not in blocks) for (what, name), changes in rates.items()
    )
    return Folded(_without(root, rates, parameters), told) if rates else Folded(root, ())


def _changed(part: Part, parameters: tuple[Parameters, Parameters]) -> Iterator[tuple[Key, tuple[str, str]]]:
    """What became of the arguments of every block's call and of every layer."""
    one, other = part.first, part.second
    if one and other and one.block and one.block == other.block:
        before, after = (
            given(side.title, known.get(one.block, {}))
            for side, known in zip((one, other), parameters, strict=True)
        )
        for name in before.keys() & after.keys():
            yield (one.block, name), (before[name], after[name])
    for difference in part.differences:
        if difference.kind == "argument":
            yield (_op(part.some), difference.what), (difference.before, difference.after)
    for inner in part.parts:
        yield from _changed(inner, parameters)


def _op(side: Side) -> str:
    return side.title.partition(" ")[0]


def _is_rate(changes: list[tuple[str, str]]) -> bool:
    different = {change for change in changes if change[0] != change[1]}
    return len(different) >= _LEAST and all(map(_is_fraction, chain(*different)))


def _is_fraction(text: str) -> bool:
    try:
        return not float(text).is_integer()
    except ValueError:
        return False


def _text(what: str, name: str, changes: list[tuple[str, str]]) -> str:
    before, after = (f"{values[0]}{ELLIPSIS}{values[-1]}" for values in zip(*changes, strict=True))
    return printable(f"{name} of {what} {TIMES}{len(changes)}: {became(before, after)}")


def _without(part: Part, rates: Mapping[Key, object], parameters: tuple[Parameters, Parameters]) -> Part:
    sides = zip((part.first, part.second), parameters, strict=True)
    first, second = (side and _shortened(side, rates, known) for side, known in sides)
    differences = tuple(
        replace(d, before=_LEFT_OUT[0], after=_LEFT_OUT[1]) if (_op(part.some), d.what) in rates else d
        for d in part.differences
    )
    parts = tuple(_without(inner, rates, parameters) for inner in part.parts)
    return replace(part, first=first, second=second, differences=differences, parts=parts)


def _shortened(side: Side, rates: Mapping[Key, object], parameters: Parameters) -> Side:
    """With an ellipsis for the rates in its call; of a layer for all of its arguments."""
    if side.block is None:
        op = _op(side)
        return replace(side, title=f"{op} {ELLIPSIS}") if any(what == op for what, _ in rates) else side
    call = CALL.fullmatch(side.title)
    names = [name for what, name in rates if what == side.block]
    if call is None or not names:
        return side
    places = list(parameters.get(side.block, {}))
    inside = [
        (key, ELLIPSIS if (key or "".join(places[place : place + 1])) in names else value)
        for place, (key, value) in enumerate(arguments(call.group(2)))
    ]
    text = ", ".join(f"{key} = {value}" if key else value for key, value in inside)
    return replace(side, title=f"{call.group(1)}({text})")
