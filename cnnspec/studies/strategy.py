"""Which settings a search looks at.

All of them, where the time allows, as a few that are built first tell. Of more than that, of one parameter: where every
figure of those built rises or falls all along, the edge of what is allowed is found by bisection; else settings are tried
from coarse to fine. Where the first or last settings cannot be measured (an image too small, a network too large), it is
bisected where those begin, and only what lies between them is looked at. Of two: each value of the first, from coarse to
fine, with the second searched in this way. What is left of the time goes to the neighbours of the best ones, and to what
stands further around the best of one parameter, or around what comes nearest where none holds.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, pairwise

from .ordering import coarse_to_fine, rings, spread
from .search import Point, Problem, Search, Setting, is_monotone
from .varying import Value

_SAMPLES = 9
"""Values of a parameter that tell how long a build takes, and whether figures rise or fall all along."""
_INNER_SAMPLES = 5
"""As many of the second of two parameters, which are built for each value of the first."""
_INNER_MOST = 65
"""Values of the second of two parameters that are tried where figures rise and fall; the refinement tries more."""
_TELLING = 0.2
"""The share of the time after which what was built tells that not all can be."""
_COARSE = 0.6
"""The share of the time for going from coarse to fine; the rest is for refining."""
_SLOW = 0.03
"""The share of the time above which a build takes long."""
_BEST = 8
"""How many of the best are refined around first."""
_CHECKS = 65
"""Values of one parameter at which it is checked that figures rise or fall all along."""
_CHECKING = 0.3
"""The share of the time after which that is checked no further."""
_AROUND = 1000
"""Settings around the best, or around the nearest where none holds, that are tried at last."""


@dataclass
class Budget:
    """The time that a search may take. ``told`` is called at each build, with how many there are and the seconds."""

    seconds: float = 10.0
    clock: Callable[[], float] = time.monotonic
    told: Callable[[int, float], None] = lambda built, seconds: None
    start: float = field(init=False)

    def __post_init__(self) -> None:
        self.start = self.clock()

    @property
    def used(self) -> float:
        """Seconds since the start."""
        return self.clock() - self.start


def solve(problem: Problem, budget: Budget | None = None) -> Search:
    """Look for the best setting; every point that was looked at is in what is returned."""
    looking = _Looking(Search(problem), budget or Budget())
    if looking.all_fit():
        looking.try_all()
    elif len(problem.variations) == 1:
        looking.along((), _SAMPLES, problem.settings)
    else:
        looking.row_by_row()
    if not looking.search.is_complete:
        looking.refine()
        looking.outward()
    return looking.search


@dataclass
class _Looking:
    search: Search
    budget: Budget
    share: float = _COARSE
    rows: dict[Setting, dict[Value, Point]] = field(default_factory=lambda: defaultdict(dict))
    """Points by the settings of all but the last parameter, and by that."""
    took: dict[Setting, float] = field(default_factory=dict)
    """Seconds that a setting took to build and measure."""

    def at(self, setting: Setting) -> Point:
        start = self.budget.used
        point = self.search.at(setting)
        self.took.setdefault(setting, self.budget.used - start)
        self.rows[setting[:-1]][setting[-1]] = point
        self.budget.told(len(self.search.points), self.budget.used)
        return point

    def is_over(self) -> bool:
        """Whether the share of the time that is free now is used up."""
        return self.budget.used >= self.share * self.budget.seconds

    @property
    def values(self) -> list[Sequence[Value]]:
        return [variation.values for variation in self.search.problem.variations]

    def all_fit(self) -> bool:
        """Whether all settings can be tried in time, by a few that are spread over them.

        The first does not count: at it, things are imported and remembered.
        """
        *outer, inner = self.values
        rows = [(value,) for value in spread(outer[0], _INNER_SAMPLES)] if outer else [()]
        number = _INNER_SAMPLES if outer else _SAMPLES
        some = [(*row, value) for row in rows for value in spread(inner, number)]
        self.at(some[0])
        before = self.budget.used
        for setting in some[1:]:
            self.at(setting)
            if self.budget.used > _TELLING * self.budget.seconds:
                return False
        each = (self.budget.used - before) / max(1, len(some) - 1)
        left = self.search.problem.settings - len(self.search.points)
        return self.budget.used + each * left <= self.budget.seconds

    def try_all(self) -> None:
        self.share = 1.0
        *outer, inner = self.values
        for value in coarse_to_fine(inner):
            for row in [(each,) for each in outer[0]] if outer else [()]:
                if self.is_over():
                    return
                self.at((*row, value))
        self.search.searched.update((each,) for row in outer for each in row)

    def row_by_row(self) -> None:
        for value in coarse_to_fine(self.values[0]):
            if self.is_over():
                return
            self.along((value,), _INNER_SAMPLES, _INNER_MOST)

    def along(self, before: Setting, samples: int, most: int) -> None:
        """Look along the last parameter, the others being ``before``."""
        values = self.measured(before, samples)
        if self.follow(before, values, samples):
            if not self.is_over():
                self.search.searched.add(before)
            return
        for value, _ in zip(coarse_to_fine(values), range(most), strict=False):
            if self.is_over():
                return
            point = self.at((*before, value))
            if self.is_slow(point) and not any(each.is_measured for each in self.rows[before].values()):
                return  # as all of the row that were tried, it is no network
        self.search.searched.add(before)

    def follow(self, before: Setting, values: Sequence[Value], samples: int) -> bool:
        """Find the edges of what is allowed among ``values`` by bisection; whether figures rise or fall all along."""
        seen = self.sampled(before, values, samples)
        if not is_monotone(seen):
            return False
        self.bisect_all(before, seen)
        if not before:
            self.check(values)
        row = self.rows[before]
        if not is_monotone([row[value] for value in values if value in row]):
            return False
        self.search.bisected |= any(value not in row for value in self.values[-1])
        return True

    def sampled(self, before: Setting, values: Sequence[Value], number: int) -> list[Point]:
        """Some points that are spread over ``values``; none above one that took long and does not hold, where one below
        is a network at all."""
        found: list[Point] = []
        for value in spread(values, number):
            found.append(self.at((*before, value)))
            if self.is_slow(found[-1]) and not found[-1].holds and any(point.is_measured for point in found):
                break
        return found

    def check(self, values: Sequence[Value]) -> None:
        """Look at more of the values of one parameter: what rises or falls at a few may not do so between these."""
        for value in spread(values, _CHECKS):
            if self.budget.used >= _CHECKING * self.budget.seconds:
                return
            point = self.at((value,))
            if self.is_slow(point) and not point.holds:
                return

    def is_slow(self, point: Point) -> bool:
        return self.took[point.setting] > _SLOW * self.budget.seconds

    def measured(self, before: Setting, samples: int) -> Sequence[Value]:
        """The values between which all that were sampled can be measured; where the last of these holds, up to the edge of
        what can be, by bisection. All values, where what can be measured is not in one piece."""
        values = self.values[-1]
        seen = self.sampled(before, values, samples)
        tried = [values.index(point.setting[-1]) for point in seen]
        good = [place for place, point in zip(tried, seen, strict=True) if point.is_measured]
        if not good or tried.index(good[-1]) - tried.index(good[0]) >= len(good):
            return values
        first, last = good[0], good[-1]
        if first > 0 and self.at((*before, values[first])).holds:
            first = self.bisect(before, tried[tried.index(first) - 1], first, _is_measured)[1]
        if last < tried[-1] and self.at((*before, values[last])).holds:
            last = self.bisect(before, last, tried[tried.index(last) + 1], _is_measured)[0]
        return values[first : last + 1]

    def bisect_all(self, before: Setting, seen: Sequence[Point]) -> None:
        places = [self.values[-1].index(point.setting[-1]) for point in seen]
        for (low, one), (high, other) in pairwise(zip(places, seen, strict=True)):
            if one.holds != other.holds:
                self.bisect(before, low, high, _holds)

    def bisect(self, before: Setting, low: int, high: int, told: Callable[[Point], bool]) -> tuple[int, int]:
        """The two neighbouring places between which what is ``told`` of a point changes."""
        values = self.values[-1]
        held = told(self.at((*before, values[low])))
        while high - low > 1 and not self.is_over():
            middle = (low + high) // 2
            if told(self.at((*before, values[middle]))) == held:
                low = middle
            else:
                high = middle
        return low, high

    def refine(self) -> None:
        """Try the neighbours of the best few, until these have none that was not tried; of two parameters, then of more."""
        self.share, most = 1.0, _BEST
        while not self.is_over():
            leaders = self.leaders(most)
            new = [setting for point in leaders for setting in self.neighbours(point)]
            if not new:
                if len(leaders) < most or len(self.values) == 1:
                    return
                most *= 2
            for setting in new:
                if self.is_over():
                    return
                self.visit(setting)

    def leaders(self, most: int) -> list[Point]:
        """The best of the frontier, and of each row of two parameters one."""
        good = [point for point in self.search.frontier if point.holds]
        return sorted(good, key=self.search.worth, reverse=True)[:most]

    def neighbours(self, point: Point) -> Iterator[Setting]:
        """Settings that are next to it in one parameter and were not tried."""
        for place, values in enumerate(self.values):
            here = values.index(point.setting[place])
            for near in values[max(0, here - 1) : here + 2]:
                setting = (*point.setting[:place], near, *point.setting[place + 1 :])
                if setting not in self.search.points:
                    yield setting

    def visit(self, setting: Setting) -> None:
        """Of two parameters, a new value of the first is searched along the second."""
        self.at(setting)
        first = setting[:-1]
        if first and len(self.rows[first]) == 1:
            self.along(first, _INNER_SAMPLES, _INNER_MOST)

    def outward(self) -> None:
        """Try settings ever further from the best of one parameter, and from what comes nearest where none holds; anew
        around one that is better."""
        center = self.center()
        while center is not None:
            for setting in islice(self.around(center), _AROUND):
                if self.is_over():
                    return
                point = self.at(setting)
                if self.search.is_better(point, center):
                    center = point
                    break
            else:
                return

    def center(self) -> Point | None:
        best = self.search.best
        if best is None:
            return self.search.nearest
        return best if len(self.values) == 1 else None

    def around(self, center: Point) -> Iterator[Setting]:
        """Settings that were not tried and may be better, the nearest first."""
        own = self.search.problem.own
        for setting in rings(center.setting, self.values):
            if setting in self.search.points:
                continue
            if (
                own is None
                or not center.holds
                or (setting[own] > center.setting[own]) == self.search.problem.largest
            ):
                yield setting


def _holds(point: Point) -> bool:
    return point.holds


def _is_measured(point: Point) -> bool:
    return point.is_measured
