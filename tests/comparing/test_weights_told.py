"""What ``diff`` says of weights: every tensor in one place, and what is by accident."""

from __future__ import annotations

import re

import hypothesis.strategies as st
from hypothesis import given, settings

from cnnspec.analyses.alignment import align
from cnnspec.cli.diff.weights import weights_json, weights_lines
from cnnspec.elaborate import Loader, Module, elaborate
from cnnspec.ir import Graph
from cnnspec.source import Source
from cnnspec.train.weights.transfer import Transfer, transfer

BLOCK = "block res(c, k) { add { | | conv(c, k, padding = same) bn } relu }\n"
LAYERS = st.sampled_from(
    [
        "conv(4, 3, padding = 1)",
        "conv(4, 1)",
        "conv(8, 3, padding = 1)",
        "bn",
        "relu",
        "res(4, 3)",
        "res(4, 5)",
    ]
)
LABELS = st.lists(st.sampled_from(["", "a: ", "b: ", "c: "]), max_size=7)


def module_of(body: str) -> Module:
    text = f"{BLOCK}model m {{\n  input 4 x 6 x 6\n{body}  identity\n}}"
    return Loader().link(Source("spec.cnn", text), None)


@st.composite
def bodies(draw: st.DrawFn) -> str:
    """Layers in a row, some with labels, of few kinds: most of two such lists have some in common."""
    taken: set[str] = set()
    lines, channels = [], 4
    for label in draw(LABELS):
        layer = draw(LAYERS)
        if layer.startswith("res") and channels != 4:
            layer = "conv(4, 1)"
        channels = {"conv(8": 8, "conv(4": 4}.get(layer[:6], channels)
        lines.append(f"  {'' if label in taken else label}{layer}\n")
        taken.add(label)
    return "".join(lines)


def told(first: str, second: str) -> tuple[Transfer, tuple[Graph, Graph]]:
    one, module = elaborate(module_of(first)), module_of(second)
    other = elaborate(module)
    return transfer(align(one, other), module), (one, other)


@given(bodies(), bodies())
@settings(deadline=None)
def test_every_tensor_is_told_of_once(first: str, second: str) -> None:
    found, graphs = told(first, second)
    said = weights_json(found)
    pairs = [*said["fits"], *said["if_renamed"], *(each[:2] for each in said["another_shape"])]
    names = [[name for name, _ in graph.named_parameters()] for graph in graphs]
    assert sorted([theirs for theirs, _ in pairs] + said["only_in_first"]) == sorted(names[0])
    assert sorted([ours for _, ours in pairs] + said["only_in_second"]) == sorted(names[1])
    text = "\n".join(weights_lines(found, graphs, ("A", "B"), 1000))
    numbers = {words: int(n) for n, words in re.findall(r"^  (\d+) (.*?)(?=[:,]|$)", text, re.M)}
    counted = [n for words, n in numbers.items() if not words.startswith(("of these", "only in B"))]
    assert found.whole or sum(counted) == len(names[0])


def test_what_has_no_place_is_told() -> None:
    """Layers that were put in shift the numbers of those after them."""
    layers = ["  conv(4, 3, padding = 1)\n", "  conv(8, 3, padding = 1)\n", "  conv(2, 3, padding = 1)\n"]
    longer, shorter = "".join([layers[0], *layers]), "".join(layers)
    assert told(longer, shorter)[0].unused == ("conv2.weight", "conv2.bias")
    assert told(shorter, longer)[0].missing == ("conv2.weight", "conv2.bias")


def test_what_was_moved_loads_rightly() -> None:
    a, b, c = "  a: conv(4, 3, padding = 1)\n", "  b: conv(4, 1)\n", "  c: conv(4, 5, padding = 2)\n"
    found, graphs = told(a + b + c, b + c + a)
    assert found.whole
    alignment = align(*graphs)
    assert [graphs[0].nodes[i].name for i, _ in alignment.moved] == ["a"]
    assert {p.change for p in alignment.layers if p.moved is None} == {"same"}
    assert align(graphs[1], graphs[0]).moved == tuple((j, i) for i, j in alignment.moved)


@given(bodies(), bodies())
@settings(deadline=None)
def test_what_fits_and_is_no_accident_goes_to_the_layer_that_corresponds(first: str, second: str) -> None:
    found, (one, other) = told(first, second)
    alignment = align(one, other)
    pairs = [(p.first, p.second) for p in alignment.layers if p.first is not None and p.second is not None]
    paired = {(one.nodes[i].name, other.nodes[j].name) for i, j in (*pairs, *alignment.moved)}
    strays = {each.theirs for each in found.strays}
    for each in found.fits:
        layers = each.theirs.rpartition(".")[0], each.ours.rpartition(".")[0]
        assert (layers in paired) == (each.theirs not in strays)


def test_exchanged_labels() -> None:
    """What is the same under the other's name loads into the wrong layer; no layer's tensors are told apart otherwise."""
    a, b, c = (f"  {label}: conv(8, 3, padding = 1)\n" for label in "abc")
    said = weights_json(told(a + b + c, b + a + c)[0])
    assert said["by_accident"] == [["a.bias", "b.bias"], ["b.bias", "a.bias"]]
    assert said["if_renamed"] == [["a.weight", "b.weight"], ["b.weight", "a.weight"]]
    p, q = (f"  {label}: {{ conv(4, 3, padding = 1)  relu  conv(4, 3, padding = 1) }}\n" for label in "pq")
    found, graphs = told(p + q, q + p)
    assert len(found.strays) == 8
    text = "\n".join(weights_lines(found, graphs, ("A", "B"), 1000))
    assert "8 of these by accident, as they are of layers called otherwise now: p → q, q → p" in text


def test_what_would_fit_is_named() -> None:
    found, graphs = told("  a: conv(4, 3, padding = 1)\n", "  b: conv(4, 1)\n")
    text = "\n".join(weights_lines(found, graphs, ("A", "B"), 1000))
    assert "1 would fit if renamed: a.bias → b.bias" in text
    assert "1 has another shape: a.weight → b.weight 4x4x3x3 → 4x4x1x1" in text
