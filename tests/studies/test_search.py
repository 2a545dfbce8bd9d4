"""The search against trying everything; the command that asks for it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnspec.cli.main import main
from cnnspec.source import Diagnostics, Source, SpecError
from cnnspec.studies.assertions import Claim, bound_claim
from cnnspec.studies.search import FEW, Problem, Search, solve
from cnnspec.studies.varying import Variation, read_variation
from cnnspec.syntax import parse_claim

SPEC = """model net(width = 16, depth = 2) {
  input 3 x 32 x 32
  repeat depth { conv(width, 3, padding = 1)  bn  relu }
  global_avgpool  flatten  linear(10)
}
"""


def claim(text: str) -> Claim:
    bound = bound_claim(parse_claim(Source("", text)), Diagnostics())
    assert bound is not None
    return bound


def searched(figures: list[list[int]], objective: list[list[int]], bound: int, largest: bool) -> Search:
    """A search in tables of a figure and of what is sought, by two parameters (or one, where there is one row)."""
    rows, columns = len(figures), len(figures[0])
    both = rows > 1
    names = (Variation("a", range(rows)), Variation("b", range(columns)))

    def build(setting: tuple[int, ...]) -> object:
        return setting if both else (0, *setting)

    problem = Problem(
        names if both else names[1:],
        build,  # type: ignore[arg-type]
        lambda _, at: objective[at[0]][at[1]],  # type: ignore[index]
        (claim(f"params <= {bound}"),),
        lambda _, at: (figures[at[0]][at[1]],),  # type: ignore[index]
        largest,
    )
    return solve(problem)


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
    search = searched(*drawn, bound, largest)
    best = tried(*drawn, bound, largest)
    assert (search.best.objective if search.best else None) == best
    assert len(search.points) <= len(drawn[0]) * len(drawn[0][0])


@settings(max_examples=150, deadline=None)
@given(tables(False), st.integers(0, 1000), st.booleans())
def test_few_settings_are_all_tried(
    drawn: tuple[list[list[int]], list[list[int]]], bound: int, largest: bool
) -> None:
    search = searched(*drawn, bound, largest)
    assert (search.best.objective if search.best else None) == tried(*drawn, bound, largest)
    assert len(search.points) == len(drawn[0]) * len(drawn[0][0]) and not search.bisected


def test_figures_that_rise_and_fall_are_tried_all() -> None:
    """A fall between two samples is seen where bisection comes upon it, one at a sample at once."""
    figures = [abs(50 - i) for i in range(101)]
    search = searched([figures], [list(range(101))], 10, True)
    assert search.best is not None and search.best.objective == 60
    assert len(search.points) == 101 and not search.bisected


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("w=1..4", [1, 2, 3, 4]),
        ("w = 8..30:8", [8, 16, 24]),
        ("w=[4, 2,2 ]", [2, 4]),
        ("w=-2..0", [-2, -1, 0]),
    ],
)
def test_variations(text: str, values: list[int]) -> None:
    variation = read_variation(text)
    assert (variation.name, list(variation.values)) == ("w", values)


@pytest.mark.parametrize(
    "text", ["w", "=1..3", "w=", "w=3..1", "w=1..9:0", "w=1-3", "w=[]", "w=[1.5]", "w=1..10000000", "w=a..b"]
)
def test_no_variations(text: str) -> None:
    with pytest.raises(SpecError) as caught:
        read_variation(text)
    assert [d.code for d in caught.value.diagnostics] == ["bad-variation"]


def asked(tmp_path: Path, *arguments: str) -> int:
    file = tmp_path / "net.cnn"
    file.write_text(SPEC, encoding="utf-8")
    return main(["solve", str(file), *arguments])


def test_the_widest_network(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """(27 w + w) + 2 w + (9 w² + w) + 2 w + (10 w + 10) ≤ 100,000 holds up to w = 103."""
    sought = ["--vary", "width=16..256", "--maximise", "width", "--subject-to", "params <= 100k"]
    picture = tmp_path / "front.png"
    assert asked(tmp_path, *sought, "-o", str(picture)) == 0
    said = capsys.readouterr().out
    assert said.startswith("width = 103: largest width, 103") and "bisection" in said
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert asked(tmp_path, *sought, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["best"]["setting"] == {"width": 103} and told["bisected"]
    assert [p["holds"] for p in told["points"] if p["setting"]["width"] in (103, 104)] == [True, False]


def test_a_frontier(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    vary = ["--vary", "width=[16, 32, 64]", "--vary", "depth=1..9"]
    claims = ["--subject-to", "params <= 50k", "--subject-to", "memory(batch = 8) <= 1GB"]
    assert asked(tmp_path, *vary, "--maximise", "receptive_field", *claims) == 0
    said = capsys.readouterr().out
    assert said.startswith("width = 16, depth = 9: largest receptive_field, 19")
    assert "27 settings built" in said


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--vary", "widht=1..3", "--maximise", "widht"], "bad-override"),
        (["--vary", "width=1..3", "--maximise", "widht"], "unknown-entry"),
        (["--vary", "width=1..3", "--maximise", "width", "--subject-to", "params <= 5Q"], "unknown-unit"),
        (["--vary", "width=1..3", "--maximise", "width", "--subject-to", "params"], "unexpected-token"),
        (["--vary", "width=1..3", "--maximise", "width", "--subject-to", "params(x) < 5"], "part-not-found"),
        (["--vary", "width=1..3", "--vary", "width=1..3", "--maximise", "width"], "nothing-varies"),
        (["--vary", "width=4..8", "--maximise", "width", "--subject-to", "params < 5"], "no-solution"),
        (["--vary", "width=-4..-1", "--maximise", "width"], "out-of-range"),
    ],
)
def test_what_is_refused(
    arguments: list[str], code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert asked(tmp_path, *arguments, "-o", str(tmp_path / "x.png")) == 1
    assert f"error[{code}]" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["net.cnn"]
