"""What ``cnnspec explain SPEC PATH`` prints: goldens, gaps and answers, files, and what it says of mistakes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from cnnspec.analyses.working import find
from cnnspec.analyses.working.sheet import Equation, Sheet, Sum
from cnnspec.analyses.working.writing import sheet, work
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


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["explain", *arguments]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize(
    "paths", ["stem maxpool1 conv1 gate1.multiply1", "stage2 .", "head flatten1 gate1 stem"]
)
def test_the_answers_are_the_results(paths: str, here: None) -> None:
    """Filled in, the gaps give the results of the full sheet, in their order."""
    graph = elaborate(open_target("net.cnn"))
    worked = work(graph, [find(graph, path) for path in paths.split(" ")])
    full, blank = (sheet(graph, worked, lambda *_: (), blank=b) for b in (False, True))
    answers = [answer.partition("  (")[0] for answer in blank.answers]
    gaps = [cell for cell in results(blank) if "____" in cell]
    assert gaps == [f"____ ({number})" for number in range(1, len(answers) + 1)]
    filled = [answers[int(cell[6:-1]) - 1] if cell in gaps else cell for cell in results(blank)]
    assert filled == results(full)


def results(whole: Sheet) -> list[str]:
    """Everything that comes out of a working, or stands in a table for a layer of its own."""
    found: list[str] = []
    for item in (item for entry in whole.entries for section in entry.sections for item in section.items):
        if isinstance(item, Equation):
            found.append(item.sides[-1])
        elif isinstance(item, Sum):
            found += [*(number for _, _, number in item.rows), item.total]
        else:
            found += [cell for row in item.rows for cell in row[2:] if row[1]]
    return found


def test_answers_are_a_page_of_their_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for suffix, mark in ((".md", '<div style="page-break-before: always"></div>'), (".txt", "\f")):
        file = tmp_path / f"sheet{suffix}"
        assert main(["explain", "lenet5", ".", "--blank", "-o", str(file)]) == 0
        questions, found, answers = file.read_text(encoding="utf-8").partition(mark)
        assert found and "61,706" not in questions and "61,706" in answers
    assert "wrote" in capsys.readouterr().out


def test_answers_in_a_file_of_their_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheets, answers = tmp_path / "exercise.md", tmp_path / "answers.txt"
    said = printed(capsys, "lenet5", "--blank", "c1", "-o", str(sheets), "--answers", str(answers))
    assert said == f"wrote {sheets}\nwrote {answers}\n"
    assert "156" not in (text := sheets.read_text(encoding="utf-8")) and "Answers" not in text
    assert "156" in (text := answers.read_text(encoding="utf-8")) and "C_out" not in text
    assert "Answers" not in printed(capsys, "lenet5", "c1", "--blank", "--answers", str(answers))


def test_markdown_reads_as_written(tmp_path: Path, here: None, capsys: pytest.CaptureFixture[str]) -> None:
    printed(capsys, "net.cnn", "stage2.residual1.conv1", ".", "--blank", "-o", str(tmp_path / "sheet.md"))
    text = (tmp_path / "sheet.md").read_text(encoding="utf-8")
    assert "half = channels // 2 = 12, net.cnn:22" in text and "| \\_\\_\\_\\_ (" in text


YAML = """\
model: net(width = 4)
input: 3 x 9 x 9
net:
  - let double: 2 * width
  - for kernel in [1, 3]:
      - unit(double, kernel)
blocks:
  unit(channels, size, step = 1):
    - conv(channels, size, step)
    - relu
