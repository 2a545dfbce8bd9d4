"""``cnnspec draw``: what it writes, what it refuses, what a person is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnnspec.cli.main import main

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.parametrize(
    ("suffix", "begins"),
    [
        ("svg", b"<?xml"),
        ("png", b"\x89PNG"),
        ("pdf", b"%PDF"),
        ("dot", b"digraph"),
        ("mmd", b"---\ntitle"),
        ("md", b"```mermaid\n"),
        ("html", b"<!doctype html"),
    ],
)
def test_every_format(suffix: str, begins: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / f"net.{suffix}"
    assert main(["draw", "lenet5", "-o", str(file)]) == 0
    assert file.read_bytes().lower().startswith(begins.lower())
    assert capsys.readouterr().out == f"wrote {file}\n"


@pytest.mark.parametrize(
    "options",
    [
        ["--level", "model"],
        ["--level", "layer", "--fold"],
        ["--depth", "1"],
        ["--style", "paper"],
        ["--style", "slides", "--dark"],
        ["--style", "volumes"],
        ["--style", "volumes", "--direction", "vertical", "--dark"],
        ["--direction", "horizontal"],
        ["--heat", "receptive-field"],
        ["--block", "residual"],
        ["--block", "stage2"],
        ["--set", "classes=7"],
    ],
    ids=" ".join,
)
def test_options(options: list[str], tmp_path: Path) -> None:
    file = tmp_path / "net.svg"
    assert main(["draw", "resnet18", "-o", str(file), *options]) == 0
    assert b"<svg" in file.read_bytes()


def test_two_networks_as_one(tmp_path: Path) -> None:
    file = tmp_path / "net.mmd"
    assert main(["draw", "resnet18", "resnet34", "--diff", "--level", "stage", "-o", str(file)]) == 0
    assert "resnet34" in file.read_text(encoding="utf-8")


def test_a_block_of_several_kinds_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["draw", "resnet18", "--block", "residual", "-o", str(tmp_path / "net.dot")]) == 0
    assert (
        "stage1.residual1, of the commonest form of the 8 'residual' (called in 7 ways)"
        in capsys.readouterr().err
    )


REFUSED = [
    (["draw", "resnet18", "-o", "net.gif"], 2, "must end in .svg, .png, .pdf, .dot, .mmd, .md or .html"),
    (["draw", "resnet18", "-o", "net.svg", "--level", "blocks"], 2, "invalid choice: 'blocks'"),
    (["draw", "resnet18", "-o", "net.svg", "--level", "block", "--depth", "2"], 2, "not allowed with"),
    (["draw", "resnet18", "-o", "net.svg", "--scale", "2"], 2, "--scale is for .png"),
    (["draw", "resnet18", "-o", "net.png", "--scale", "0"], 2, "not a number from 0.05 to 20"),
    (["draw", "resnet18", "-o", "net.svg", "--diff"], 2, "--diff takes two networks"),
    (["draw", "resnet18", "resnet34", "-o", "net.svg"], 2, "drawn with --diff only"),
    (["draw", "resnet18", "-o", "net.svg", "--style", "paper", "--dark"], 2, "black on white"),
    (["draw", "resnet18", "-o", "net.svg", "--style", "volumes", "--level", "block"], 2, "leave out level"),
    (["draw", "resnet18", "-o", "net.dot", "--style", "volumes"], 2, "is a picture, not DOT"),
    (["draw", "resnet18", "-o", "net.html", "--style", "paper"], 2, "leave out the style 'paper'"),
    (
        ["draw", "resnet18", "-o", "net.svg", "--style", "volumes", "--heat", "macs"],
        2,
        "shows sizes, not heat",
    ),
    (["draw", "resnet18", "resnet34", "--diff", "-o", "net.html"], 2, "shows one network"),
    (
        ["draw", "resnet18", "resnet34", "--diff", "-o", "net.svg", "--style", "volumes"],
        2,
        "shows one network",
    ),
    (["draw", "resnet18", "resnet34", "--diff", "-o", "net.svg", "--heat", "macs"], 2, "leave out the heat"),
    (["draw", "resnet18", "-o", "net.svg", "--block", "residul"], 1, "did you mean 'residual'?"),
    (["draw", "alexnet", "-o", "net.svg", "--block", "residual"], 1, "has no blocks"),
    (["draw", "resnet18", "resnet43", "--diff", "-o", "net.svg"], 1, "resnet34"),
    (["draw", "resnet18", "-o", "no/such/folder/net.svg"], 1, "cannot write"),
]


@pytest.mark.parametrize(
    ("arguments", "code", "said"), REFUSED, ids=lambda v: " ".join(v[2:]) if isinstance(v, list) else ""
)
def test_what_is_refused(
    arguments: list[str],
    code: int,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    try:
        ended = main(arguments)
    except SystemExit as error:
        ended = error.code
    assert ended == code
    assert said in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "arguments",
    [["-o", "net.dot"], ["-o", "net.mmd"], ["-o", "net.html"], ["-o", "net.svg", "--style", "volumes"]],
)
def test_without_a_renderer(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Text, pages and volumes need no Graphviz; for the others it is said what to install."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("cnnspec.backends.drawing.renderers._renderers", lambda: iter(()))
    assert main(["draw", "alexnet", *arguments]) == 0
    assert main(["draw", "alexnet", "-o", "other.png"]) == 1
    assert "pip install graphviz-pure" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == [arguments[1]]


def test_letters_too_small_for_print_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wide = ["draw", "resnet152", "--style", "paper", "-o", str(tmp_path / "net.svg")]
    assert main([*wide, "--level", "layer"]) == 0
    assert "note: to fit one column, its letters are 0" in capsys.readouterr().err
    assert main([*wide, "--level", "stage"]) == 0
    assert capsys.readouterr().err == ""


def test_letters_that_no_font_has_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        "cnnspec.backends.drawing.convert.letters_without_font", lambda svg: "\N{LINEAR B SYLLABLE B008 A}"
    )
    monkeypatch.setattr(
        "cnnspec.backends.drawing.remarks._names", lambda of: iter(["\N{LINEAR B SYLLABLE B008 A}"])
    )
    assert main(["draw", "lenet5", "-o", str(tmp_path / "net.pdf")]) == 0
    assert "no font here has \N{LINEAR B SYLLABLE B008 A}" in capsys.readouterr().err
