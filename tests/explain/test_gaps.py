"""Exercises: what a gap asks for stands nowhere else on the sheet, and what is left out elsewhere is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from drawn import PATH, drawn_graph, graph_of
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnspec.analyses.working import LayerWorking, PartWorking, find, layer_working
from cnnspec.analyses.working.layer import cost_working, worked_out
from cnnspec.analyses.working.memory import kept_of, memory_working
from cnnspec.analyses.working.sheet import GAP, Entry, Equation, Sheet, Sum, Table
from cnnspec.analyses.working.writing import Worked, sheet, work
from cnnspec.cli.main import main
from cnnspec.ir import Figure, Graph, Node, Working
from cnnspec.ir.working import FIGURES, number_text, symbols, written
from cnnspec.source import SpecError

Fact = tuple[str, str, bool]
"""Of a layer or part a figure, by its symbol, and whether it is told there; else there is a gap."""


def facts(graph: Graph, worked: Worked, entry: Entry) -> Iterator[Fact]:
    """All that is told beside the results, and all that is left out."""
    if isinstance(worked, LayerWorking):
        values = {known.symbol: known.value for known in entry.knowns}
        yield from _of_givens(graph, worked.node, worked.working, values)
    else:
        for item in (item for section in entry.sections for item in section.items):
            if isinstance(item, Table):
                yield from _of_table(worked, item)
            elif isinstance(item, Sum):
                yield from _of_sum(graph, worked, item)


def _of_givens(graph: Graph, node: Node, working: Working, shown: dict[str, str]) -> Iterator[Fact]:
    for each in working.givens:
        if each.input is not None and each.symbol in shown and each.symbol[0] in "CHWNrje":
            source = graph.nodes[node.inputs[each.input]].name
            yield source, f"{each.symbol[0]}_out", shown[each.symbol] != GAP


def _of_table(worked: PartWorking, table: Table) -> Iterator[Fact]:
    rows = [row for row in table.rows if not row[1]]
    for row, entering in zip(rows, worked.entering, strict=True):
        for head, cell in zip(table.head[2:], row[2:], strict=True):
            for symbol in _in_column(head, entering.node):
                yield entering.node.name, symbol, cell != GAP


def _in_column(head: str, node: Node) -> tuple[str, ...]:
    sizes = ("C_out", "H_out", "W_out") if len(node.shape) == 3 else ("N_out",)
    return {"output": sizes, "receptive field": ("r_out",), "jump": ("j_out",)}[head]


def _of_sum(graph: Graph, worked: PartWorking, item: Sum) -> Iterator[Fact]:
    nodes = {node.name: index for index, node in enumerate(graph.nodes)}
    for name, how, _ in item.rows:
        path = next((row.child.path for row in worked.rows if row.child.name == name), name)
        if item.symbol == "alive":
            for cell in how.split("·")[:-1]:
                yield from ((name, s, cell != GAP) for s in _in_column("output", graph.nodes[nodes[name]]))
        elif path in nodes:
            yield from _put_in(graph, nodes[path], item.symbol, how)


def _put_in(graph: Graph, index: int, symbol: str, how: str) -> Iterator[Fact]:
    """Which symbols of a layer's formula a number stands for."""
    working = cost_working(graph, index) + memory_working(graph, index, kept_of(graph))
    form = re.escape(worked_out(working, symbol, lambda name, _: f"<{name}>"))
    names = re.findall(r"<(\w+)>", form)
    found = re.fullmatch(re.sub(r"<\w+>", r"([\\d,/]+|_+)", form), how)
    assert found, (form, how)
    shown = dict(zip(names, found.groups(), strict=True))
    yield from _of_givens(graph, graph.nodes[index], working, shown)
    steps = {step.symbol for step in working.steps} & set(shown) - {"bytes"}
    yield from ((graph.nodes[index].name, each, shown[each] != GAP) for each in steps)


def asked_on(worked: tuple[Worked, ...], blank: Sheet) -> set[tuple[str, str]]:
    """What has a numbered gap."""
    found: set[tuple[str, str]] = set()
    for each, entry in zip(worked, blank.entries, strict=True):
        for item in (item for section in entry.sections for item in section.items):
            if isinstance(each, LayerWorking) and isinstance(item, Equation):
                found.add((each.node.name, re.sub(r"(?<=^[rje]_out)_[hw]$", "", item.symbol)))
            elif isinstance(each, PartWorking) and isinstance(item, Table):
                last = {row.child.name: row.child.nodes[-1] for row in each.rows}
                for row in (row for row in item.rows if row[1]):
                    found |= {(blank.model, f"{last[row[0]]} {head}") for head in item.head[2:]}
            elif isinstance(each, PartWorking) and isinstance(item, Sum):
                paths = {row.child.name: row.child.path for row in each.rows}
                symbol = "bytes" if item.symbol == "alive" else item.symbol
                found |= {(paths.get(name, name), symbol) for name, *_ in item.rows}
    return found


