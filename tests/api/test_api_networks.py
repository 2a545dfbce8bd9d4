"""Networks: loaded, told of, drawn, and what is said where something is wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from api_blobs import TEXT

import cnnspec
from cnnspec.cli.main import main
from cnnspec.source import Source
from cnnspec.syntax import parse, print_yaml


def test_a_name_of_the_zoo() -> None:
    network = cnnspec.load("resnet18(classes = 10)")
    assert (network.name, network.input_shape, network.outputs) == (
        "resnet18",
        (3, 224, 224),
        {"output": (10,)},
    )
    assert network.parameters == 11_181_642
    assert network.macs == network.summary().to_dict()["macs"]
    assert "classes = 10" in network.text


@pytest.mark.parametrize("name", ["vgg16", "densenet121"])
def test_parameters_are_keywords(name: str) -> None:
    here, there = cnnspec.load(name, classes=np.int64(7)), cnnspec.load(f"{name}(classes = 7)")
    assert here.graph == there.graph


def test_a_file_and_its_text_are_the_same(tmp_path: Path, net: cnnspec.Network) -> None:
    path = tmp_path / "net.cnn"
    path.write_text(TEXT)
    assert cnnspec.load(path).graph == net.graph == cnnspec.load(str(path)).graph
    assert cnnspec.loads(cnnspec.load(path).text).graph == net.graph


def test_text_of_yaml(net: cnnspec.Network) -> None:
    text = print_yaml(parse(Source("net.cnn", TEXT)))
    assert cnnspec.loads(text, format="yaml").graph == net.graph


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("adamw(lr = 0.1)", "optimizer adamw(lr = 0.1)"),
        ("sgd(lr = 0.5)", "optimizer sgd(lr = 0.5)"),
    ],
)
def test_settings_are_those_of_the_command_line(value: str, text: str) -> None:
    assert text in cnnspec.loads(TEXT, settings={"optimizer": value}).text


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (True, "true"),
        (3, "3"),
        (-0.5, "-0.5"),
        (np.float32(0.25), "0.25"),
        ([1, 2.5], "[1, 2.5]"),
        ((-1,), "[-1]"),
    ],
)
def test_values_become_text(value: Any, written: str) -> None:
    from cnnspec.api.values import spec_text

    assert spec_text(value, "x") == written


def test_a_path_becomes_a_string_of_the_spec() -> None:
    from cnnspec.api.values import spec_text

    assert spec_text(Path('odd "name"'), "x") == '"odd \\"name\\""'


def test_a_summary_is_what_the_command_prints(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    for depth, options in ((None, []), (1, ["--depth", "1"])):
        main(["summary", "resnet18", *options])
        summary = cnnspec.load("resnet18").summary(depth)
        assert str(summary) == capsys.readouterr().out.rstrip("\n")


def test_rows_are_folded() -> None:
    network = cnnspec.load("resnet18")
    assert [row.name for row in network.summary(1).rows[:2]] == ["stem", "stage1"]
    assert len(network.summary(1).rows) == 8 < len(network.summary(2).rows) < len(network.summary().rows)


def test_the_table_of_a_notebook(net: cnnspec.Network) -> None:
    html = net.summary()._repr_html_()
    assert html.count("<tr>") == 1 + 5
    assert "linear 3" in html and "parameters" in html
    assert "<b>net</b>: 1 x 6 x 6 -&gt; 3" in net._repr_html_()


def test_a_notebook_escapes_names() -> None:
    hostile = "<script>alert(1)</script>"
    from dataclasses import replace

    net = cnnspec.loads(TEXT)
    nodes = tuple(replace(n, name=hostile + n.name) for n in net.graph.nodes)
    bad = replace(net, graph=replace(net.graph, name=hostile, nodes=nodes))
    for html in (bad.summary()._repr_html_(), bad._repr_html_(), bad.draw()._repr_svg_() or ""):
        assert "<script" not in html and "script" in html


def test_drawings(tmp_path: Path, net: cnnspec.Network) -> None:
    drawing = net.draw()
    assert "<svg" in drawing.svg and drawing._repr_svg_() == drawing.svg and drawing._repr_png_() is None
    shown = net.draw(1, format="png", direction="LR")
    assert shown._repr_svg_() is None and (shown._repr_png_() or b"").startswith(b"\x89PNG")
    assert drawing.save(tmp_path / "net.png").read_bytes().startswith(b"\x89PNG")
    assert drawing.save(str(tmp_path / "net.dot")).read_text() == drawing.dot
    assert "flowchart" in drawing.mermaid and "<script" in drawing.html
    large = net.draw(level="layer").save(tmp_path / "large.png", scale=2)
    assert large.stat().st_size > (tmp_path / "net.png").stat().st_size


def test_styles_and_blocks(net: cnnspec.Network) -> None:
    assert (
        "volumes" not in net.draw(style="volumes").svg and "<svg" in net.draw(style="volumes", dark=True).svg
    )
    network = cnnspec.load("resnet18")
    assert "residual" in network.draw(block="residual", heat="macs", fold=True).dot
    assert "resnet34" in network.draw(level="stage", other=cnnspec.load("resnet34")).mermaid


def test_check_checks_the_experiment() -> None:
    cnnspec.load("lenet5").check()
    with pytest.raises(cnnspec.SpecError) as caught:
        cnnspec.loads(TEXT + "loss mse\ndata digits").check()
    assert {d.code for d in caught.value.diagnostics} != set()


def test_an_error_reads_as_on_the_command_line() -> None:
    with pytest.raises(cnnspec.SpecError) as caught:
        cnnspec.loads("model net { input 1 x 8 x 8  cnv(3, 3)  lineer(3) }")
    assert len(caught.value.diagnostics) == 2
    assert str(caught.value).startswith("error[unknown-layer]")
    assert "^^^" in str(caught.value) and "2 errors" in str(caught.value)
    assert isinstance(caught.value.diagnostics[0], cnnspec.Diagnostic)


WRONG: list[tuple[Callable[[], object], str]] = [
    (lambda: cnnspec.load("vgg16", clases=2), "did you mean 'classes'?"),
    (lambda: cnnspec.load("vgg16(clases = 2)"), "spec:1:7"),
    (lambda: cnnspec.load("vgg61"), "did you mean 'vgg"),
    (lambda: cnnspec.load("nothere.cnn"), "nothere.cnn"),
    (lambda: cnnspec.load(TEXT), "cnnspec.loads"),
    (lambda: cnnspec.load("vgg16", settings={"optimzer.lr": 1}), "settings:1:1"),
    (lambda: cnnspec.load("vgg16", classes="many"), "classes"),
    (lambda: cnnspec.loads(TEXT, format="yml"), "did you mean 'yaml'?"),
    (lambda: cnnspec.loads(TEXT).draw(format="jpeg"), "'format' must be one of svg, png"),
    (lambda: cnnspec.loads(TEXT).draw(direction="RL"), "one of TB, LR"),
    (lambda: cnnspec.loads(TEXT).draw().save("net.gif"), ".svg, .png, .pdf, .dot, .mmd, .md or .html"),
    (lambda: cnnspec.loads(TEXT).draw(level="blocks"), "did you mean 'block'?"),
    (lambda: cnnspec.loads(TEXT).draw(style="slide"), "did you mean 'slides'?"),
    (lambda: cnnspec.loads(TEXT).draw(heat="parameters"), "one of params, macs, memory, receptive-field"),
    (lambda: cnnspec.load("resnet18").draw(block="basic"), "its blocks are residual, shortcut"),
    (lambda: cnnspec.loads(TEXT).draw().save("net.svg", scale=2), "has pixels"),
    (lambda: cnnspec.loads(TEXT).draw(style="volumes").mermaid, "is a picture, not Mermaid"),
    (lambda: cnnspec.loads(TEXT).draw().save("no/such/folder/net.svg"), "cannot write"),
    (lambda: cnnspec.loads(TEXT).summary(depth=0), "at least 1, not 0"),
    (lambda: cnnspec.loads("block b { relu }"), "no model"),
    (lambda: cnnspec.open_run("no/such/run"), "not a run folder"),
]


@pytest.mark.parametrize(("call", "said"), WRONG, ids=range(len(WRONG)))
def test_a_wrong_value_is_explained(call: Callable[[], object], said: str) -> None:
    with pytest.raises(cnnspec.SpecError) as caught:
        call()
    assert said in str(caught.value)


MISTYPED: list[tuple[Callable[[], object], str]] = [
    (lambda: cnnspec.load(3), "path or a name"),  # type: ignore[arg-type]
    (lambda: cnnspec.loads(Path("net.cnn")), "text of a spec"),  # type: ignore[arg-type]
    (lambda: cnnspec.load("vgg16", classes=None), "'classes' cannot be set to None"),  # type: ignore[arg-type]
    (lambda: cnnspec.load("vgg16", classes=float("nan")), "cannot be set to nan"),
    (lambda: cnnspec.load("vgg16", classes=""), "empty"),
    (lambda: cnnspec.load("vgg16", settings=["classes=2"]), "mapping"),  # type: ignore[arg-type]
    (lambda: cnnspec.loads(TEXT).summary(depth=1.5), "whole number"),  # type: ignore[arg-type]
    (lambda: cnnspec.loads(TEXT).draw(format=3), "must be a string"),  # type: ignore[arg-type]
    (lambda: cnnspec.open_run(None), "run folder"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("call", "said"), MISTYPED, ids=range(len(MISTYPED)))
def test_a_value_of_a_wrong_type_is_refused(call: Callable[[], object], said: str) -> None:
    with pytest.raises(TypeError, match=said):
        call()


def test_no_renderer(monkeypatch: pytest.MonkeyPatch, net: cnnspec.Network) -> None:
    monkeypatch.setattr("cnnspec.backends.drawing.renderers.find_renderer", lambda format: None)
    with pytest.raises(cnnspec.SpecError, match=r"cannot make svg: .*pip install graphviz-pure"):
        net.draw()._repr_svg_()


def test_errors_can_be_pickled() -> None:
    import pickle

    with pytest.raises(cnnspec.SpecError) as caught:
        cnnspec.load("vgg16", clases=2)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
