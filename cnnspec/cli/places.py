"""Where numbers come from, in words: ``alexnet.cnn:7``, "default of conv", "output of maxpool1"."""

from __future__ import annotations

from collections.abc import Collection
from os.path import basename
from typing import TYPE_CHECKING

from ..ir import Given, Graph
from ..source import Span

if TYPE_CHECKING:
    from ..elaborate import Module
    from ..elaborate.provenance import Chain, Link

_SPOKEN = "<command line>"
_SIZES = ("C", "H", "W", "N")
"""Letters of the sizes of an input; others are of its receptive field."""


def place(span: Span | None) -> str:
    """``alexnet.cnn:7``; what was typed with a command has no line."""
    if span is None:
        return ""
    name = span.source.name
    if name == _SPOKEN or name.startswith("--set"):
        return "the command line" if name == _SPOKEN else "--set"
    return f"{basename(name)}:{span.first[0]}"


class SpecPlaces:
    """Looks up, for layers of a graph, where each number of their workings comes from."""

    def __init__(self, module: Module, graph: Graph, layers: Collection[str]) -> None:
        from ..elaborate.provenance import argument_chains

        self._nodes = {node.name: node for node in graph.nodes}
        self._graph = graph
        self._chains = argument_chains(module, {*layers, graph.nodes[0].name})

    def __call__(self, layer: str, given: Given) -> tuple[str, ...]:
        node = self._nodes[layer]
        if given.argument is not None:
            return self._argument(layer, given.argument, str(given.value))
        if given.input is not None:
            return self._input(self._graph.nodes[node.inputs[given.input]].name, given)
        return ()

    def _argument(self, layer: str, argument: str, value: str) -> tuple[str, ...]:
        chain = self._chains.get(layer, {}).get(argument)
        if chain:
            return _told(chain, value)
        node = self._nodes[layer]
        if layer not in self._chains:
            return (place(node.span),)
        return (f"default of {node.op.call_name}",)

    def _input(self, name: str, given: Given) -> tuple[str, ...]:
        node = self._nodes[name]
        if node.inputs:
            where = place(node.span)
            return (f"from {name}" + (f", {where}" if where else ""),)
        if given.symbol[0] in _SIZES:
            return self._argument(name, "shape", "")
        return ("a pixel of the image sees itself",)


def _told(chain: Chain, value: str) -> tuple[str, ...]:
    """The links in lines of their own; a number that stands in the call as it is needs its place alone."""
    first, *others = chain
    head = place(first.span) if first.text == value else _link(first)
    return (head, *map(_link, others))


def _link(link: Link) -> str:
    return ", ".join(filter(None, (link.text, place(link.span), "default" if link.default else "")))
