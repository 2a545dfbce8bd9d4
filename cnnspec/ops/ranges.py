"""Ranges of values that layers share."""

from __future__ import annotations

from ..ir import Range


def with_value(value: float, taken: Range) -> Range:
    """The range of values of ``taken`` and of ``value``."""
    return min(value, taken[0]), max(value, taken[1])


def scaled(factor: float, taken: Range) -> Range:
    """The range of values of ``taken``, each times ``factor``."""
    one, other = (0.0 if end == 0 or factor == 0 else end * factor for end in taken)
    return min(one, other), max(one, other)


def multiplied(one: Range, other: Range) -> Range:
    """The range of products of a value of each."""
    ends = [0.0 if a == 0 or b == 0 else a * b for a in one for b in other]
    return min(ends), max(ends)
