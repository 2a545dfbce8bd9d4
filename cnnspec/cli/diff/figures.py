"""The figures of a diff's rows: a column is one entry of ``FIGURES``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ...analyses.changes import Part, Side
from ...analyses.receptive_field import Field
from ...backends.drawing.titles import ELLIPSIS
from ...ir import Shape
from ...source.values import Value
from .words import ARROW, MINUS, became

DIGITS = (4, 3)
"""So many digits numbers have that are too large to be told exactly, and where a terminal is narrow."""
_EXACT = {4: 10**6, 3: 10**4}
"""From there on counts are too large."""
_MOST_DIGITS = 8
_FAR = 100
"""Numbers that are so many times apart have units of their own."""
_LONGEST_SPAN, _LONGEST_SPANS = 18, 22
"""So many letters the figures of several parts have at most, in one network and in both; that they differ is told as an
ellipsis otherwise."""
_UNITS = ((10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "k"))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Figure(Value):
    """A figure of a part. ``text`` tells its ``value`` in so many digits, ``both`` what it was and is; ``adds_up``: that of
    a part is the sum of those inside of it; otherwise ``span`` tells the first and last of several parts."""

    name: str
    title: str
    value: Callable[[Side], object]
    text: Callable[[object, int], str]
    both: Callable[[object, object, int], str]
    adds_up: bool = True
    span: Callable[[object, object], str] = lambda first, last: ELLIPSIS

    def cell(self, part: Part, rest: bool = False, everything: bool = False, digits: int = DIGITS[0]) -> str:
        """What a row shows: nothing where the figure is the same, unless ``everything`` is to be seen."""
        if rest and not self.adds_up:
            return ""
        if part.first is None or part.second is None:
            return self._alone(part, digits)
        if not self.adds_up and (len(part.first.each), len(part.second.each)) != (1, 1):
            return self._range(part.first, part.second, everything, digits)
        before, after = self.value(part.first), self.value(part.second)
        if before == after:
            return self.text(after, digits) if everything and after else ""
        return self.both(before, after, digits)

    def _range(self, first: Side, second: Side, everything: bool, digits: int) -> str:
        """Of parts that were folded into one: from the first to the last of them, where they differ."""
        values = [list(map(self.value, side.each)) for side in (first, second)]
        if values[0] == values[1]:
            return self._from_to(values[1], digits) if everything else ""
        if all(len(set(side)) == 1 for side in values):
            return self.both(values[0][0], values[1][0], digits)
        texts = [self._from_to(side, digits) for side in values]
        text = became(*texts)
        return ELLIPSIS if ELLIPSIS in texts or len(text) > _LONGEST_SPANS else text

    def _from_to(self, values: Sequence[object], digits: int) -> str:
        """A text for all; only that they differ, where more would be long."""
        if len(set(values)) == 1:
            return self.text(values[0], digits) if values[0] else ""
        text = self.span(values[0], values[-1])
        return text if len(text) <= _LONGEST_SPAN else ELLIPSIS

    def _alone(self, part: Part, digits: int) -> str:
        if not self.adds_up:
            return self._from_to([self.value(side) for side in part.some.each], digits)
        value = self.value(part.some)
        sign = "+" if part.first is None else MINUS
        return f"{sign}{self.text(value, digits)}" if value else ""


def count_text(value: object, digits: int = DIGITS[0]) -> str:
    """``36,864``, or ``14.96 M`` where it is large."""
    return _scaled(value, "", _EXACT[digits], digits) if isinstance(value, int) else ""


def counts_text(before: object, after: object, digits: int = DIGITS[0]) -> str:
    """Two numbers in the unit of the larger one."""
    assert isinstance(before, int) and isinstance(after, int)
    return _both(before, after, "", _EXACT[digits], digits)


def bytes_text(value: object, digits: int = DIGITS[0]) -> str:
    """``802.8 kB``."""
    return _scaled(value, "B", 1000, digits) if isinstance(value, int) else ""


def both_bytes_text(before: object, after: object, digits: int = DIGITS[0]) -> str:
    """Two amounts in the unit of the larger one."""
    assert isinstance(before, int) and isinstance(after, int)
    return _both(before, after, "B", 1000, digits)


def _unit(number: int, exact: int) -> tuple[int, str]:
    if number < exact:
        return 1, ""
    return next(((size, unit) for size, unit in _UNITS if number >= size), (1, ""))


def _scaled(value: int, suffix: str, exact: int, digits: int) -> str:
    size, unit = _unit(abs(value), exact)
    return f"{_written(value, size, digits)} {unit}{suffix}".rstrip()


def _both(before: int, after: int, suffix: str, exact: int, digits: int) -> str:
    """In as many digits as it takes to tell them apart."""
    smaller, larger = sorted((before, after))
    if smaller * _FAR < larger:
        return became(_scaled(before, suffix, exact, digits), _scaled(after, suffix, exact, digits))
    size, unit = _unit(larger, exact)
    for shown in range(digits, _MOST_DIGITS):
        texts = [_written(n, size, shown, larger) for n in (before, after)]
        if texts[0] != texts[1]:
            return f"{became(*texts)} {unit}{suffix}".rstrip()
    return f"{before:,} {ARROW} {after:,} {suffix}".rstrip()


def _written(value: int, size: int, digits: int, largest: int | None = None) -> str:
    """So many digits of the ``largest`` number beside it."""
    if size == 1:
        return f"{value:,}"
    whole = len(str((largest or value) // size))
    return f"{value / size:,.{max(0, digits - whole)}f}"


def shape_text(value: object, digits: int = DIGITS[0]) -> str:
    """``64x56x56``."""
    return "x".join(map(str, value)) if isinstance(value, tuple) else ""


def shapes_text(before: object, after: object, digits: int = DIGITS[0]) -> str:
    """``(64 → 128)x56x56`` where one size differs, else both shapes."""
    assert isinstance(before, tuple) and isinstance(after, tuple)
    differing = [i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b]
    if len(before) != len(after) or len(before) == 1 or len(differing) != 1:
        return became(shape_text(before), shape_text(after))
    sizes = [f"({became(str(a), str(b))})" if a != b else str(a) for a, b in zip(before, after, strict=True)]
    return "x".join(sizes)


def shapes_span(first: object, last: object) -> str:
    """``(1056…1280)x14x14``."""
    assert isinstance(first, tuple) and isinstance(last, tuple)
    if len(first) != len(last):
        return ELLIPSIS
    both = zip(first, last, strict=True)
    return "x".join(str(a) if a == b else f"({a}{ELLIPSIS}{b})" for a, b in both)


def _field(side: Side) -> tuple[int, int] | None:
    return field_size(side.field)


def field_size(field: Field) -> tuple[int, int] | None:
    """Pixels, (height, width); None for the whole image."""
    return None if field.whole else field.size


def field_text(value: object, digits: int = DIGITS[0]) -> str:
    """``483``, ``5x1``, or ``all``."""
    if not isinstance(value, tuple):
        return "all"
    return str(value[0]) if value[0] == value[1] else shape_text(value)


def _shape(side: Side) -> Shape:
    return side.output


FIGURES = (
    Figure("params", "parameters", lambda s: s.params, count_text, counts_text),
    Figure("macs", "MACs", lambda s: s.macs, count_text, counts_text),
    Figure("output", "output", _shape, shape_text, shapes_text, False, shapes_span),
    Figure("memory", "memory in training", lambda s: s.memory, bytes_text, both_bytes_text),
    Figure(
        "receptive-field",
        "receptive field",
        _field,
        field_text,
        lambda a, b, digits: became(field_text(a), field_text(b)),
        False,
        lambda first, last: f"{field_text(first)}{ELLIPSIS}{field_text(last)}",
    ),
)
"""In the order in which they are kept where a terminal is narrow; ``memory`` is what training keeps of a sample."""
BY_NAME = {figure.name: figure for figure in FIGURES}
