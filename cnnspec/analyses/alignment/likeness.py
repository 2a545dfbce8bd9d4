"""How much speaks for it that two parts correspond, as a whole number; 0: they have nothing in common.

A layer with weights counts twice, a scope for what it holds. From most to least: equal layers (``_SAME``), layers of one op
by their equal arguments (from ``_OP``), of one family (``_FAMILY``), of one label (``_LABEL``). Shapes, places
and numbers in names decide between what is otherwise alike.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from ...ir import Op, Shape, signature
from .parts import Bag, Contents, Part

_SAME = 100
_OTHER_SHAPE = 2
_OP, _ARGUMENTS = 60, 32
_FAMILY = 30
_LABEL = 30
_BLOCK = 10
_NUMBER, _PLACE = 1, 2
_WHOLE = 5
"""For scopes that hold the same layers in the same order: more than their number and place speak for others."""
ALIKE = 0.4
"""The common share of the layers, by op, from which parts that share no name are taken to correspond."""


@dataclass(frozen=True, slots=True, eq=False)
class Likeness:
    contents: Contents
    _known: dict[int, dict[int, int]] = field(default_factory=dict)

    def row(self, part: Part) -> dict[int, int]:
        """What is known of ``part`` against others, by their keys."""
        return self._known.setdefault(part.key, {})

    def unmarked(self, one: Part, other: Part) -> int:
        """The likeness of two parts, marks left out; kept in the ``row`` of ``one``."""
        row = self.row(one)
        if other.key not in row:
            row[other.key] = self._measured(one, other)
        return row[other.key]

    def marked(self, one: Part, other: Part) -> int:
        """The likeness of two parts that have the same mark."""
        unmarked = self.unmarked(one, other)
        if not one.labelled or not other.labelled or (one.scope is None) != (other.scope is None):
            counted_alike = unmarked and one.labelled == other.labelled
            return unmarked + (_NUMBER * self._lesser(one, other) if counted_alike else 0)
        shared = self._bags(one, other) if one.scope else 0
        return max(unmarked, shared) + _LABEL * self._lesser(one, other)

    def weight(self, part: Part) -> int:
        return self.contents.bags[part.content].weight

    def _measured(self, one: Part, other: Part) -> int:
        if one.scope is None or other.scope is None:
            return self._layers(one, other) if one.scope is other.scope else 0
        same_block = one.scope.block is not None and one.scope.block == other.scope.block
        if not same_block and alike(*self._both(one, other)) < ALIKE:
            return 0
        bonus = _BLOCK * same_block + _PLACE * (_place(one) == _place(other))
        bonus += _WHOLE * (one.content == other.content)
        return self._bags(one, other) + bonus * self._lesser(one, other)

    def _layers(self, one: Part, other: Part) -> int:
        a, b = self.contents.ops[one.content], self.contents.ops[other.content]
        if one.content == other.content:
            found = _SAME - _OTHER_SHAPE
        elif type(a) is type(b):
            found = _OP + int(_ARGUMENTS * _equal_arguments(a, b))
        else:
            found = _FAMILY if a.family == b.family else 0
        if found:
            found += _OTHER_SHAPE * (one.shape == other.shape) + _PLACE * (one.output and other.output)
        return found * self._lesser(one, other)

    def _bags(self, one: Part, other: Part) -> int:
        if one.content == other.content:
            return _SAME * self.weight(one) - _OTHER_SHAPE * (one.shape != other.shape)
        a, b = self._both(one, other)
        held = _OP * _common(a.kinds, b.kinds) + (_SAME - _OP - _OTHER_SHAPE) * _common(a.layers, b.layers)
        return int(held * (4 + alike(a, b)) / 5)

    def _lesser(self, one: Part, other: Part) -> int:
        return min(self.weight(one), self.weight(other))

    def _both(self, one: Part, other: Part) -> tuple[Bag, Bag]:
        return self.contents.bags[one.content], self.contents.bags[other.content]


def _place(part: Part) -> tuple[Shape, Shape]:
    """The height and width that enter and leave."""
    return part.enters[1:], part.shape[1:]


def alike(one: Bag, other: Bag) -> float:
    """The common share (0 to 1) of two bags' layers, by op."""
    return 2 * _common(one.kinds, other.kinds) / (one.weight + other.weight)


def _common(one: Counter[Any], other: Counter[Any]) -> int:
    return sum(min(count, other[thing]) for thing, count in one.items() if thing in other)


def _equal_arguments(one: Op, other: Op) -> float:
    names = [a.name for a in signature(type(one))]
    equal = sum(getattr(one, name) == getattr(other, name) for name in names)
    return equal / len(names) if names else 0.0
