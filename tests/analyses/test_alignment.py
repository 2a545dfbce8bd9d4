"""Which layers of one network are which of another: networks of the zoo, hand-built ones, and drawn ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from counting import calls
from hypothesis import given, settings
from networks import Builder, alexnet, resnet, squeeze_excite, vgg16

from cnnspec.analyses.alignment import Alignment, align
from cnnspec.elaborate import Loader, elaborate, open_target
from cnnspec.ir import Graph, GraphOutput
from cnnspec.source import Source


def zoo(spec: str) -> Graph:
    return elaborate(open_target(spec))


def of_text(text: str) -> Graph:
    return elaborate(Loader().link(Source("spec.cnn", text), None))


def counts(found: Alignment) -> dict[str, int]:
    return dict(Counter(pair.change for pair in found.layers))


def named(found: Alignment, change: str) -> list[tuple[str | None, str | None]]:
    """The names of the layers with this change."""
    nodes = found.first.nodes, found.second.nodes
    return [
        (
            None if pair.first is None else nodes[0][pair.first].name,
            None if pair.second is None else nodes[1][pair.second].name,
        )
        for pair in found.layers
        if pair.change == change
    ]


def told(found: Alignment, name: str) -> list[str]:
    """In what the layer of the first network that is called so differs."""
    pairs = (p for p in found.layers if p.first is not None and found.first.nodes[p.first].name == name)
    return [str(difference) for difference in next(pairs).differences]


def chain(layers: Sequence[tuple[Any, ...]], size: int = 16) -> Graph:
    b = Builder("chain", 4, size, size)
    for layer in layers:
        more = {"padding": 1} if layer[0] == "conv" else {}
        b(*layer, **more)
    return b.graph()


# Networks of the zoo


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("resnet50", "resnet50", {"same": 176}),
        ("resnet18", "resnet34", {"same": 70, "added": 56}),
        ("resnet50", "resnet152", {"same": 176, "added": 340}),
        ("resnet50", "resnext50_32x4d", {"same": 64, "changed": 112}),
        ("vgg16", "vgg16_bn", {"same": 40, "added": 13}),
        ("vgg11", "vgg19", {"same": 30, "added": 16}),
        ("plain34", "resnet34", {"same": 104, "added": 22}),
        ("alexnet", "alexnet_lecture", {"same": 9, "changed": 11, "removed": 2}),
        ("nasnet_a_large", "nasnet_a_large", {"same": 1247}),
    ],
)
def test_networks_of_the_zoo(first: str, second: str, expected: dict[str, int]) -> None:
    assert counts(align(zoo(first), zoo(second))) == expected


def test_added_blocks_stand_at_the_ends_of_stages() -> None:
    found = align(zoo("resnet18"), zoo("resnet34"))
    added = [p.second for p in found.scopes if p.change == "added" and not p.second.endswith("shortcut")]  # type: ignore[union-attr]
    last = [(1, 3), (2, 3), (2, 4), (3, 3), (3, 4), (3, 5), (3, 6), (4, 3)]
    assert added == [f"stage{stage}.residual{block}" for stage, block in last]
    assert all(p.first == p.second for p in found.scopes if p.change != "added")


def test_batch_normalisations_are_what_vgg_bn_adds() -> None:
    added = named(align(zoo("vgg16"), zoo("vgg16_bn")), "added")
    assert all(name is not None and ".bn" in name for _, name in added)


def test_alexnets_differ_in_channels_and_dropout() -> None:
    found = align(zoo("alexnet"), zoo("alexnet_lecture"))
    assert named(found, "removed") == [("dropout1", None), ("dropout2", None)]
    assert told(found, "conv1")[:3] == [
        "channels 64 → 96",
        "padding 2 → 0",
        "output 64 x 55 x 55 → 96 x 55 x 55",
    ]
    assert told(found, "relu1") == ["output 64 x 55 x 55 → 96 x 55 x 55"]
    assert told(found, "conv3") == ["weight 384 x 192 x 3 x 3 → 384 x 256 x 3 x 3"]
    assert told(found, "input") == ["output 3 x 224 x 224 → 3 x 227 x 227"]
    follows = {found.first.nodes[p.first].name for p in found.layers if p.only_shape and p.first is not None}
    assert follows == {"relu1", "maxpool1", "relu2", "maxpool2", "conv3", "relu4", "conv5"}


def test_another_kind_of_block_is_matched_in_its_place() -> None:
    found = align(zoo("resnet18"), zoo("resnet50"))
    partners = {p.first: p.second for p in found.scopes}
    for stage in range(1, 5):
        for block in (1, 2):
            assert partners[f"stage{stage}.residual{block}"] == f"stage{stage}.bottleneck{block}"


def test_networks_with_little_in_common() -> None:
    found = align(zoo("lenet5"), zoo("nasnet_a_large"))
    pairs = named(found, "changed")
    assert pairs[0] == ("input", "input") and pairs[-1] == ("f7", "head")
    assert counts(found)["removed"] == 13 - len(pairs)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("nasnet_a_large", "nasnet_a_mobile"),
        ("densenet264", "densenet121"),
        ("densenet264", "nasnet_a_large"),
    ],
)
def test_large_networks_are_quick(first: str, second: str) -> None:
    def built() -> list[Graph]:
        return [zoo(name) for name in (first, second)]

    one, other = built()
    align(one, other)  # the first time imports
    assert calls(lambda: align(one, other)) < 4 * calls(built)


# Wrapped networks

WRAPPED = """
use resnet50

