"""Where a network is cut, so that frozen layers are computed once."""

from __future__ import annotations

from functools import reduce

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

import cnnspec.ops
from cnnspec.elaborate import elaborate, open_target
from cnnspec.ir import LAYERS, Graph, GraphOutput, Node
from cnnspec.train.finetune.cutting import before, behind, cut_of

SHAPE = (2,)


@st.composite
def graphs(draw: st.DrawFn) -> tuple[Graph, set[str], set[int]]:
    """A network of dropouts, sums and norms over earlier nodes, what is trained of it, and what is still."""
    nodes = [Node("input", cnnspec.ops.Input(SHAPE), (), SHAPE)]
    for number in range(1, draw(st.integers(2, 9))):
        kind = draw(st.sampled_from(("add", "linear", "dropout", "relu")))
        count = 2 if kind == "add" else 1
        # Mostly the node before, so that there is something to cut.
        inputs = [
            number - 1 if draw(st.booleans()) else draw(st.integers(0, number - 1)) for _ in range(count)
        ]
        op = LAYERS.make(kind, features=2) if kind == "linear" else LAYERS.make(kind)
        nodes.append(Node(f"n{number}", op, tuple(inputs), SHAPE, op.parameters(*[SHAPE] * count)))
    outputs = tuple(
        GraphOutput(f"o{i}", i) for i in draw(st.sets(st.sampled_from(range(1, len(nodes))), min_size=1))
    )
    linear = [n.name for n in nodes if n.op.call_name == "linear"]
    trained = draw(st.sets(st.sampled_from(linear))) if linear else set()
    still = draw(st.sets(st.sampled_from(range(len(nodes)))))
    return Graph("g", tuple(nodes), outputs), {f"{name}.weight" for name in trained}, still


def constant(graph: Graph, trained: set[str], still: set[int], number: int) -> bool:
    node = graph.nodes[number]
    moves = f"{node.name}.weight" in trained or (node.op.call_name == "dropout" and number not in still)
    return not moves and all(constant(graph, trained, still, i) for i in node.inputs)


@given(graphs())
def test_nothing_leads_past_a_cut(drawn: tuple[Graph, set[str], set[int]]) -> None:
    graph, trained, still = drawn
    cut = cut_of(graph, trained, still)
    if cut is None:
        return
    assert cut > 0 and constant(graph, trained, still, cut)
    rest = behind(graph, cut)
    kept = set(rest.numbers)
    for number in kept - {cut}:
        assert set(graph.nodes[number].inputs) <= kept
    assert [graph.nodes[o.node].name for o in graph.outputs if o.node != cut] == [
        rest.graph.nodes[o.node].name for o in rest.graph.outputs if o.node
    ]
    assert len(rest.graph.outputs) == len(graph.outputs)
    first = before(graph, cut)
    assert first.nodes[first.outputs[0].node].name == graph.nodes[cut].name


@given(st.integers(1, 6), st.data())
def test_a_chain_is_cut_before_the_first_layer_that_moves(length: int, data: st.DataObject) -> None:
    op = LAYERS.make("linear", features=2)
    nodes = [Node("input", cnnspec.ops.Input(SHAPE), (), SHAPE)]
    nodes += [Node(f"n{i}", op, (i - 1,), SHAPE, op.parameters(SHAPE)) for i in range(1, length + 1)]
    graph = Graph("g", tuple(nodes), (GraphOutput("out", length),))
    first = data.draw(st.integers(1, length))
    trained = {f"n{i}.weight" for i in range(first, length + 1)}
    assert cut_of(graph, trained, ()) == (first - 1 or None)


@pytest.mark.parametrize(
    ("spec", "frozen", "expected"),
    [
        ("resnet18(size = 64, classes = 10)", lambda name: not name.startswith("head"), "flatten1"),
        (
            "resnet18(size = 64, classes = 10)",
            lambda name: not name.startswith(("stage3", "stage4", "head")),
            "stage2.residual2.relu2",
        ),
        ("densenet_cifar(layers = 13)", lambda name: not name.startswith("head"), "flatten1"),
    ],
)
def test_both_parts_give_what_the_whole_gives(spec: str, frozen: object, expected: str, cpu: str) -> None:
    from tinygrad import Tensor

    from cnnspec.backends.tinygrad import lower

    graph = elaborate(open_target(spec))
    trained = {f"{n.name}.{p.name}" for n in graph.nodes for p in n.parameters if not frozen(n.name)}  # type: ignore[operator]
    still = [i for i, n in enumerate(graph.nodes) if frozen(n.name)]  # type: ignore[operator]
    cut = cut_of(graph, trained, still)
    assert cut is not None and graph.nodes[cut].name == expected
    module = lower(graph, 0, cpu)
    images = Tensor(
        np.random.default_rng(0).normal(size=(2, *graph.input_shape)).astype(np.float32), device=cpu
    )
    whole = module(images).numpy()
    features = module.over(before(graph, cut))(images)
    parted = module.over(behind(graph, cut).graph)(features).numpy()
    scale = reduce(max, np.abs(whole).ravel(), 1.0)
    np.testing.assert_allclose(parted, whole, atol=1e-5 * scale)