def _spread(graph: Graph, found: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Columns of tables as the symbols that stand in them."""
    spread = set()
    for owner, symbol in found:
        if owner == graph.name and symbol[0].isdigit():
            place, head = symbol.split(" ", 1)
            node = graph.nodes[int(place)]
            spread |= {(node.name, each) for each in _in_column(head, node)}
        else:
            spread.add((owner, symbol))
    return spread


def check_equations(worked: LayerWorking, entry: Entry) -> None:
    """Gaps are put in for the same symbols everywhere, and "by the same numbers" says what is so, and no more."""
    values, steps = worked.values(), {step.symbol: step for step in worked.working.steps}
    items = [e for section in entry.sections for e in section.items if isinstance(e, Equation)]
    hidden = {known.symbol for known in entry.knowns if known.value == GAP} | {item.symbol for item in items}

    def shown(symbol: str) -> str:
        return GAP if symbol in hidden else number_text(values[symbol])

    def apart(symbol: str) -> str:
        return symbol if symbol in hidden else number_text(values[symbol])

    for item in items:
        step = steps[item.symbol]
        if item.same:
            assert written(step.formula, apart) == written(steps[step.like].formula, apart)
        elif symbols(step.formula) and not step.formula.isidentifier():
            assert item.sides[-2] == written(step.formula, shown)
    assert not any(" (element" in known.words for known in entry.knowns) or "H_out" not in hidden


def check_gaps(graph: Graph, paths: list[str], figures: list[Figure]) -> None:
    worked = work(graph, [find(graph, path) for path in paths])
    blank = sheet(graph, worked, lambda *_: (), figures, blank=True)
    asked = _spread(graph, asked_on(worked, blank))
    for each, entry in zip(worked, blank.entries, strict=True):
        for owner, symbol, told in facts(graph, each, entry):
            assert told != ((owner, symbol) in asked), (entry.title, owner, symbol)
        if isinstance(each, LayerWorking):
            check_equations(each, entry)


@settings(max_examples=60, deadline=None)
@given(before=PATH, tracks=st.lists(PATH, min_size=2, max_size=3), after=PATH, data=st.data())
def test_any_exercise(before: str, tracks: list[str], after: str, data: Any) -> None:
    try:
        graph = drawn_graph(before, tracks, after)
    except SpecError:
        return  # a window that does not fit
    there = [".", *(scope.path for scope in graph.scopes), *(node.name for node in graph.nodes)]
    paths = data.draw(st.lists(st.sampled_from(there), min_size=1, max_size=5, unique=True))
    figures = data.draw(st.lists(st.sampled_from(FIGURES), min_size=1, unique=True))
    check_gaps(graph, paths, figures)


G1 = """model g1 { input 1 x 9 x 9  conv(4, 3, padding = 1) bn relu
stem: { conv(8, 3, stride = 2) relu }  flatten linear(3) }"""
ODD = "model odd { input 3 x 20 x 12 conv(4, 3, padding = 1) conv(8, 3, stride = 2) conv(8, 3, padding = same) }"
UNEVEN = """model uneven { input 1 x 9 x 9 adaptive_avgpool((4, 2)) conv(2, 3, padding = 1)
conv(8, 3, padding = same, stride = 2, dilation = 2) adaptive_avgpool((1, 3)) flatten linear(2) }"""


@pytest.mark.parametrize(
    ("spec", "paths"),
    [
        (G1, "bn1 stem . linear1 input"),
        (G1, "linear1 relu1 stem.relu1"),
        (ODD, "conv3 conv2 conv1"),
        (UNEVEN, "conv2 adaptive_avgpool2 linear1 input"),
    ],
)
def test_an_exercise(spec: str, paths: str) -> None:
    check_gaps(graph_of(spec), paths.split(" "), list(FIGURES))


@pytest.mark.parametrize(
    ("spec", "arguments", "without", "told"),
    [
        (
            ODD,
            "conv1 conv2 --blank --figures size",
            "same numbers",
            "floor((____ − 3 + 2·0) / 2) + 1 = ____ (6)",
        ),
        (UNEVEN, "conv2 --blank", "(element", "begins at, height: from conv1"),
        (UNEVEN, "conv2", "pattern of 1;", "begins at, height (element −1): from conv1"),
        (
            "model m { input 3 x 8 x 8  conv(6, 3)  narrow }  block narrow { conv(in.channels // 2, 1) }",
            "narrow1.conv1 --blank --figures size,params",
            "in.channels = 6",
            "in.channels, m.cnn:1",
        ),
        (G1, "linear1 --blank", "8 x 4 x 4", "from flatten1, m.cnn:2"),
    ],
)
def test_what_an_exercise_tells(
    spec: str,
    arguments: str,
    without: str,
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COLUMNS", "140")
    (file := tmp_path / "m.cnn").write_text(spec, encoding="utf-8")
    assert main(["explain", str(file), *arguments.split(" ")]) == 0
    questions = capsys.readouterr().out.partition("Answers")[0]
    assert without not in questions and told in questions


def test_a_pattern_of_equals_is_none() -> None:
    """Behind uneven cells a stride of 2 may leave elements that see as many pixels each."""
    graph = graph_of("model m { input 1 x 3 x 3 adaptive_avgpool(2) conv(1, 1, stride = 2) }")
    assert not any("different" in s.note for s in layer_working(graph, 2).working.steps)