block body {
  conv(3, 1)
  backbone: resnet50
  dropout(0.5)
}

model wrapped {
  input 3 x 224 x 224
  %s
}
"""


@pytest.mark.parametrize("text", ["backbone: resnet50", "around: body", "conv(3, 1)  around: body  relu"])
def test_a_network_that_is_a_part_of_another(text: str) -> None:
    wrapped = of_text(WRAPPED % text)
    plain = zoo("resnet50")
    for found in (align(plain, wrapped), align(wrapped, plain)):
        pairs = counts(found)
        assert pairs["same"] == 176
        assert set(pairs) <= {"same", "added"} or set(pairs) <= {"same", "removed"}
    stages = {p.second: p.first for p in align(plain, wrapped).scopes}
    inside = "backbone." if text.startswith("backbone") else "around.backbone."
    assert stages[f"{inside}stage3.bottleneck4"] == "stage3.bottleneck4"
    assert stages[inside.rstrip(".")] is None


def in_parts(parts: Sequence[tuple[str, Sequence[tuple[Any, ...]]]]) -> Graph:
    """A chain of which some pieces stand in scopes of their own ("" for loose layers)."""
    b = Builder("parts", 4, 16, 16)
    for name, layers in parts:
        with b.scope(name) if name else nullcontext():
            for layer in layers:
                b(*layer)
    return b.graph()


PIECES = [("conv", 8, 3), ("bn",), ("relu",)], [("conv", 16, 3), ("relu",)], [("flatten",), ("linear", 10)]


def test_scopes_of_one_network_alone() -> None:
    loose = in_parts([("", [layer for piece in PIECES for layer in piece])])
    for names in (("stem", "body", "head"), ("stem", "", ""), ("", "body", "head"), ("features", "", "head")):
        parted = in_parts(list(zip(names, PIECES, strict=True)))
        found = align(loose, parted)
        assert counts(found) == {"same": 8} and found.same
        assert {p.change for p in found.scopes} == {"added"}


# Single changes


CHAIN = [
    ("conv", 8, 3),
    ("bn",),
    ("relu",),
    ("conv", 8, 3),
    ("relu",),
    ("maxpool", 2),
    ("conv", 16, 3),
    ("relu",),
]


def test_a_layer_in_the_middle_is_one_layer_added() -> None:
    longer = [*CHAIN[:3], ("conv", 12, 3), *CHAIN[3:]]
    found = align(chain(CHAIN), chain(longer))
    assert named(found, "added") == [(None, "conv2")]
    assert ("conv2", "conv3") in named(found, "changed")  # it has more input channels
    assert told(found, "conv2") == ["weight 8 x 8 x 3 x 3 → 8 x 12 x 3 x 3"]
    assert ("conv3", "conv4") in named(found, "same")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (("conv", 8, 3), ("conv", 8, 5), ["kernel 3x3 → 5x5"]),
        (("conv", 8, 3), ("conv", 8, 3, (2, 1)), ["stride 1x1 → 2x1"]),
        (("maxpool", 2), ("avgpool", 2), ["maxpool → avgpool"]),
        (("relu",), ("sigmoid",), ["relu → sigmoid"]),
        (("dropout", 0.5), ("dropout", 0.25), ["p 0.5 → 0.25"]),
    ],
)
def test_differences_are_read_from_signatures(before: Any, after: Any, expected: list[str]) -> None:
    one, other = chain([*CHAIN[:3], before]), chain([*CHAIN[:3], after])
    found = align(one, other)
    assert counts(found) == {"same": 4, "changed": 1}
    assert [str(d) for d in found.layers[-1].differences][: len(expected)] == expected
    assert not found.layers[-1].only_shape


def test_initialisers_come_last() -> None:
    one = of_text("model m {\n  input 3 x 8 x 8\n  conv(4, 3)\n}")
    other = of_text(
        "model m {\n  input 3 x 8 x 8\n  conv(5, 3, init = kaiming_normal(mode = fan_out), bias = false)\n}"
    )
    words = told(align(one, other), "conv1")
    assert words[:2] == ["channels 4 → 5", "bias true → false"]
    assert words[-1] == "init kaiming_uniform → kaiming_normal(mode = fan_out)"


def test_frozen_layers() -> None:
    found = align(*(_partly_frozen(start) for start in (1, None)))
    assert told(found, "linear1") == ["trained → frozen"]
    assert {d.kind for p in found.layers for d in p.differences} == {"training"}


def _partly_frozen(start: int | None) -> Graph:
    graph = in_parts([("", [("flatten",), ("linear", 3)])])
    specs = tuple(replace(spec, starts=start) for spec in graph.nodes[2].parameters)
    return replace(graph, nodes=(*graph.nodes[:2], replace(graph.nodes[2], parameters=specs)))


def _joined(of: Sequence[int], by: str = "add") -> Graph:
    b = Builder("joined", 4, 8, 8)
    b("relu"), b("sigmoid"), b("tanh")
    b(by, of=of), b("relu")
    return b.graph()


def test_other_inputs_are_a_change() -> None:
    found = align(_joined((3, 1)), _joined((3, 2)))
    assert told(found, "add1") == ["takes tanh1, relu1 → tanh1, sigmoid1"]
    assert counts(found) == {"same": 5, "changed": 1}
    assert told(align(_joined((3, 1)), _joined((3, 1, 2))), "add1") == ["inputs 2 → 3"]


def test_the_order_of_inputs() -> None:
    """A sum is the same in any, a concatenation is not."""
    assert align(_joined((3, 1)), _joined((1, 3))).same
    assert align(_joined((3, 1, 2), "multiply"), _joined((2, 3, 1), "multiply")).same
    found = align(_joined((3, 1), "concat"), _joined((1, 3), "concat"))
    assert told(found, "concat1") == ["takes tanh1, relu1 → relu1, tanh1"]


def test_what_is_added_before_a_layer_does_not_change_its_inputs() -> None:
    found = align(vgg16(), vgg16())
    assert found.same
    b = Builder("gate", 16, 32, 32)
    b("conv", 32, 3, padding=1), b("relu"), b("conv", 32, 3, padding=1)
    found = align(squeeze_excite(), b.graph())
    assert counts(found) == {"same": 4, "removed": 6}
    assert [(p.first, p.change) for p in found.scopes] == [("squeeze_excite1", "removed")]


def test_another_output_is_not_the_same() -> None:
    graph = chain(CHAIN)
    other = replace(graph, outputs=(*graph.outputs, GraphOutput("early", 3)))
    found = align(graph, other)
    assert counts(found) == {"same": 9} and not found.same


def test_equal_labels_go_together() -> None:
    def graph(last: str) -> Graph:
        b = Builder("labelled", 4, 8, 8)
        b("conv", 8, 3, name="stem"), b("flatten"), b("linear", 8, name="hidden"), b("linear", 10, name=last)
        return b.graph()

    found = align(graph("hidden2"), chain([]))
    assert counts(found) == {"changed": 1, "removed": 4}  # the input's size
    b = Builder("fewer", 4, 8, 8)
    b("flatten"), b("linear", 10, name="hidden")
    found = align(graph("out"), b.graph())
    assert ("hidden", "hidden") in named(found, "changed")
    assert ("out", None) in named(found, "removed")


def test_a_long_flat_network() -> None:
    layers = [("conv", 4 + number % 7, 3) if number % 3 else ("relu",) for number in range(3000)]
    longer = [*layers[:700], ("bn",), *layers[700:2000], ("sigmoid",), ("maxpool", 2), *layers[2000:]]
    one, other = chain(layers, 4), chain(longer, 4)
    found = align(one, other)
    assert [name for _, name in named(found, "added")] == ["bn1", "sigmoid1", "maxpool1"]
    assert found.count("removed") == 0


def test_scopes_that_are_torn_apart() -> None:
    """No spec makes them, a program may: layers of a scope with others between them."""
    b = Builder("torn", 4, 8, 8)
    b("relu", name="a.relu1"), b("sigmoid"), b("relu", name="a.relu2")
    with b.scope("a"), b.scope("empty"):
        pass
    torn = b.graph()
    assert align(torn, torn).same
    assert [(p.first, p.change) for p in align(torn, torn).scopes] == [("a", "same"), ("a.empty", "same")]
    check(torn, chain(CHAIN))


def test_scopes_without_layers() -> None:
    """An identity shortcut, and the projection in its place."""
    found = align(zoo("resnet18"), zoo("resnet50"))
    pair = next(p for p in found.scopes if p.first == "stage1.residual1.shortcut")
    assert (pair.second, pair.change) == ("stage1.bottleneck1.shortcut", "changed")
    graphs = []
    for order in (("full", "none"), ("none", "full")):
        b = Builder("order", 4, 8, 8)
        for label in order:
            with b.scope(label):
                b("relu") if label == "full" else None
        graphs.append(b.graph())
    found = check(*graphs)
    assert [(p.first, p.second) for p in found.scopes if p.change == "same"] == [("full", "full")]


# Properties


def check(one: Graph, other: Graph) -> Alignment:
    """What holds for any two networks."""
    found = align(one, other)
    for side, graph in (("first", one), ("second", other)):
        indices = [getattr(p, side) for p in found.layers]
        assert [i for i in indices if i is not None] == list(range(len(graph.nodes)))
        paths = [getattr(p, side) for p in found.scopes]
        assert [path for path in paths if path is not None] == [s.path for s in graph.scopes]
    for pair in (*found.layers, *found.scopes):
        assert (pair.first is None) == (pair.change == "added")
        assert (pair.second is None) == (pair.change == "removed")
    for layer in found.layers:
        assert bool(layer.differences) == (layer.change == "changed")
    assert found.layers[0].first == found.layers[0].second == 0
    _mirrored(found, align(other, one))
    return found


def _mirrored(found: Alignment, back: Alignment) -> None:
    for pairs, turned in ((found.layers, back.layers), (found.scopes, back.scopes)):
        there = [(p.first, p.second) for p in pairs if p.change in ("same", "changed")]
        assert there == [(p.second, p.first) for p in turned if p.change in ("same", "changed")]
        assert [p.change for p in pairs if p.change in ("same", "changed")] == [
            p.change for p in turned if p.change in ("same", "changed")
        ]


LAYERS = st.sampled_from(
    [
        ("conv", 4, 3),
        ("conv", 4, 1),
        ("conv", 8, 3),
        ("bn",),
        ("relu",),
        ("sigmoid",),
        ("dropout", 0.5),
        ("add",),
    ]
)
PIECE: st.SearchStrategy[Any] = st.recursive(
    LAYERS,
    lambda inner: st.tuples(st.sampled_from("pqr"), st.booleans(), st.lists(inner, max_size=4)),
    max_leaves=12,
)


@st.composite
def networks(draw: st.DrawFn) -> Graph:
    """Layers, blocks and labelled scopes within one another, with sums of tracks of one shape."""
    b = Builder("drawn", 4, 6, 6)
    labels = iter(range(99))

    def put(item: Any) -> None:
        if item[0] in "pqr":
            with b.block(item[0]) if item[1] else b.scope(f"{item[0]}x{next(labels)}"):
                for inner in item[2]:
                    put(inner)
        elif item[0] == "add":
            same = [i for i, node in enumerate(b.nodes) if node.shape == b.nodes[b.at].shape]
            b("add", of=(b.at, draw(st.sampled_from(same))))
        else:
            b(*item, **({"padding": item[2] // 2} if item[0] == "conv" else {}))

    for item in draw(st.lists(PIECE, max_size=7)):
        put(item)
    return b.graph(GraphOutput("output", b.at))


@given(networks(), networks())
@settings(deadline=None)
def test_any_two_networks(one: Graph, other: Graph) -> None:
    check(one, other)


@given(networks())
@settings(deadline=None)
def test_a_network_is_the_same_as_itself(graph: Graph) -> None:
    found = check(graph, graph)
    assert found.same
    assert all(p.first == p.second and p.change == "same" for p in (*found.layers, *found.scopes))


CHAINS = st.lists(LAYERS.filter(lambda layer: layer[0] != "add"), max_size=12)


@given(CHAINS, LAYERS.filter(lambda layer: layer[0] != "add"), st.data())
@settings(deadline=None)
def test_one_layer_more_is_one_layer_added(layers: list[Any], more: Any, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(layers)))
    shorter, longer = chain(layers), chain([*layers[:at], more, *layers[at:]])
    found = check(shorter, longer)
    assert found.count("added") == 1 and found.count("removed") == 0
    back = align(longer, shorter)
    assert back.count("removed") == 1 and back.count("added") == 0


@pytest.mark.parametrize("other", [alexnet(), vgg16(), resnet(), resnet("bottleneck"), squeeze_excite()])
def test_hand_built_networks(other: Graph) -> None:
    for one in (alexnet(), resnet(depths=(1, 1))):
        check(one, other)


def test_examples_and_families() -> None:
    root = Path(__file__).parents[2] / "examples"
    specs = (
        str(root / "unet.cnn"),
        str(root / "googlenet.cnn"),
        "efficientnet_b0",
        "densenet40",
        "alexnet_2012",
    )
    graphs = [zoo(spec) for spec in specs]
    for one in graphs:
        for other in graphs:
            check(one, other)
