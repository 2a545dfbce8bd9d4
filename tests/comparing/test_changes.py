"""The tree of what became of one network in another: every layer once, figures that add up, sides that can be swapped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import Builder, alexnet, resnet, several_outputs, squeeze_excite, vgg16

from cnnspec.analyses.alignment import align
from cnnspec.analyses.changes import Part, changes, runs, together
from cnnspec.analyses.cost import cost
from cnnspec.analyses.memory import kept_for_backward
from cnnspec.cli.diff.figures import FIGURES
from cnnspec.cli.diff.rows import LEVELS, Row, rows
from cnnspec.cli.diff.table import table
from cnnspec.elaborate import elaborate, open_target
from cnnspec.ir import Graph

MIRRORED = {
    "same": "same",
    "resized": "resized",
    "changed": "changed",
    "removed": "added",
    "added": "removed",
}


@cache
def zoo(name: str) -> Graph:
    return elaborate(open_target(name))


@cache
def hand_built() -> tuple[Graph, ...]:
    return (
        alexnet(),
        vgg16(),
        resnet(),
        resnet("bottleneck", (1, 2, 1, 1)),
        squeeze_excite(),
        several_outputs(),
    )


LAYERS = st.sampled_from(
    [
        ("conv", 4, 3),
        ("conv", 8, 3),
        ("conv", 4, 1),
        ("bn",),
        ("relu",),
        ("tanh",),
        ("maxpool", 2),
        ("upsample", 2),
    ]
)


@st.composite
def drawn(draw: st.DrawFn) -> Graph:
    """Layers, some in scopes, some of these in scopes again."""
    b = Builder("drawn", 4, 16, 16)

    def put(depth: int) -> None:
        for number in range(draw(st.integers(0, 3))):
            if depth and draw(st.booleans()):
                with b.scope(f"part{number}", block=draw(st.sampled_from(["left", "right", None]))):
                    put(depth - 1)
            elif b.nodes[b.at].shape[1] > 3 or draw(st.booleans()):
                layer = draw(LAYERS)
                b("relu") if layer[0] == "maxpool" and b.nodes[b.at].shape[1] < 4 else b(
                    *layer, **({"padding": layer[2] // 2} if layer[0] == "conv" else {})
                )

    put(2)
    return b.graph()


def check(one: Graph, other: Graph) -> Part:
    """What holds for any two networks."""
    root = changes(align(one, other))
    for side, graph in ((0, one), (1, other)):
        held = [s for leaf in root.leaves() if (s := (leaf.first, leaf.second)[side])]
        assert sorted(path for s in held for path in s.paths) == sorted(node.name for node in graph.nodes)
        whole, costs = (root.first, root.second)[side], cost(graph)
        assert whole is not None
        assert (whole.params, whole.macs) == (costs.count.total, costs.total_macs)
        assert whole.memory == sum(kept_for_backward(graph)) and whole.layers == sum(
            bool(node.inputs) for node in graph.nodes
        )
    for part in everything(root):
        if part.parts:
            adds_up(part, part.parts)
            adds_up(part, runs(part.parts))
    for level in LEVELS:
        for all_of_it in (False, True):
            found = rows(root, (one, other), level, all_of_it, ({}, {})).rows
            adds_up(root, [row.part for row in found if row.level == 0])
            assert all(len(line) <= 100 for line in table(found, 100, False, all_of_it))
    return root


def everything(part: Part) -> Iterator[Part]:
    yield part
    for inner in part.parts:
        yield from everything(inner)


def adds_up(whole: Part, parts: list[Part] | tuple[Part, ...]) -> None:
    total = together(parts)
    for one, other in ((whole.first, total.first), (whole.second, total.second)):
        assert (one is None) == (other is None)
        if one and other:
            assert (one.layers, one.params, one.macs, one.memory) == (
                other.layers,
                other.params,
                other.macs,
                other.memory,
            )


def mirrored(part: Part) -> Counter[object]:
    """The layers of a tree with the sides swapped."""
    return Counter((MIRRORED[leaf.state], leaf.second, leaf.first) for leaf in part.leaves())


def leaves(part: Part) -> Counter[object]:
    return Counter((leaf.state, leaf.first, leaf.second) for leaf in part.leaves())


@settings(max_examples=150, deadline=None)
@given(drawn(), drawn())
def test_any_two_networks(one: Graph, other: Graph) -> None:
    assert leaves(check(one, other)) == mirrored(changes(align(other, one)))


@settings(max_examples=30, deadline=None)
@given(drawn())
def test_a_network_against_itself_is_empty(graph: Graph) -> None:
    root = check(graph, graph)
    found = rows(root, (graph, graph), "layer", False, ({}, {})).rows
    assert root.state == "same" and {row.part.state for row in found} == {"same"}
    assert not any(figure.cell(row.part, row.rest) for row in found for figure in FIGURES)


@pytest.mark.parametrize(("first", "second"), list(permutations(range(6), 2)))
def test_hand_built_networks(first: int, second: int) -> None:
    check(hand_built()[first], hand_built()[second])


def shown(first: str, second: str, level: str) -> tuple[Row, ...]:
    one, other = zoo(first), zoo(second)
    return rows(changes(align(one, other)), (one, other), level, False, ({}, {})).rows


def test_swapped_networks_swap_signs() -> None:
    swapped = {"+": "−", "−": "+"}
    there, back = shown("resnet18", "resnet34", "layer"), shown("resnet34", "resnet18", "layer")
    assert [(r.level, r.sign, r.name) for r in there] == [
        (r.level, swapped.get(r.sign, r.sign), r.name) for r in back
    ]


def test_blocks_that_changed_alike_are_one_row() -> None:
    found = [r for r in shown("resnet50", "resnext50_32x4d", "block") if r.level == 1]
    assert [r.name for r in found if r.part.times > 1] == [
        "bottleneck2…3 ×2",
        "bottleneck2…4 ×3",
        "bottleneck2…6 ×5",
        "bottleneck2…3 ×2",
    ]
    assert sum(r.part.times for r in found) == 16


def test_a_wrapper_of_one_network_is_looked_through() -> None:
    def graph(wrapped: bool) -> Graph:
        b = Builder("net", 3, 16, 16)
        if wrapped:
            with b.scope("features"):
                b("conv", 8, 3, name="one"), b("relu", name="two")
        else:
            b("conv", 8, 3, name="one"), b("relu", name="two")
        return b.graph()

    root = changes(align(graph(True), graph(False)))
    assert root.state == "same" and all(part.is_layer for part in root.parts)
