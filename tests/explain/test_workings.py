"""Every printed working comes to the figure that the analyses give, by a calculator of its own."""

from __future__ import annotations

from math import prod
from typing import Any

import pytest
from arithmetic import calculated
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnspec.analyses.cost import cost, count_parameters
from cnnspec.analyses.receptive_field import receptive_fields
from cnnspec.analyses.working import find, layer_working, part_working
from cnnspec.elaborate import Environment, Loader, bind_entry, elaborate, open_target, zoo_names
from cnnspec.ir import LAYERS, Graph, Node, size
from cnnspec.ir.working import number_text, written
from cnnspec.source import Diagnostics, Source, SpecError
from cnnspec.syntax import parse_call

SIZES = {3: ("C_out", "H_out", "W_out"), 1: ("N_out",)}


def graph_of(text: str) -> Graph:
    return elaborate(Loader().link(Source("drawn.cnn", text), None))


def check(graph: Graph, known: set[Any] | None = None) -> int:
    """Compare every layer's printed steps with the analyses; how many layers have been looked at."""
    fields, costs = receptive_fields(graph), cost(graph)
    looked = 0
    for index, node in enumerate(graph.nodes):
        shapes = graph.input_shapes(node)
        key = (node.op, shapes, tuple(fields[i] for i in node.inputs), graph.input_shape)
        if known is not None and key in known:
            continue
        if known is not None:
            known.add(key)
        looked += 1
        worked = layer_working(graph, index, fields)
        values = worked.values()
        for step in worked.working.steps:
            printed = written(step.formula, lambda name, v=values: number_text(v[name]), values)
            assert calculated(printed) == values[step.symbol], (graph.name, node.name, step.symbol, printed)
        found = {symbol: int(values[symbol]) for symbol in values if values[symbol].denominator == 1}
        assert tuple(found[s] for s in SIZES[len(node.shape)]) == node.shape
        assert (found["parameters"], found["MACs"]) == (costs.params[index], costs.macs[index])
        assert found["bytes"] == 4 * prod(node.shape) and found["FLOPs"] == 2 * costs.macs[index]
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


def test_every_layer_of_the_zoo() -> None:
    known: set[Any] = set()
    looked = 0
    for name in zoo_names():
        try:
            graph = elaborate(open_target(name))
        except SpecError:
            continue  # blocks alone
        looked += check(graph, known)
    assert looked > 2000


@pytest.mark.parametrize("name", ["alexnet", "resnet50", "densenet121", "efficientnet_b0"])
def test_every_part_is_the_sum_of_what_is_in_it(name: str) -> None:
    graph = elaborate(open_target(name))
    costs = cost(graph)
    for path in (".", *(scope.path for scope in graph.scopes)):
        worked = part_working(graph, find(graph, path))
        inside = [
            i for i, n in enumerate(graph.nodes) if i and (path == "." or n.name.startswith(f"{path}."))
        ]
        totals = {addition.symbol: addition.total for addition in worked.additions}
        assert totals["parameters"] == sum(costs.params[i] for i in inside)
        assert totals["MACs"] == sum(costs.macs[i] for i in inside)
        buffers = (p for i in inside for p in graph.nodes[i].parameters if p.role == "buffer")
        assert totals.get("buffers", 0) == sum(size(p.shape) for p in buffers)
        assert all(a.total == sum(row.figure(a.symbol) for row in a.rows) for a in worked.additions)


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


ODD = st.sampled_from(["", ", padding = same", ", padding = (1, 0, 2, 1)", ", padding = 1"])
LAYER = st.one_of(
    st.builds(
        "conv(2, {}, stride = {}, dilation = {}{})".format, *[st.integers(1, 3)] * 2, st.integers(1, 2), ODD
    ),
    st.builds("conv(2, ({}, {}){})".format, *[st.integers(1, 3)] * 2, ODD),
    st.builds(
        "maxpool(({}, 2), {}, ceil_mode = {})".format,
        *[st.integers(1, 3)] * 2,
        st.sampled_from(["true", "false"]),
    ),
    st.builds("upsample({}, mode = {})".format, st.integers(1, 3), st.sampled_from(["nearest", "bilinear"])),
    st.builds("adaptive_avgpool(({}, {}))".format, *[st.integers(2, 5)] * 2),
    st.sampled_from(
        [
            "pad((0, 1, 2, 0))",
            "crop((1, 0, 0, 1))",
            "relu",
            "bn",
            "group_norm(1)",
            "avgpool(2, 1, padding = same)",
        ]
    ),
)
PATH = st.lists(LAYER, max_size=4).map(" ".join)


@settings(max_examples=150, deadline=None)
@given(before=PATH, tracks=st.lists(PATH, min_size=2, max_size=3), after=PATH)
def test_any_network(before: str, tracks: list[str], after: str) -> None:
    """Tracks are brought to one size, so that whatever is in them can be joined."""
    sized = " ".join(f"| {track} adaptive_maxpool((4, 3)) conv(2, 1)" for track in tracks)
    body = f"input 2 x 19 x 24 {before} concat {{ {sized} }} {after} flatten linear(2)"
    try:
        graph = graph_of(f"model drawn {{ {body} }}")
    except SpecError:
        return  # a window that does not fit
    check(graph)
