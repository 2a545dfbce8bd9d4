"""Every printed working comes to the figure that the analyses give, by a calculator of its own."""

from __future__ import annotations

from math import prod
from typing import Any

import pytest
from arithmetic import calculated, is_arithmetic
from drawn import PATH, drawn_graph
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnspec.analyses.cost import cost, count_parameters
from cnnspec.analyses.memory import kept_for_backward
from cnnspec.analyses.receptive_field import receptive_fields
from cnnspec.analyses.summary import summarize
from cnnspec.analyses.working import find, layer_working, part_working
from cnnspec.analyses.working.memory import kept_of
from cnnspec.analyses.working.sheet import Entry, Equation, Sum
from cnnspec.analyses.working.writing import sheet
from cnnspec.elaborate import Environment, bind_entry, elaborate, open_target, zoo_names
from cnnspec.ir import LAYERS, Graph, Node, Number, size
from cnnspec.source import Diagnostics, Source, SpecError
from cnnspec.syntax import parse_call

SIZES = {3: ("C_out", "H_out", "W_out"), 1: ("N_out",)}


def nowhere(*_: Any) -> tuple[str, ...]:
    return ()


def check_entry(entry: Entry, values: dict[str, Number]) -> None:
    """What is printed is true: sides of equations, products beside their numbers, totals under these."""
    for item in (item for section in entry.sections for item in section.items):
        if isinstance(item, Equation):
            result = calculated(item.sides[-1])
            assert result == values.get(item.symbol, 0), (entry.title, item)
            put_in = item.sides[-2] if len(item.sides) > 1 else item.sides[-1]
            assert not is_arithmetic(put_in) or calculated(put_in) == result, (entry.title, item)
        elif isinstance(item, Sum):
            numbers = [calculated(number) for _, _, number in item.rows]
            assert calculated(item.total) == sum(numbers), (entry.title, item)
            for (_, how, _), number in zip(item.rows, numbers, strict=True):
                assert not is_arithmetic(how) or calculated(how) == number, (entry.title, item)


def check(graph: Graph, known: set[Any] | None = None) -> int:
    """Compare every layer's printed steps with the analyses; how many layers have been looked at."""
    fields, costs, held = receptive_fields(graph), cost(graph), kept_for_backward(graph)
    kept, looked = kept_of(graph), 0
    for index, node in enumerate(graph.nodes):
        shapes = graph.input_shapes(node)
        state = (bool(kept.readers[index]), kept.draws[index])
        key = (node.op, shapes, tuple(fields[i] for i in node.inputs), graph.input_shape, state)
        if known is not None and key in known:
            continue
        if known is not None:
            known.add(key)
        looked += 1
        worked = layer_working(graph, index, fields, kept)
        values = worked.values()
        check_entry(sheet(graph, [worked], nowhere).entries[0], values)
        found = {symbol: int(values[symbol]) for symbol in values if values[symbol].denominator == 1}
        assert tuple(found[s] for s in SIZES[len(node.shape)]) == node.shape
        assert (found["parameters"], found["MACs"]) == (costs.params[index], costs.macs[index])
        assert found["bytes"] == 4 * prod(node.shape) and found["FLOPs"] == 2 * costs.macs[index]
        assert found["kept"] == held[index]
        assert found.get("parameter_bytes", 0) == 4 * sum(size(p.shape) for p in node.parameters)
        check_roles(node, found)
        for letter, figure in (("r", "size"), ("j", "jump"), ("e", "edge")):
            axes = [values.get(f"{letter}_out{axis}", values.get(f"{letter}_out")) for axis in ("_h", "_w")]
            assert tuple(axes) == getattr(fields[index], figure), (graph.name, node.name, letter)
    return looked


def check_roles(node: Node, found: dict[str, int]) -> None:
    count = count_parameters(node.parameters)
    assert found.get("buffers", 0) == count.buffers and found.get("norm", 0) == count.norm
    if "biases" in found:
        assert (found["weights"], found["biases"]) == (count.weights, count.biases)


def check_whole(graph: Graph) -> None:
    """The sheet of the network is true, and its totals are those of ``summarize``."""
    worked, summary = part_working(graph, find(graph, ".")), summarize(graph)
    totals = {addition.symbol: addition.total for addition in worked.additions}
    values = worked.values()
    check_entry(sheet(graph, [worked], nowhere).entries[0], values)
    assert (totals["parameters"], totals.get("buffers", 0)) == (summary.params.total, summary.params.buffers)
    assert (totals["MACs"], values["FLOPs"]) == (summary.macs, summary.flops)
    assert values["parameter_bytes"] == summary.memory.parameters
    assert totals["kept"] == summary.memory.activations_training
    assert worked.peak and worked.peak.total == summary.memory.activations_inference


def test_every_network_of_the_zoo() -> None:
    known: set[Any] = set()
    looked = 0
    for name in zoo_names():
        try:
            graph = elaborate(open_target(name))
        except SpecError:
            continue  # blocks alone
        looked += check(graph, known)
        check_whole(graph)
    assert looked > 2000


@pytest.mark.parametrize("name", ["alexnet", "resnet50", "densenet121", "efficientnet_b0"])
def test_every_part_is_the_sum_of_what_is_in_it(name: str) -> None:
    graph = elaborate(open_target(name))
    costs, held = cost(graph), kept_for_backward(graph)
    for path in (scope.path for scope in graph.scopes):
        worked = part_working(graph, find(graph, path))
        inside = [i for i, n in enumerate(graph.nodes) if i and n.name.startswith(f"{path}.")]
        totals = {addition.symbol: addition.total for addition in worked.additions}
        assert totals["parameters"] == sum(costs.params[i] for i in inside)
        assert totals["MACs"] == sum(costs.macs[i] for i in inside)
        assert totals["kept"] == sum(held[i] for i in inside)
        buffers = (p for i in inside for p in graph.nodes[i].parameters if p.role == "buffer")
        assert totals.get("buffers", 0) == sum(size(p.shape) for p in buffers)
        check_entry(sheet(graph, [worked], nowhere).entries[0], worked.values())


EXAMPLES = [pytest.param(cls, each, id=each.text) for cls in LAYERS.entries.values() for each in cls.examples]


@pytest.mark.parametrize(("cls", "example"), EXAMPLES)
def test_every_layer_states_its_working(cls: Any, example: Any) -> None:
    op = bind_entry(LAYERS, parse_call(Source("example", example.text)), Environment(), Diagnostics())
    assert op is not None
    output = op.output_shape(*example.inputs)
    working = op.size_working(example.inputs, output) + op.parameter_working(example.inputs)
    values = (working + op.mac_working(example.inputs, output)).values()
    assert tuple(values[symbol] for symbol in SIZES[len(output)]) == output
    counted = [p for p in op.parameters(*example.inputs) if p.role != "buffer"]
    assert values["parameters"] == sum(size(p.shape) for p in counted)
    assert values["MACs"] == op.macs(example.inputs, output)
    assert all("rule" not in step.note for step in working.steps), "state its formula in size_working"


@settings(max_examples=100, deadline=None)
@given(before=PATH, tracks=st.lists(PATH, min_size=2, max_size=3), after=PATH)
def test_any_network(before: str, tracks: list[str], after: str) -> None:
    try:
        graph = drawn_graph(before, tracks, after)
    except SpecError:
        return  # a window that does not fit
    check(graph)
    check_whole(graph)
