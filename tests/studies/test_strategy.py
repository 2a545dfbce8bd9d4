"""The search in tables of figures, against trying everything."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnspec.source import Diagnostics, Source
from cnnspec.studies.assertions import Claim, bound_claim
from cnnspec.studies.ordering import coarse_to_fine, rings
from cnnspec.studies.search import Problem, Search
from cnnspec.studies.strategy import Budget, solve
from cnnspec.studies.varying import Variation
from cnnspec.syntax import parse_claim

FEW = 40


def claim(text: str) -> Claim:
    bound = bound_claim(parse_claim(Source("", text)), Diagnostics())
    assert bound is not None
    return bound


def searched(
    figures: list[list[int]],
    objective: list[list[int]],
    bound: int,
    largest: bool = True,
    builds: int = 10**6,
) -> Search:
    """A search in tables of a figure and of what is sought, by two parameters (or one, where there is one row), in the
    time that so many builds take."""
    rows, columns = len(figures), len(figures[0])
    both = rows > 1
    names = (Variation("a", range(rows)), Variation("b", range(columns)))
    built: list[tuple[int, ...]] = []

    def build(setting: tuple[int, ...]) -> object:
        built.append(setting)
        return setting if both else (0, *setting)

    problem = Problem(
        names if both else names[1:],
        build,  # type: ignore[arg-type]
        lambda _, at: objective[at[0]][at[1]],  # type: ignore[index]
        (claim(f"params <= {bound}"),),
        lambda _, at: (figures[at[0]][at[1]],),  # type: ignore[index]
        largest,
    )
    return solve(problem, Budget(builds, lambda: float(len(built))))


def tried(figures: list[list[int]], objective: list[list[int]], bound: int, largest: bool) -> int | None:
    good = [
        objective[i][j] for i, row in enumerate(figures) for j, figure in enumerate(row) if figure <= bound
    ]
    return (max if largest else min)(good, default=None)


@st.composite
def tables(draw: st.DrawFn, monotone: bool) -> tuple[list[list[int]], list[list[int]]]:
    rows = draw(st.integers(1, 4))
    columns = draw(st.integers(FEW + 1, 150) if monotone else st.integers(1, FEW))
    numbers = st.lists(st.integers(0, 1000), min_size=columns, max_size=columns)

    def table() -> list[list[int]]:
        found = [draw(numbers) for _ in range(rows)]
        if monotone:
            turned = draw(st.booleans())
            found = [sorted(row, reverse=turned) for row in found]
        return found

    return table(), table()


@settings(max_examples=150, deadline=None)
@given(tables(True), st.integers(0, 1000), st.booleans())
def test_bisection_finds_what_trying_all_finds(
    drawn: tuple[list[list[int]], list[list[int]]], bound: int, largest: bool
) -> None:
    number = len(drawn[0]) * len(drawn[0][0])
    search = searched(*drawn, bound, largest, number - 1)
    best = tried(*drawn, bound, largest)
    assert (search.best.objective if search.best else None) == best
    assert len(search.points) < number and search.bisected and not search.is_complete


@settings(max_examples=150, deadline=None)
@given(tables(False), st.integers(0, 1000), st.booleans())
def test_few_settings_are_all_tried(
    drawn: tuple[list[list[int]], list[list[int]]], bound: int, largest: bool
) -> None:
    search = searched(*drawn, bound, largest)
    assert (search.best.objective if search.best else None) == tried(*drawn, bound, largest)
    assert search.is_complete and not search.bisected


def test_one_small_network_among_large_ones_is_found() -> None:
    figures = [10 * i for i in range(1000)]
    figures[777] = 1
    search = searched([figures], [list(range(1000))], 990)
    assert search.best is not None and search.best.setting == (777,) and search.is_complete


def every_seventh(number: int, of_others: int, of_these: int) -> list[list[int]]:
    return [[(of_these if i % 7 == 0 else of_others) + 10 * i for i in range(1, number + 1)]]


@pytest.mark.parametrize(("bound", "best"), [(10_000, 644), (4000, 49), (3570, 7)])
def test_small_networks_among_large_ones_are_found_near_the_edge(bound: int, best: int) -> None:
    """Figures seem to rise all along; beyond the edge there are some that hold, or these alone hold."""
    figures = every_seventh(60_000, 3600, 3500) if bound < 10_000 else every_seventh(60_000, 9000, 3500)
    search = searched(figures, [list(range(1, 60_001))], bound, builds=6000)
    assert search.best is not None and search.best.objective == best and len(search.points) <= 6000


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 30), st.integers(0, 30))
def test_what_holds_is_looked_for_around_what_comes_nearest(row: int, column: int) -> None:
    """Of two parameters too, where no setting that was sampled holds."""
    figures = [[100 + 10 * (abs(i - row) + abs(j - column)) for j in range(400)] for i in range(400)]
    search = searched(figures, figures, 100, builds=6000)
    assert search.best is not None and search.best.setting == (row, column)


@given(st.integers(1, 9), st.integers(0, 8), st.integers(1, 9), st.integers(0, 8))
def test_rings_are_all(rows: int, row: int, columns: int, column: int) -> None:
    center = (row % rows, column % columns)
    found = list(rings(center, [range(rows), range(columns)]))
    away = [sum(abs(a - b) for a, b in zip(each, center, strict=True)) for each in found]
    assert len(found) == len(set(found)) == rows * columns - 1 and away == sorted(away)


@settings(max_examples=50, deadline=None)
@given(st.integers(40, 100))
def test_figures_that_rise_and_fall_are_refined(builds: int) -> None:
    search = searched([[abs(50 - i) for i in range(101)]], [list(range(101))], 10, builds=builds)
    assert search.best is not None and search.best.objective == 60
    assert len(search.points) <= builds and not search.bisected


def stacks(widths: range, depths: range) -> tuple[list[list[int]], list[list[int]]]:
    """Parameters and multiply-adds of ``depth`` 3 x 3 convolutions of a width, at 32 x 32 pixels."""
    params = [[40 * w + 10 + (d - 1) * (9 * w * w + 3 * w) for d in depths] for w in widths]
    return params, [[1024 * (27 * w + (d - 1) * 9 * w * w) + 10 * w for d in depths] for w in widths]


def test_a_jagged_frontier() -> None:
    """The best depth falls with the width by steps; in less time fewer widths are tried, and refined around the best."""
    params, macs = stacks(range(16, 257), range(1, 21))
    best = tried(params, macs, 10**6, True)
    assert best == 1_018_968_090
    for builds, share in ((4820, 1.0), (4000, 1.0), (700, 0.995)):
        search = searched(params, macs, 10**6, builds=builds)
        assert search.best is not None and search.best.objective >= share * best
        assert search.is_complete == (builds == 4820) and len(search.points) <= builds + 10


@given(st.integers(1, 300))
def test_coarse_to_fine_is_all(number: int) -> None:
    values = list(coarse_to_fine(range(number)))
    assert sorted(values) == list(range(number))
    assert {0, number - 1} == set(values[:2])
