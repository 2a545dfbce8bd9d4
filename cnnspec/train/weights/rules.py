"""Rules of a section ``names`` from examples: what a few dozen layers are called here and there, as few patterns."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

_NUMBER = re.compile(r"(?<!\d)(0|[1-9]\d*)(?!\d)")
_AT_LEAST = 3
"""So many different numbers have to be on a line before a factor is believed."""
_PLAIN = re.compile(r'[^"\\{}<>*\n]+')
PLACE = -1
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Example:
    """A layer's name here and there, each cut into text and the numbers between (``text`` has one piece more). ``place`` is
    how many layers come before it, None where that is not known."""

    ours: str
    theirs: str
    our_text: tuple[str, ...]
    their_text: tuple[str, ...]
    our_numbers: tuple[int, ...]
    their_numbers: tuple[int, ...]
    place: int | None = None

    @classmethod
    def of(cls, ours: str, theirs: str, place: int | None = None) -> Example:
        mine, other = _NUMBER.split(ours), _NUMBER.split(theirs)
        return cls(
            ours,
            theirs,
            tuple(mine[::2]),
            tuple(other[::2]),
            tuple(map(int, mine[1::2])),
            tuple(map(int, other[1::2])),
            place,
        )


@dataclass(frozen=True)
class Term:
    """A number of theirs: ``factor`` * ours[``slot``] + ``offset``; with slot ``PLACE`` it is the layer's place that counts,
    with None the offset is all."""

    slot: int | None
    factor: int
    offset: int


def can_be_named(name: str) -> bool:
    """Whether a rule can have ``name`` in it."""
    return bool(_PLAIN.fullmatch(name))


def rules_from(
    names: Mapping[str, str], taken: Collection[str] = (), places: Mapping[str, int] | None = None
) -> list[tuple[str, str]]:
    """Patterns and names of rules that call every layer of ``names`` what it says there; ``taken`` are words that no number
    may be called by; ``places`` says how many layers come before each. Rules about one layer come first."""
    groups: dict[object, list[Example]] = {}
    for example in (Example.of(ours, theirs, (places or {}).get(ours)) for ours, theirs in names.items()):
        groups.setdefault((example.our_text, example.their_text), []).append(example)
    found: list[tuple[str, str]] = []
    for group in groups.values():
        found += _solved(group, frozenset(taken))
    order = {ours: place for place, ours in enumerate(names)}
    return sorted(found, key=lambda rule: ("{" in rule[0] or "*" in rule[0], order.get(rule[0], 0)))


def _solved(group: Sequence[Example], taken: frozenset[str]) -> list[tuple[str, str]]:
    """As few rules as are found for examples of the same text."""
    if len(group) == 1:
        return [(group[0].ours, group[0].theirs)]
    terms = _terms(group)
    if terms is not None:
        return [_rule(group, terms, taken)]
    slot = next(s for s in range(len(group[0].our_numbers)) if len(set(_column(group, s))) > 1)
    values = list(dict.fromkeys(_column(group, slot)))
    parts = [[e for e in group if e.our_numbers[slot] == value] for value in values]
    singly = [rule for part in parts for rule in _solved(part, taken)]
    rest = [e for e in group if e.our_numbers[slot] != values[0]]
    if len(values) == 2:
        return singly
    first_apart = [*_solved(parts[0], taken), *_solved(rest, taken)]
    return min(singly, first_apart, key=len)


def _column(group: Sequence[Example], slot: int) -> list[int]:
    return [example.our_numbers[slot] for example in group]


def _terms(group: Sequence[Example]) -> list[Term] | None:
    """A term for each of their numbers, None where one of them follows from none of ours."""
    found = []
    for place in range(len(group[0].their_numbers)):
        values = [example.their_numbers[place] for example in group]
        term = next(_candidates(group, values), None)
        if term is None:
            return None
        found.append(term)
    used = {term.slot for term in found}
    if PLACE in used:
        return found
    columns = [_column(group, s) for s in range(len(group[0].our_numbers))]
    told_apart = {tuple(c[i] for s, c in enumerate(columns) if s in used) for i in range(len(group))}
    return found if len(told_apart) == len(group) else None


def _candidates(group: Sequence[Example], values: Sequence[int]) -> Iterator[Term]:
    if len(set(values)) == 1:
        yield Term(None, 0, values[0])
        return
    columns = [_column(group, s) for s in range(len(group[0].our_numbers))]
    for slot, column in enumerate(columns):
        if len({value - n for value, n in zip(values, column, strict=True)}) == 1:
            yield Term(slot, 1, values[0] - column[0])
    for slot, column in enumerate(columns):
        points = sorted(set(zip(column, values, strict=True)))
        if len(points) < _AT_LEAST or len(set(column)) != len(points):
            continue
        (x, y), (x2, y2) = points[0], points[1]
        factor = (y2 - y) // (x2 - x)
        if factor > 1 and all(b == y + factor * (a - x) for a, b in points):
            yield Term(slot, factor, y - factor * x)
    offsets = {v - e.place if e.place is not None else None for v, e in zip(values, group, strict=True)}
    if len(group) >= _AT_LEAST and len(offsets) == 1 and (offset := offsets.pop()) is not None:
        yield Term(PLACE, 1, offset)


def _rule(group: Sequence[Example], terms: Sequence[Term], taken: frozenset[str]) -> tuple[str, str]:
    example, used = group[0], {term.slot for term in terms}
    letters: dict[int, str] = {}
    pattern = [example.our_text[0]]
    for slot, number in enumerate(example.our_numbers):
        if slot in used:
            letters[slot] = _letter(example.our_text[slot], {*letters.values(), *taken})
            pattern.append(f"{{{letters[slot]}}}")
        else:
            pattern.append(str(number) if len(set(_column(group, slot))) == 1 else "*")
        pattern.append(example.our_text[slot + 1])
    name = [example.their_text[0]]
    for term, text in zip(terms, example.their_text[1:], strict=True):
        name += [_expression(term, letters), text]
    return "".join(pattern), "".join(name)


def _letter(text: str, taken: Collection[str]) -> str:
    """The first letter of the word that a number stands behind, or another that is free."""
    words = re.findall(r"[a-z]+", text.lower())
    first = [words[-1][0]] if words else []
    free: str = next(c for c in [*first, *_LETTERS, *(f"n{i}" for i in range(99))] if c not in taken)
    return free


def _expression(term: Term, letters: Mapping[int, str]) -> str:
    if term.slot is None:
        return str(term.offset)
    word = "place" if term.slot == PLACE else letters[term.slot]
    number = word if term.factor == 1 else f"{term.factor} * {word}"
    sign = "" if not term.offset else f" {'+' if term.offset > 0 else '-'} {abs(term.offset)}"
    return f"{{{number}{sign}}}"
