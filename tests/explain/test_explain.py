"""What ``cnnspec explain SPEC PATH`` prints: goldens, gaps and answers, files, and what it says of mistakes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from cnnspec.cli.main import main
from cnnspec.elaborate import elaborate, open_target, zoo_names
from cnnspec.elaborate.provenance import argument_chains
from cnnspec.source import SpecError

HERE = Path(__file__).parent
SHEETS = {
    "stem": "net.cnn stem",
    "stage2": "net.cnn stage2 stage2.residual1.conv2 stage2.residual1.add1",
    "rest": "net.cnn maxpool1 conv1 upsample1 conv2 gate1.multiply1 adaptive_avgpool1 flatten1 head",
    "whole": "net.cnn(width=16) --set classes=7",
    "blank": "net.cnn stem maxpool1 gate1 --blank",
    "alexnet_lecture": "alexnet_lecture conv1 fc6",
}


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(HERE)
    monkeypatch.setenv("COLUMNS", "80")


@pytest.mark.parametrize("name", SHEETS)
def test_sheet(name: str, here: None, capsys: pytest.CaptureFixture[str], regenerate: bool) -> None:
    assert main(["explain", *SHEETS[name].split(" ")]) == 0
    text, golden = capsys.readouterr().out, HERE / "golden" / f"{name}.txt"
    if regenerate:
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")
    assert max(map(len, text.splitlines())) <= 80


def test_the_lectures_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "alexnet_lecture", "conv1"]) == 0
    text = capsys.readouterr().out
    assert "(227 − 11 + 2·0) / 4 + 1 = 55" in text
    assert "(11·11·3 + 1)·96 = 34,944" in text
    assert re.search(r"k = 11 +kernel: alexnet_lecture.cnn:8", text)


def printed(here: object, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["explain", *arguments]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("target", ["stem maxpool1 conv1 gate1.multiply1", "stage2 .", "head flatten1"])
def test_the_answers_are_the_results(target: str, here: None, capsys: pytest.CaptureFixture[str]) -> None:
    """Filled in, the gaps give the sheet; no result stands where it was asked for."""
    full = printed(here, capsys, "net.cnn", *target.split(" "))
    blank, _, answers = printed(here, capsys, "net.cnn", *target.split(" "), "--blank").partition(
        "──── Answers"
    )
    gaps = [int(number) for number in re.findall(r"____ \((\d+)\)", blank)]
    told = dict(re.findall(r"^ *\((\d+)\) (.+?)(?:  \(.*)?$", answers, re.MULTILINE))
    assert gaps == list(range(1, len(gaps) + 1)) and len(told) == len(gaps)
    filled = re.sub(r"____ \((\d+)\)", lambda m: told[m[1]], blank)
    assert results(filled) == results(full)


def results(text: str) -> list[str]:
    """The last number of each line, which is a result or a cell of a table."""
    lines = (line.strip() for line in text.splitlines())
    return [
        found[-1]
        for line in lines
        if "=" in line and ":" not in line and (found := re.findall(r"[\d,/−]+", line))
    ]


def test_answers_are_a_page_of_their_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for suffix, mark in ((".md", '<div style="page-break-before: always"></div>'), (".txt", "\f")):
        file = tmp_path / f"sheet{suffix}"
        assert main(["explain", "lenet5", ".", "--blank", "-o", str(file)]) == 0
        questions, found, answers = file.read_text(encoding="utf-8").partition(mark)
        assert found and "61,706" not in questions and "61,706" in answers
    assert "wrote" in capsys.readouterr().out


def test_json(here: None, capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(here, capsys, "net.cnn", "stem", "stage1", "--json", "--figures", "params")
    stem, stage = json.loads(text)["explained"]
    assert [step["numbers"] for step in stem["steps"]] == ["3·5·3·8"]
    assert next(g for g in stem["given"] if g["argument"] == "bias")["from"] == [
        "conv(bias = false), net.cnn:5, default"
    ]
    assert stage["sums"][0]["result"] == sum(term["value"] for term in stage["sums"][0]["terms"])


def test_places_are_found_through_the_whole_zoo() -> None:
    """Every argument that a layer was given has a place in its own call, or is a default."""
    for name in zoo_names():
        if not name.endswith(("50", "121", "b0", "mobile", "lecture", "16", "20", "lenet5")):
            continue
        try:
            graph = elaborate(module := open_target(name))
        except SpecError:
            continue
        chains = argument_chains(module, [node.name for node in graph.nodes])
        for node in graph.nodes:
            for chain in chains[node.name].values():
                assert all(link.text for link in chain)
                first = chain[0].span
                assert (
                    first
                    and node.span
                    and (chain[0].default or node.span.start <= first.start < node.span.end)
                )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("resnet50 stage2.bottleneck1.conv22", "did you mean 'stage2.bottleneck1.conv2'?"),
        ("resnet50 bottleneck", "'bottleneck' is a block, and here at stage1.bottleneck1"),
        ("resnet50 conv3", "'conv3' is in parts: stage1.bottleneck1.conv3"),
        ("resnet50 stage9 stag1", "2 errors"),
        ("resnt50 conv1", "did you mean 'resnet50'?"),
        ("resnt50", "did you mean 'resnet50'?"),
        ("kernel-too-larg", "did you mean 'kernel-too-large'?"),
        ("lenet5 conv1 --set clases=3", "bad-override"),
        ("lenet5 conv1 --blank -o /no/such/folder/x.md", "cannot-write"),
    ],
)
def test_what_it_says_of_mistakes(arguments: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", *arguments.split(" ")]) == 1
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("kernel-too-large --blank", "--blank goes with a SPEC"),
        ("--json", "--json goes with a SPEC"),
        ("lenet5 . --json --blank", "--json prints steps"),
        ("lenet5 . --figures sise", "did you mean 'size'?"),
        ("lenet5 . --figures=", "there is no figure ''"),
        ("lenet5 . -o x.pdf", "must end in .md or .txt"),
    ],
)
def test_usage(arguments: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["explain", *arguments.split(" ")])
    assert left.value.code == 2
    assert said in capsys.readouterr().err


def test_codes_are_explained_as_before(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain"]) == 0
    assert "unknown-path" in capsys.readouterr().out
    assert main(["explain", "unknown-path"]) == 0
    assert "Right:" in capsys.readouterr().out
