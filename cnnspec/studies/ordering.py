"""In which order values and settings are looked at."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from .varying import Value

_WIDE = 200
"""From which ratio of the last value to the first samples stand at equal ratios."""


def is_wide(values: Sequence[Value]) -> bool:
    """Whether the last value is many times the first."""
    return values[0] > 0 and values[-1] / values[0] >= _WIDE


def spread(values: Sequence[Value], number: int) -> list[Value]:
    """At most ``number`` of the values, the ends among them: at equal distances, or, where the last is many times the
    first, at equal ratios, as large networks take long."""
    if len(values) <= number:
        return list(values)
    if is_wide(values):
        return [values[place] for place in steps(values, number)]
    return [values[round(i * (len(values) - 1) / (number - 1))] for i in range(number)]


def steps(values: Sequence[Value], number: int) -> list[int]:
    """The places in rising ``values`` of at most ``number`` that are at equal distances, wherever most of the values are, or
    at equal ratios where the last is many times the first."""
    first, last = values[0], values[-1]
    shares = [i / (number - 1) for i in range(number)]
    if is_wide(values):
        wanted = [first * (last / first) ** share for share in shares]
    else:
        wanted = [first + share * (last - first) for share in shares]
    places = {min(bisect_left(values, each), len(values) - 1) for each in wanted}
    return sorted(places | {0, len(values) - 1})


def coarse_to_fine(values: Sequence[Value]) -> Iterator[Value]:
    """All values, so that the first few are spread over them: both ends, then by the reversed binary digits of a count."""
    last = len(values) - 1
    digits = max(1, last.bit_length())
    places = (int(f"{count:0{digits}b}"[::-1], 2) for count in range(1 << digits))
    yield from (values[place] for place in dict.fromkeys((0, last)))
    yield from (values[place] for place in places if 0 < place < last)


def rings(center: tuple[Value, ...], values: Sequence[Sequence[Value]]) -> Iterator[tuple[Value, ...]]:
    """All settings of one or two parameters but ``center``, by how many steps they are away from it."""
    places = [each.index(value) for each, value in zip(values, center, strict=True)]
    furthest = sum(max(place, len(each) - 1 - place) for place, each in zip(places, values, strict=True))
    for distance in range(1, furthest + 1):
        for moved in _at(distance, places):
            if all(0 <= place < len(each) for place, each in zip(moved, values, strict=True)):
                yield tuple(each[place] for place, each in zip(moved, values, strict=True))


def _at(distance: int, places: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """The places that are so many steps away, outside of the values too."""
    first, *others = places
    if not others:
        yield from ((first - distance,), (first + distance,))
        return
    for step in range(-distance, distance + 1):
        rest = distance - abs(step)
        yield from ((first + step, others[0] + other) for other in sorted({-rest, rest}))
