"""Copies of equal block instances are what elaborating each would have made: names, layers, places, diagnostics."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from test_fuzz import CORPUS, mutate

from cnnspec.elaborate import Loader, elaborate, is_blocks_alone, replay
from cnnspec.ir import Graph, verify
from cnnspec.source import Source, SpecError, render_all

MANY = 400


def whole(graph: Graph) -> list[Any]:
    """Everything about a graph, also what does not take part in equality."""
    nodes = [(n.name, n.op, n.inputs, n.shape, n.parameters, n.span, n.origin) for n in graph.nodes]
    return [graph.name, nodes, graph.outputs, graph.scopes]


def outcome(source: Source) -> list[Any] | str:
    try:
        module = Loader().link(source, Path(source.name))
        return "blocks" if is_blocks_alone(module) else whole(elaborate(module))
    except SpecError as error:
        return render_all(error.diagnostics)


def both(source: Source, monkeypatch: pytest.MonkeyPatch) -> tuple[list[Any] | str, list[Any] | str]:
    copied = outcome(source)
    with monkeypatch.context() as patch:
        patch.setattr(replay, "key_of", lambda *_: None)
        return copied, outcome(source)


@pytest.mark.parametrize("source", CORPUS, ids=lambda s: Path(s.name).name)
def test_shipped_specs(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    copied, made = both(source, monkeypatch)
    assert copied == made


@pytest.mark.parametrize("part", range(4))
def test_mutated_specs(part: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(part)
    for _ in range(MANY // 4):
        original = rng.choice(CORPUS)
        source = Source(original.name, mutate(original.text, rng))
        copied, made = both(source, monkeypatch)
        assert copied == made, source.text


SAME_BLOCKS = """
model m {
  input 3 x 16 x 16
  let a = here
  conv(8, 3, padding = 1)
  %s
  global_avgpool flatten linear(2)
}

block unit(other, activation = relu, n = 1) {
  add { | conv(8, 1) | other -> conv(8, 1) }
  inner(n)
  x: activation
}
block inner(n) { repeat n { conv(here.channels, 1) } }
block lazy(width) { conv(width, 1) bn relu }
block twice(other) { require(in.channels == other.channels, "they agree") add { | | other } }
block counted { output side: conv(4, 1) }
"""


@pytest.mark.parametrize(
    "body",
    [
        "unit(here) unit(here) unit(a) unit(a)",
        "unit(a, n = 1) unit(a, n = 2) unit(a, n = true)",
        "unit(a, relu) unit(a, silu) unit(a, leaky_relu(0.1)) unit(a, leaky_relu(0.2))",
        "repeat 3 { unit(a) default(conv(bias = false)) unit(a) }",
        "lazy(4) lazy(4) lazy(4) conv(2, 1) lazy(4)",
        "lazy(4) flatten lazy(4)",
        "let b = here  twice(b) twice(b) twice(a)",
        "p: unit(a)  q: unit(a)  add { | p.x | q.x }",
        "repeat 60 { inner(2) }",
        "counted counted",
    ],
)
def test_what_makes_instances_differ(body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    copied, made = both(Source("m.cnn", SAME_BLOCKS % body), monkeypatch)
    assert copied == made


def test_copies_keep_the_invariants() -> None:
    verify(
        elaborate(Loader().link(Source("m.cnn", SAME_BLOCKS % "unit(here) unit(here) lazy(3) lazy(3)"), None))
    )


def test_the_bound_of_layers_holds_for_copies() -> None:
    text = """
model m { input 3 x 8 x 8 repeat 400 { thousand } }
block thousand { repeat 300 { relu } }
"""
    with pytest.raises(SpecError) as caught:
        elaborate(Loader().link(Source("m.cnn", text), None))
    assert [d.code for d in caught.value.diagnostics] == ["expansion-too-large"]
