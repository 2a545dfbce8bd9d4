"""The best setting of one or two parameters of a spec that satisfies constraints.

Settings are networks that are built and measured, none is estimated. Of one parameter all values are tried where they are
few; where they are many, some are tried first, and where every figure rises or falls with the parameter all along, the edge
of what is allowed is found by bisection, else by trying them all. Of two, the second is searched so for each value of
the first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ..ir import Graph
from ..source import SpecError
from .assertions import Claim
from .varying import Variation

FEW = 40
"""Values of a parameter that are all tried."""
_SAMPLES = 9
_MOST = 1000
"""Values that are tried where they have to be tried all; of more, some at equal distances."""
_OUTER = 65
"""Values of the first of two parameters that are tried; of more, some at equal distances."""

Setting = tuple[int, ...]
Objective = Callable[[Setting, Graph], int]
Figures = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Point:
    """A setting, what is sought there, and the constraints' figures; ``reason`` says why it is no network, or is ""."""

    setting: Setting
    objective: int = 0
    figures: Figures = ()
    holds: bool = False
    reason: str = ""

    @property
    def is_network(self) -> bool:
        return not self.reason


@dataclass(frozen=True)
class Problem:
    """What is sought: ``build`` makes the network of a setting, or raises :class:`SpecError`; ``measure`` gives a
    constraint's figure of it."""

    variations: tuple[Variation, ...]
    build: Callable[[Setting], Graph]
    objective: Objective
    claims: tuple[Claim, ...]
    measure: Callable[[Claim, Graph], tuple[int, ...]]
    largest: bool = True


@dataclass
class Search:
    """All points that were looked at, by setting; ``bisected``: not all settings were, because figures rise or fall
    all along; ``thinned``: of two parameters' settings only some."""

    problem: Problem
    points: dict[Setting, Point] = field(default_factory=dict)
    bisected: bool = False
    thinned: bool = False

    @property
    def best(self) -> Point | None:
        """The best that holds; of equals the first."""
        good = [point for point in self.ordered if point.holds]
        return max(good, key=self._worth, default=None)

    @property
    def ordered(self) -> list[Point]:
        return [self.points[setting] for setting in sorted(self.points)]

    @property
    def frontier(self) -> list[Point]:
        """Of one parameter all points; of two the best that holds for each value of the first."""
        if len(self.problem.variations) == 1:
            return self.ordered
        rows: dict[int, Point] = {}
        for point in self.ordered:
            first = point.setting[0]
            if point.holds and (first not in rows or self._worth(point) > self._worth(rows[first])):
                rows[first] = point
        return list(rows.values())

    def _worth(self, point: Point) -> int:
        return point.objective if self.problem.largest else -point.objective

    def at(self, setting: Setting) -> Point:
        """The point at a setting, built once."""
        if setting not in self.points:
            self.points[setting] = self._look(setting)
        return self.points[setting]

    def _look(self, setting: Setting) -> Point:
        problem = self.problem
        try:
            graph = problem.build(setting)
        except SpecError as error:
            return Point(setting, reason=error.line)
        figures = tuple(problem.measure(claim, graph) for claim in problem.claims)
        holds = all(claim.holds(figure) for claim, figure in zip(problem.claims, figures, strict=True))
        return Point(setting, problem.objective(setting, graph), figures, holds)


def solve(problem: Problem) -> Search:
    """Look for the best setting; every point that was looked at is in what is returned."""
    search = Search(problem)
    *outer, inner = problem.variations
    for before in _outer(search, outer):
        _along(search, before, inner.values)
    return search


def _outer(search: Search, outer: Sequence[Variation]) -> Iterator[Setting]:
    if not outer:
        yield ()
        return
    values = outer[0].values
    search.thinned = len(values) > _OUTER
    for value in _spread(values, _OUTER):
        yield (value,)


def _spread(values: Sequence[int], number: int) -> list[int]:
    """At most ``number`` of the values at equal distances, the ends among them."""
    if len(values) <= number:
        return list(values)
    return [values[round(i * (len(values) - 1) / (number - 1))] for i in range(number)]


def _along(search: Search, before: Setting, values: Sequence[int]) -> None:
    """Look along the last parameter, the others being ``before``."""
    if len(values) <= FEW:
        _all(search, before, values)
        return
    seen = [search.at((*before, value)) for value in _spread(values, _SAMPLES)]
    if not is_monotone(seen):
        _all(search, before, values)
        return
    search.bisected = True
    places = [values.index(point.setting[-1]) for point in seen]
    for (low, one), (high, other) in pairwise(zip(places, seen, strict=True)):
        if one.holds != other.holds:
            _bisect(search, before, values, low, high)
    along = [point for point in search.ordered if point.setting[:-1] == before]
    if not is_monotone(along):
        _all(search, before, values)


def _all(search: Search, before: Setting, values: Sequence[int]) -> None:
    search.thinned = search.thinned or len(values) > _MOST
    for value in _spread(values, _MOST):
        search.at((*before, value))


def _bisect(search: Search, before: Setting, values: Sequence[int], low: int, high: int) -> None:
    """Find the two neighbours between which what holds ends."""
    held = search.at((*before, values[low])).holds
    while high - low > 1:
        middle = (low + high) // 2
        if search.at((*before, values[middle])).holds == held:
            low = middle
        else:
            high = middle


def is_monotone(points: Sequence[Point]) -> bool:
    """Whether all are networks, of which each figure and the objective rise, or fall, all along."""
    if not all(point.is_network for point in points):
        return False
    columns: Iterable[tuple[int, ...]] = zip(*map(_numbers, points), strict=True)
    return all(_one_way(column) for column in columns)


def _numbers(point: Point) -> tuple[int, ...]:
    return (point.objective, *(number for figure in point.figures for number in figure))


def _one_way(column: tuple[int, ...]) -> bool:
    steps = [after - before for before, after in pairwise(column)]
    return all(step >= 0 for step in steps) or all(step <= 0 for step in steps)
