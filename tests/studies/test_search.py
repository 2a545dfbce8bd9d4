"""The command that asks for a search."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from cnnspec.api.frontier import height_of
from cnnspec.cli.main import main
from cnnspec.cli.solve import progress
from cnnspec.source import Diagnostics, Source, SpecError
from cnnspec.studies.assertions import bound_claim
from cnnspec.studies.search import Problem
from cnnspec.studies.strategy import solve
from cnnspec.studies.varying import Variation, read_variation
from cnnspec.syntax import parse_claim

SPEC = """model net(width = 16, depth = 2) {
  input 3 x 32 x 32
  repeat depth { conv(width, 3, padding = 1)  bn  relu }
  global_avgpool  flatten  linear(10)
}
"""


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("w=1..4", [1, 2, 3, 4]),
        ("w = 8..30:8", [8, 16, 24]),
        ("w=[4, 2,2 ]", [2, 4]),
        ("w=-2..0", [-2, -1, 0]),
        ("w=1.0..1.4:0.2", [1, 1.2, 1.4]),
        ("w=[1.5, 1]", [1, 1.5]),
    ],
)
def test_variations(text: str, values: list[int]) -> None:
    variation = read_variation(text)
    assert (variation.name, list(variation.values)) == ("w", values)


@pytest.mark.parametrize(
    "text",
    [
        "w",
        "=1..3",
        "w=",
        "w=3..1",
        "w=1..9:0",
        "w=1-3",
        "w=[]",
        "w=[a]",
        "w=[1, 2",
        "w=1..10000000",
        "w=a..b",
        "w=1..2:-1",
        "w=1.5..2.5",
        "w=16,20",
        "w=1..99999999999999999999",
        "w=1..9e9",
    ],
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
    assert said.startswith("width = 103: largest width, 103") and "all 241 settings built" in said
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert asked(tmp_path, *sought, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["best"]["setting"] == {"width": 103} and told["complete"] and not told["bisected"]
    assert [p["holds"] for p in told["points"] if p["setting"]["width"] in (103, 104)] == [True, False]


def test_a_frontier(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    vary = ["--vary", "width=[16, 32, 64]", "--vary", "depth=1..9"]
    claims = ["--subject-to", "params <= 50k", "--subject-to", "memory(batch = 8) <= 1GB"]
    assert asked(tmp_path, *vary, "--maximise", "receptive_field", *claims) == 0
    said = capsys.readouterr().out
    assert said.startswith("width = 16, depth = 9: largest receptive_field (smaller side), 19")
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
        (["--vary", "width=-4..-1", "--maximise", "width"], "no-networks"),
        (["--vary", "width=-4..-4", "--maximise", "width"], "out-of-range"),
        (["--vary", "width=1..3", "--maximise", "width", "--set", "width=2"], "nothing-varies"),
        (["--vary", "width=1..3", "--maximise", "params(x)"], "part-not-found"),
        (["--vary", "width=-1..3", "--maximise", "params(x)"], "part-not-found"),
        (["--vary", "width=0..3", "--maximise", "width", "--subject-to", "params(x) < 5"], "part-not-found"),
        (["--vary", "width=1..3", "--maximise", "shape"], "not-one-number"),
        (["--vary", "width=1..3", "--maximise", "width", "--subject-to", "width <= 2"], "unknown-entry"),
    ],
)
def test_what_is_refused(
    arguments: list[str], code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert asked(tmp_path, *arguments, "-o", str(tmp_path / "x.png")) == (3 if code == "no-solution" else 1)
    assert f"error[{code}]" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["net.cnn"]


def test_a_parameter_in_a_constraint(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wanted = ["--maximise", "width", "--subject-to", "width <= 2"]
    assert asked(tmp_path, "--vary", "width=1..9:2", *wanted) == 1
    assert "bounded by its values: --vary width=1..9:2" in capsys.readouterr().err


def test_a_parameter_with_the_name_of_a_quantity(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    claim = ["--subject-to", "depth <= 4"]
    assert asked(tmp_path, "--vary", "depth=1..5", "--maximise", "depth", *claim) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "depth = 3: largest depth (parameter), 3"
    assert said[2].strip().split("  ") == ["depth (parameter)", "depth <= 4"]
    assert asked(tmp_path, "--vary", "depth=1..5", "--maximise", "depth()", *claim) == 0
    assert capsys.readouterr().out.startswith("depth = 3: largest depth(), 4")


def test_constraints_that_contradict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    claims = ["--subject-to", "params <= 4", "--subject-to", "params >= 600"]
    assert asked(tmp_path, "--vary", "depth=1..5", "--maximise", "depth", *claims) == 3
    told = "nearest is depth = 1: params <= 4, but it is 650; params >= 600, and it is 650"
    assert told in capsys.readouterr().err


@pytest.mark.parametrize(("name", "codes"), [("width", 1), ("widht", 2)])
def test_the_errors_of_the_spec(
    name: str, codes: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "net.cnn"
    file.write_text("model m(width = 8) { input 3 x 8 x 8  conv(width, 3)  rleu }", encoding="utf-8")
    assert main(["solve", str(file), "--vary", f"{name}=1..4", "--maximise", "macs"]) == 1
    said = capsys.readouterr().err
    assert "no layer or block named 'rleu'" in said and said.count("error[") == codes


def test_a_picture_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is told before the search, which would fail here."""
    vary = ["--vary", "widht=1..99999", "--maximise", "macs"]
    assert asked(tmp_path, *vary, "-o", str(tmp_path / "none" / "x.png")) == 1
    assert "error[cannot-write]" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        asked(tmp_path, *vary, "-o", str(tmp_path / "x.pgn"))


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_is_told_how_far_it_is() -> None:
    stream = Terminal()
    with progress(stream, 100_000) as budget:
        budget.told(5, 0.5)
        assert stream.getvalue() == ""
        budget.told(1500, 1.0)
    line = "1,500 of 100,000 settings built, 1 s"
    assert stream.getvalue() == f"\r{line}\r{' ' * len(line)}\r"


@pytest.mark.parametrize(
    ("vary", "label", "bound"),
    [
        ((("w", 3),), "params", 10.0),
        ((("w", 3), ("d", 2)), "params", 10.0),
        ((("d", 2), ("w", 3)), "w, best over w", None),
    ],
)
def test_what_is_drawn_upwards(vary: tuple[tuple[str, int], ...], label: str, bound: float | None) -> None:
    """Where the parameter that goes across is sought, the first constraint's figure with its bound."""
    names = [name for name, _ in vary]
    found = bound_claim(parse_claim(Source("", "params <= 10")), Diagnostics())
    assert found is not None
    variations = tuple(Variation(name, range(number)) for name, number in vary)
    own = names.index("w")
    problem = Problem(
        variations, lambda s: s, lambda s, _: s[own], (found,), lambda _, s: (sum(s),), True, "w", own  # type: ignore[arg-type, return-value]
    )  # fmt: skip
    drawn = height_of(solve(problem))
    assert (drawn.label, drawn.bound) == (label, bound)
