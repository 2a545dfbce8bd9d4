"""Where tracks and heads stand in a spec makes no difference, but for what joins them in an order of its own."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from cnnspec.analyses.alignment import Alignment, align
from cnnspec.elaborate import Loader, elaborate
from cnnspec.ir import Graph, verify
from cnnspec.source import Source


def network(body: str) -> Graph:
    text = f"model m {{\n  input 4 x 8 x 8\n  {body}\n  global_avgpool  flatten\n  output y: linear(3)\n}}"
    return elaborate(Loader().link(Source("spec.cnn", text), None))


def aligned(first: str, second: str) -> Alignment:
    """Of two bodies, with what holds in either direction."""
    one, other = network(first), network(second)
    found, back = align(one, other), align(other, one)
    for each in (found.first, found.second, back.first, back.second):
        verify(each)
    changes = ({(p.change, side) for p in a.layers for side in (p.first, p.second)} for a in (found, back))
    assert len({sum(c in ("same", "changed") for c, _ in change) for change in changes}) == 1
    return found


def told(found: Alignment) -> dict[str, str]:
    """What differs, by the second network's names."""
    nodes = found.second.nodes
    return {
        nodes[p.second].name: "; ".join(map(str, p.differences))
        for p in found.layers
        if p.second is not None and p.change != "same"
    }


CONV = "conv(4, 3, padding = 1)"


@pytest.mark.parametrize("join", ["add", "multiply"])
@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("conv(4, 1) bn | tanh", "tanh | conv(4, 1) bn"),
        (
            "conv(4, 1) relu | conv(4, 3, padding = 1) relu |",
            "| conv(4, 3, padding = 1) relu | conv(4, 1) relu",
        ),
        ("a: { conv(4, 1) bn } | b: tanh", "b: tanh | a: { conv(4, 1) bn }"),
        ("a: { conv(4, 1) bn } | b: { tanh }", "a: { tanh } | b: { conv(4, 1) bn }"),
        ("tanh | add { | bn relu | conv(4, 1) }", "add { | conv(4, 1) | bn relu } | tanh"),
    ],
)
def test_tracks_of_a_sum_in_another_order(join: str, first: str, second: str) -> None:
    found = aligned(f"{CONV} {join} {{ | {first} }}", f"{CONV} {join} {{ | {second} }}")
    assert found.same


@pytest.mark.parametrize("number", [2, 20, 200])
def test_tracks_of_many_sums_in_another_order(number: int) -> None:
    """Without blocks, where layers could as well correspond to those one track further on."""
    tracks = "conv(4, 3, padding = 1) bn", "conv(4, 1) relu"
    first, second = (f"repeat {number} {{ add {{ | {a} | {b} }} relu }}" for a, b in (tracks, tracks[::-1]))
    assert aligned(first, second).same


def test_inputs_that_are_called_alike_are_told_by_the_names_of_the_first() -> None:
    tracks = "conv(2, 3, padding = 1)", "conv(2, 1)"
    first, second = (f"concat {{ | {a} | {b} }}" for a, b in (tracks, tracks[::-1]))
    assert told(aligned(first, second)) == {"concat1": "takes conv1, conv2 → conv2, conv1"}


def test_labels_go_with_their_tracks() -> None:
    a, b = f"a: {CONV}", f"b: {CONV}"
    found = aligned(f"add {{ | {a} | {b} }}", f"add {{ | {b} | {a} }}")
    assert found.same
    pairs = [(p.first, p.second) for p in found.layers if p.first is not None and p.second is not None]
    assert all(found.first.nodes[i].name == found.second.nodes[j].name for i, j in pairs)


def test_tracks_of_a_concatenation() -> None:
    first, second = "concat { | conv(4, 1) bn | tanh }", "concat { | tanh | conv(4, 1) bn }"
    assert told(aligned(first, second)) == {"concat1": "takes bn1, tanh1 → tanh1, bn1"}


def test_a_head_elsewhere() -> None:
    head = "auxiliary x: { global_avgpool flatten linear(3) }"
    first, second = f"{CONV} relu {CONV} relu {head} {CONV}", f"{CONV} relu {head} {CONV} relu {CONV}"
    assert told(aligned(first, second)) == {"x.global_avgpool1": "takes relu2 → relu1"}
    assert told(aligned(second, first)) == {"x.global_avgpool1": "takes relu1 → relu2"}


def test_outputs_in_another_order() -> None:
    box, kind = "output box: conv(2, 1)", "output kind: { conv(5, 1) }"
    found = aligned(f"{CONV} {box} {kind} relu", f"{CONV} {kind} {box} relu")
    assert found.same_layers and not found.same and not found.moved


TRACK = st.recursive(
    st.sampled_from(["tanh", "relu", "bn", "conv(4, 1)", CONV, "", "conv(4, 1) bn relu"]),
    lambda inner: st.builds(lambda tracks: ("add", tuple(tracks)), st.lists(inner, min_size=2, max_size=3)),
    max_leaves=6,
)


def written(track: object, draw: st.DataObject | None) -> str:
    """A track as text, the tracks of its sums in a drawn order."""
    if isinstance(track, str):
        return track
    assert isinstance(track, tuple)
    tracks = [written(each, draw) for each in track[1]]
    return f"add {{ {' '.join(f'| {each}' for each in (draw.draw(st.permutations(tracks)) if draw else tracks))} }}"


@given(st.lists(TRACK, max_size=4), st.data())
@settings(deadline=None, max_examples=60)
def test_sums_in_any_order_are_the_same(tracks: list[object], data: st.DataObject) -> None:
    first, second = (" ".join(written(track, draw) for track in tracks) for draw in (None, data))
    found = aligned(f"{CONV} {first} relu", f"{CONV} {second} relu")
    assert found.same_layers


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("maxpool(2)", "maxpool(2, stride = 2)"),
        ("avgpool(2)", "avgpool(2, 2, count_include_pad = false)"),
        ("maxpool((1, 2), dilation = 3)", "maxpool((1, 2), dilation = (1, 3))"),
        ("conv(4, 3, padding = same)", "conv(4, 3, padding = 1)"),
        ("conv(4, 3, 2, padding = same)", "conv(4, 3, 2, padding = (0, 1, 0, 1))"),
        ("conv(4, 1, padding = same)", "conv(4, 1, dilation = 3)"),
    ],
)
def test_arguments_that_come_to_the_same(first: str, second: str) -> None:
    assert aligned(first, second).same


def test_a_stride_that_is_left_out_is_told_by_what_it_is() -> None:
    assert told(aligned("maxpool(3)", "maxpool(2)"))["maxpool1"].startswith("kernel 3x3 → 2x2; output")
    assert told(aligned("maxpool(3, 2)", "maxpool(3)"))["maxpool1"].startswith("stride 2x2 → 3x3")
