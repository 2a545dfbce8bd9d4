"""Settings of one or two parameters of a spec that were built and measured, none is estimated, and the best of them.

How settings are chosen is in :mod:`.strategy`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ..analyses.quantities import Setting as Training
from ..ir import Graph
from ..source import SpecError
from .assertions import Claim
from .varying import Value, Variation

Setting = tuple[Value, ...]
Figures = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Subject:
    """The network of a setting, and how it is trained."""

    graph: Graph
    training: Training


Objective = Callable[[Setting, Subject], Value]


@dataclass(frozen=True)
class Point:
    """A setting, what is sought there, and the constraints' figures; ``error`` says why it cannot be measured, where it is
    no network or, ``is_network``, lacks a part that is asked about."""

    setting: Setting
    objective: Value = 0
    figures: Figures = ()
    holds: bool = False
    error: SpecError | None = None
    is_network: bool = True

    @property
    def is_measured(self) -> bool:
        return self.error is None


@dataclass(frozen=True)
class Problem:
    """What is sought: ``build`` makes the network of a setting, or raises :class:`SpecError`; ``measure`` gives a
    constraint's figure of it. ``sought`` names the objective for a reader; ``own`` is the place of the parameter that it
    is, None of a quantity."""

    variations: tuple[Variation, ...]
    build: Callable[[Setting], Subject]
    objective: Objective
    claims: tuple[Claim, ...]
    measure: Callable[[Claim, Subject], tuple[int, ...]]
    largest: bool = True
    sought: str = ""
    own: int | None = None

    @property
    def settings(self) -> int:
        """How many there are in all."""
        return math.prod(len(variation.values) for variation in self.variations)


@dataclass
class Search:
    """All points that were looked at, by setting; ``bisected``: edges were found on the assumption that figures rise or
    fall all along."""

    problem: Problem
    points: dict[Setting, Point] = field(default_factory=dict)
    bisected: bool = False
    searched: set[Setting] = field(default_factory=set)
    """Of two parameters the values of the first for which the second was searched, not only sampled."""

    @property
    def is_complete(self) -> bool:
        """Whether every setting was looked at, so that the best is the best there is."""
        return len(self.points) == self.problem.settings

    @property
    def best(self) -> Point | None:
        """The best that holds; of equals the first."""
        good = [point for point in self.ordered if point.holds]
        return max(good, key=self.worth, default=None)

    @property
    def ordered(self) -> list[Point]:
        return [self.points[setting] for setting in sorted(self.points)]

    @property
    def frontier(self) -> list[Point]:
        """Of one parameter all points; of two the best that holds for each value of the first that was searched."""
        if len(self.problem.variations) == 1:
            return self.ordered
        rows: dict[Value, Point] = {}
        best = self.best
        for point in self.ordered:
            first = point.setting[0]
            told = self.is_complete or (first,) in self.searched or point is best
            if told and point.holds and (first not in rows or self.worth(point) > self.worth(rows[first])):
                rows[first] = point
        return list(rows.values())

    def equals(self, point: Point) -> int:
        """How many others that hold are as good as ``point``."""
        return sum(p.holds and p.objective == point.objective for p in self.points.values()) - 1

    def worth(self, point: Point) -> Value:
        """What is sought, so that more is better."""
        return point.objective if self.problem.largest else -point.objective

    @property
    def nearest(self) -> Point | None:
        """Of the points that can be measured the one whose figures come nearest to what they should be."""
        return min((point for point in self.ordered if point.is_measured), key=self.excess, default=None)

    def excess(self, point: Point) -> float:
        """How far the figures are from their bounds, as shares of these."""
        claims = self.problem.claims
        return sum(
            abs(number - bound) / (bound or 1)
            for claim, figure in zip(claims, point.figures, strict=True)
            if not claim.holds(figure)
            for number, bound in zip(figure, claim.bound * len(figure), strict=False)
        )

    def is_better(self, point: Point, other: Point) -> bool:
        """Whether it is better than ``other``, which is measured, or nearer where neither holds."""
        if not point.is_measured or point.holds != other.holds:
            return point.holds
        if point.holds:
            return self.worth(point) > self.worth(other)
        return self.excess(point) < self.excess(other)

    def at(self, setting: Setting) -> Point:
        """The point at a setting, built once."""
        if setting not in self.points:
            self.points[setting] = self._look(setting)
        return self.points[setting]

    def _look(self, setting: Setting) -> Point:
        problem = self.problem
        try:
            subject = problem.build(setting)
        except SpecError as error:
            return Point(setting, error=error, is_network=False)
        try:
            figures = tuple(problem.measure(claim, subject) for claim in problem.claims)
            objective = problem.objective(setting, subject)
        except SpecError as error:
            return Point(setting, error=error)
        holds = all(claim.holds(figure) for claim, figure in zip(problem.claims, figures, strict=True))
        return Point(setting, objective, figures, holds)


def is_monotone(points: Sequence[Point]) -> bool:
    """Whether all are measured, and of them each figure and the objective rise, or fall, all along."""
    if not all(point.is_measured for point in points):
        return False
    columns: Iterable[tuple[Value, ...]] = zip(*map(_numbers, points), strict=True)
    return all(_one_way(column) for column in columns)


def _numbers(point: Point) -> tuple[Value, ...]:
    return (point.objective, *(number for figure in point.figures for number in figure))


def _one_way(column: tuple[Value, ...]) -> bool:
    steps = [after - before for before, after in pairwise(column)]
    return all(step >= 0 for step in steps) or all(step <= 0 for step in steps)