"""


def given(text: str) -> dict[str, list[str]]:
    """Where the numbers that are arguments come from, by their symbols."""
    (worked,) = json.loads(text)["explained"]
    return {each["symbol"]: each["from"] for each in worked["given"] if each["argument"]}


def test_lines_are_those_of_yaml(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (file := tmp_path / "net.yaml").write_text(YAML, encoding="utf-8")
    places = given(printed(capsys, str(file), "unit2.conv1", "--json", "--set", "width=6"))
    assert places["channels"] == [
        "channels, net.yaml:9",
        "channels = double = 12, net.yaml:6",
        "double = 2 * width = 12, net.yaml:4",
        "width = 6, --set",
    ]
    assert places["k"][1:] == ["size = kernel = 3, net.yaml:6", "kernel = 3, in a turn of 'for', net.yaml:5"]
    assert places["s"] == ["step, net.yaml:9", "step = 1, net.yaml:8, default"]
    assert places["p"] == ["default of conv"]


TENSORS = """\
model net(unit = narrow(ratio = 4)) {
  input 3 x 16 x 16
  let doubled = 2 * here.channels
  first: conv(doubled, 3, stride = here.height // 8)
  unit
  conv(first.channels + here.channels, 1)
}
block narrow(ratio, channels = 2 * in.channels) { conv(max(1, in.channels // ratio), 1)  conv(channels, 1) }
"""


@pytest.mark.parametrize(
    ("layer", "symbol", "said"),
    [
        (
            "first",
            "channels",
            ["doubled = 2 * here.channels = 6, net.cnn:3", "here.channels, of the tensor there, net.cnn:3"],
        ),
        ("first", "s", ["here.height = 16, net.cnn:4"]),
        ("narrow1.conv1", "channels", ["in.channels = 6, net.cnn:8", "ratio = 4, net.cnn:1"]),
        (
            "narrow1.conv2",
            "channels",
            ["channels = 2 * in.channels = 12, net.cnn:8, default", "in.channels = 6, net.cnn:8"],
        ),
        ("conv1", "channels", ["first.channels = 6, net.cnn:6", "here.channels = 12, net.cnn:6"]),
    ],
)
def test_sizes_of_tensors_have_places(
    layer: str, symbol: str, said: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (file := tmp_path / "net.cnn").write_text(TENSORS, encoding="utf-8")
    assert given(printed(capsys, str(file), layer, "--json"))[symbol][1:] == said


def test_a_layer_of_another_section_has_no_chain(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = 'use resnet18(classes = 10)\nfinetune { from("x.safetensors")  replace(head)  freeze(stem, stage1) }\n'
    (file := tmp_path / "tuned.cnn").write_text(spec, encoding="utf-8")
    text = printed(capsys, str(file), "head", "stage1.residual1.conv1")
    assert "classes = 10, tuned.cnn:1" in text and "no gradient reads it" in text


def test_json(here: None, capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, "net.cnn", "stem", "stage1", "--json", "--figures", "params")
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
        ("resnet50 stem.conv2", "did you mean 'stem.conv1'?"),
        ("three_3x3 conv", "layers of 'conv' are "),
        ("resnet50 bottleneck", "'bottleneck' is a block, and here at stage1.bottleneck1"),
        ("resnet50 stage1.bottleneck2…3", "stands for stage1.bottleneck2, stage1.bottleneck3: give one"),
        ("resnet50 bottleneck5...6.conv1", "stands for stage3.bottleneck5.conv1, stage3.bottleneck6.conv1"),
        ("resnet50 stage*.bottleneck6", "not a pattern; it fits stage3.bottleneck6"),
        ("resnet50 stem.conv1.weight", "is a parameter of the layer 'stem.conv1'"),
        ("lenet5 conv1", "layers of 'conv' are c1, c3"),
        ("lenet5 " + "x" * 3000, "'cnnspec summary' lists the layers"),
        ("resnet50 conv3", "'conv3' is in parts: stage1.bottleneck1.conv3"),
        ("resnet50 stage9 stag1", "2 errors"),
        ("resnt50 conv1", "did you mean 'resnet50'?"),
        ("resnt50", "did you mean a network, 'resnet50' or"),
        ("resnet5", "'resnet50' or"),
        ("nosuch", "'cnnspec explain SPEC PATH' explains a layer that 'cnnspec summary SPEC' lists"),
        ("kernel-too-larg", "did you mean the code 'kernel-too-large'?"),
        ("no/such.spec", "there is no such file"),
        ("lenet5 conv1 --set clases=3", "bad-override"),
        ("lenet5 c1 --blank -o /no/such/folder/x.md", "cannot-write"),
    ],
)
def test_what_it_says_of_mistakes(arguments: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", *arguments.split(" ")]) == 1
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("kernel-too-large --blank", "is a diagnostic's code; --blank goes with a SPEC"),
        ("--json", "--json goes with a SPEC"),
        ("lenet5 . --json --blank", "--json prints steps"),
        ("lenet5 . --figures sise", "did you mean 'size'?"),
        ("lenet5 . --figures=", "there is no figure ''"),
        ("lenet5 . -o x.pdf", "must end in .md or .txt"),
        ("lenet5 c1 --answers x.md", "--answers goes with --blank"),
        ("lenet5 c1 --blank -o x.md --answers x.md", "-o and --answers are one file"),
        ("unknown-layer conv1", "'unknown-layer' is a diagnostic's code; a PATH goes with a SPEC"),
    ],
)
def test_usage(arguments: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["explain", *arguments.split(" ")])
    assert left.value.code == 2
    assert said in capsys.readouterr().err


def test_a_part_without_layers(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, "resnet50", "stage1.bottleneck2.shortcut")
    assert "shortcut(256), no layers" in text and "parameters = 0\n" in text


@pytest.mark.parametrize("columns", ["20", "60", "100"])
def test_any_width(columns: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    for paths in (".", "stage1.bottleneck1", "stage1.bottleneck1.add1"):
        assert max(map(len, printed(capsys, "resnet50", paths).splitlines())) <= max(int(columns), 60)


def test_codes_are_explained_as_before(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain"]) == 0
    assert "unknown-path" in capsys.readouterr().out
    assert main(["explain", "unknown-path"]) == 0
    assert "Right:" in capsys.readouterr().out


def test_a_layer_of_factors_alone_is_no_norm(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = tmp_path / "net.cnn"
    spec.write_text("model net { input 3 x 4 x 4  scale  conv(4, 1, bias = false)  bn }")
    assert main(["explain", str(spec), "scale1", "bn1", "--figures", "params"]) == 0
    out = capsys.readouterr().out
    assert "Factors:" in out and "Factors and offsets of the norm:" in out
