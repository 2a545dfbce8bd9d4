"""A figure of the network as warmth of its boxes: seven classes, from little to much.

Parameters, multiply-adds and memory go by shares of the network's total, receptive fields by shares of the image's
side: drawings of several networks can be compared.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ...analyses.cost import cost
from ...analyses.memory import kept_for_backward
from ...analyses.receptive_field import receptive_fields
from ...ir import Graph, is_map
from .view import HeatName

SHARES = (0.001, 0.005, 0.02, 0.05, 0.1, 0.2)
SIDES = (0.05, 0.1, 0.25, 0.5, 0.75, 1.0)
"""Bounds between the classes."""


@dataclass(frozen=True, slots=True)
class Warmth:
    """``step`` is the class, from 0; ``text`` what is written in the box."""

    step: int
    text: str


@dataclass(frozen=True, slots=True)
class Heat:
    """``of`` gives the warmth of some nodes together, ``classes`` are the words of the legend, ``title`` what they are."""

    title: str
    classes: tuple[str, ...]
    of: Callable[[Sequence[int]], Warmth]


def heat_of(graph: Graph, name: HeatName) -> Heat:
    """The scale of a graph for one of the figures."""
    return _MAKERS[name](graph)


def _parameters(graph: Graph) -> Heat:
    return _shares("parameters", cost(graph).params)


def _macs(graph: Graph) -> Heat:
    return _shares("multiply-adds", cost(graph).macs)


def _memory(graph: Graph) -> Heat:
    """Of what training has to keep until the backward pass; see :func:`cnnspec.analyses.memory.kept_for_backward`."""
    return _shares("activations kept in training", kept_for_backward(graph))


def _shares(title: str, values: tuple[int, ...]) -> Heat:
    total = sum(values) or 1

    def of(nodes: Sequence[int]) -> Warmth:
        share = sum(values[node] for node in nodes) / total
        return Warmth(bisect_right(SHARES, share), percent(share))

    return Heat(title, _classes(SHARES), of)


def _receptive_field(graph: Graph) -> Heat:
    fields = receptive_fields(graph)
    image = graph.input_shape
    height, width = image[1:] if is_map(image) else (image[0], 1)

    def of(nodes: Sequence[int]) -> Warmth:
        field = fields[nodes[-1]]
        rows, columns = field.size
        share = min(rows / height, columns / width)
        text = "whole image" if field.whole else str(rows) if rows == columns else f"{rows}x{columns}"
        return Warmth(bisect_right(SIDES, share), text)

    return Heat("receptive field, of the image's side", _classes(SIDES), of)


def percent(share: float) -> str:
    """A share with two digits that say something."""
    number = 100 * share
    if 0 < number < 0.01:
        return "< 0.01 %"
    return f"{number:.0f} %" if number >= 10 or number == 0 else f"{number:.2g} %"


def _classes(bounds: tuple[float, ...]) -> tuple[str, ...]:
    texts = [f"{100 * bound:g}" for bound in bounds]
    between = [f"{low}\N{EN DASH}{high} %" for low, high in pairwise(texts)]
    return (f"< {texts[0]} %", *between, f"\N{GREATER-THAN OR EQUAL TO} {texts[-1]} %")


_MAKERS: dict[HeatName, Callable[[Graph], Heat]] = {
    "params": _parameters,
    "macs": _macs,
    "memory": _memory,
    "receptive-field": _receptive_field,
}
