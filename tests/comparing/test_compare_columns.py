"""``compare`` with the columns that one asks for."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest

from cnnspec.analyses.comparison import figures
from cnnspec.analyses.footprint import footprint
from cnnspec.cli.compare_columns import COLUMNS
from cnnspec.cli.main import main
from cnnspec.elaborate import elaborate, open_target


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["compare", *arguments]) == 0
    return capsys.readouterr().out


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")


def test_a_row_a_network(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys, "vgg11", "alexnet", "--columns", "Depth, params").splitlines()
    assert [line.split() for line in (lines[0], *lines[2:])] == [
        ["depth", "params"],
        ["vgg11", "11", "132,863,336"],
        ["alexnet", "8", "61,100,840"],
    ]


def test_many_networks_are_a_row_each(capsys: pytest.CaptureFixture[str]) -> None:
    names = ["vgg11", "vgg13", "resnet18", "resnet34", "alexnet"]
    lines = printed(capsys, *names).splitlines()
    assert [line.split()[0] for line in lines[2:]] == names and "macs" in lines[0].split()
    assert max(map(len, lines)) <= 120


@pytest.mark.parametrize("width", [72, 80, 100, 120])
@pytest.mark.parametrize("number", [2, 3, 5])
def test_a_form_that_fits(
    number: int, width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    names = ["vgg11", "vgg13", "resnet18", "resnet34", "alexnet"][:number]
    text = printed(capsys, *names)
    assert max(map(len, text.splitlines())) <= width and all(name in text for name in names)
    assert "132,863,336" in text and ("memory-training" in text or "memory, training" in text)


def test_columns_that_do_not_fit_are_in_tables_of_their_own(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    networks = ["vgg11", "vgg13", "resnet18", "resnet34", "alexnet", "densenet121"]
    names = [column.name for column in COLUMNS]
    text = printed(capsys, *networks, "--columns", ",".join(names))
    tables = text.split("\n\n")
    assert max(map(len, text.splitlines())) <= 80
    assert [name for table in tables for name in table.splitlines()[0].split()] == names
    assert all([row.split()[0] for row in table.splitlines()[2:]] == networks for table in tables)


def test_memory_is_that_of_the_batch_in_every_form(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(printed(capsys, "lenet5", "--batch", "100", "--json"))
    memory = figures(elaborate(open_target("lenet5"))).memory
    assert found[0]["memory"]["activations_training"] == 100 * memory.activations_training
    assert "3.64 MB" in printed(capsys, "lenet5", "--batch", "100")


def test_two_files_of_one_name_are_told_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [tmp_path / folder / "net.cnn" for folder in ("a", "b")]
    for width, file in enumerate(files, 1):
        file.parent.mkdir()
        file.write_text(f"model net {{ input 1 x 8 x 8  flatten  linear({width}) }}")
    for more in (("--json",), ("--json", "--columns", "params")):
        found = json.loads(printed(capsys, *map(str, files), *more))
        assert [each["model"] for each in found] == list(map(str, files))


@pytest.mark.parametrize(
    ("column", "order"),
    [
        ("params", ["resnet18", "alexnet", "vgg11"]),
        ("input", ["lenet5", "alexnet"]),
        ("receptive-field", ["lenet5", "vgg11", "alexnet"]),
    ],
)
def test_sorted(column: str, order: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    for more, expected in ((), order), (("--reverse",), order[::-1]):
        found = json.loads(printed(capsys, *sorted(order), "--sort", column, *more, "--json"))
        assert [row["model"] for row in found] == expected


def test_csv_has_every_column_in_plain_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    every = ",".join(column.name for column in COLUMNS)
    text = printed(capsys, "resnet18", "vgg16(classes = 2)", "--columns", every, "--csv", "--batch", "32")
    row = next(iter(csv.DictReader(io.StringIO(text))))
    graph = elaborate(open_target("resnet18"))
    told = figures(graph)
    assert (int(row["params"]), int(row["flops"]), row["input"]) == (told.params, told.flops, "3x224x224")
    assert int(row["memory-training"]) == 32 * told.memory.activations_training
    assert int(row["total-training"]) == footprint(graph, 32).total
    assert int(row["total-inference"]) == footprint(graph, 32, training=False).total


def test_trainable_parameters_are_those_that_are_not_frozen(capsys: pytest.CaptureFixture[str]) -> None:
    spec = str(Path(__file__).parents[2] / "examples" / "clothes_frozen.cnn")
    found = json.loads(printed(capsys, spec, "--columns", "trainable,params", "--json"))
    assert found[0]["trainable"] == 645 < found[0]["params"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (["--columns", "parms"], "did you mean 'params'?"),
        (["--columns", " , "], "it names no column"),
        (["--sort", "zzz"], "there are input, output"),
        (["--reverse"], "name the column to sort by"),
        (["--batch", "0"], "whole number of at least 1"),
        (["--csv", "--json"], "not allowed with"),
    ],
)
def test_a_wrong_command_line(wrong: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["compare", "vgg11", *wrong])
    assert end.value.code == 2 and said in capsys.readouterr().err


def test_columns_are_not_for_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "run.json").write_text("{}")
    for more in (["--columns", "params"], ["--sort", "macs"], ["--batch", "2"], ["--csv"]):
        assert main(["compare", str(tmp_path), *more]) == 1
        assert f"is a run, and {more[0]} is for networks" in capsys.readouterr().err


def test_arguments_are_in_the_headings(capsys: pytest.CaptureFixture[str]) -> None:
    specs = ["resnet18(classes = 10)", "alexnet"]
    head = printed(capsys, *specs).splitlines()[0]
    assert re.split(r"\s{2,}", head.strip()) == [*specs, "times"]
    for form in ([], ["--columns", "params"]):
        assert f"\n{specs[0]}," in printed(capsys, *specs, "--csv", *form)
    assert [n["model"] for n in json.loads(printed(capsys, *specs, "--json"))] == specs


TRAINED = """model net { input 3 x 8 x 8  conv(4, 3)  relu  flatten  linear(2) }
optimizer sgd(lr = 0.1)
train (epochs = 3, batch = 32, precision = bf16)
"""


def test_memory_in_training_is_what_fits_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By the spec's optimizer and precision."""
    (tmp_path / "net.cnn").write_text(TRAINED)
    (tmp_path / "plain.cnn").write_text(TRAINED.partition("\n")[0])
    specs = [str(tmp_path / name) for name in ("net.cnn", "plain.cnn")]
    rows = json.loads(printed(capsys, *specs, "--columns", "total-training", "--batch", "8", "--json"))
    for spec, row in zip(specs, rows, strict=True):
        assert main(["fits", spec, "--batch", "8", "--json"]) == 0
        assert row["total-training"] == json.loads(capsys.readouterr().out)["bytes"]["total"]
