"""Where numbers come from, in words: ``alexnet.cnn:7``, "default of conv", "output of maxpool1"."""

from __future__ import annotations

from collections.abc import Collection
from os.path import basename
from typing import TYPE_CHECKING

from ..analyses.working.layer import flattened
from ..ir import Given, Graph
from ..source import Span
from ..train.wording import printable

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
    return f"{printable(basename(name))}:{span.first[0]}"


class SpecPlaces:
    """Looks up, for layers of a graph, where each number of their workings comes from.

    Without ``sizes`` nothing is told of the sizes of tensors, which an exercise asks for.
    """

    def __init__(self, module: Module, graph: Graph, layers: Collection[str], sizes: bool = True) -> None:
        from ..elaborate.provenance import argument_chains

        self._sizes = sizes
        self._nodes = {node.name: node for node in graph.nodes}
        self._graph = graph
        self._chains = argument_chains(module, {*layers, graph.nodes[0].name})

    def __call__(self, layer: str, given: Given) -> tuple[str, ...]:
        node = self._nodes[layer]
        if given.argument is not None:
            return self._argument(layer, given.argument, str(given.value))
        if given.input is not None:
            return self._input(node.inputs[given.input], given)
        return self._argument(self._graph.nodes[0].name, "shape", "")

    def _argument(self, layer: str, argument: str, value: str) -> tuple[str, ...]:
        chain = self._chains.get(layer, {}).get(argument)
        if chain:
            return _told(chain, value, self._sizes)
        node = self._nodes[layer]
        if layer not in self._chains:
            return (place(node.span),)
        return (f"default of {node.op.call_name}",)

    def _input(self, index: int, given: Given) -> tuple[str, ...]:
        node = self._graph.nodes[index]
        if node.inputs:
            was = flattened(self._graph, index) if given.symbol == "N_in" and self._sizes else None
            shape = f" ({' x '.join(map(str, was))}, flattened)" if was else ""
            where = place(node.span)
            return (f"from {node.name}{shape}" + (f", {where}" if where else ""),)
        if given.symbol[0] in _SIZES:
            return self._argument(node.name, "shape", "")
        return ("a pixel of the image sees itself",)


def _told(chain: Chain, value: str, sizes: bool) -> tuple[str, ...]:
    """The links in lines of their own; a number that stands in the call as it is needs its place alone."""
    first, *others = chain
    if others and others[0].text.startswith(f"{first.text} = ") and others[0].span == first.span:
        return tuple(
            _link(link, sizes) for link in others
        )  # in.channels, of which the first link says no more
    head = place(first.span) if first.text == value else _link(first, sizes)
    return (head, *(_link(link, sizes) for link in others))


def _link(link: Link, sizes: bool) -> str:
    text = link.text if sizes else link.unmeasured
    return ", ".join(filter(None, (text, place(link.span), "default" if link.default else "")))
