"""In which order of axes a file has a tensor, and how that becomes ours.

Ours are PyTorch's: convolutions (outputs, inputs a group, height, width), linear layers (outputs, inputs), where the inputs
of one after ``flatten`` count channels first. Keras has (height, width, inputs, outputs), depthwise (height, width, inputs,
multiplier), linear layers (inputs, outputs), and flattens maps channels last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

from ...ir import Graph, ParameterSpec, Shape, is_map

if TYPE_CHECKING:
    from .files import Stored

CHANNELS_LAST = ("kernel", "depthwise_kernel", "pointwise_kernel", "features_last")
"""Roles of tensors whose axes are in Keras' order."""


@dataclass(frozen=True)
class Need:
    """A parameter of the network, the layer (``conv``, ``bn``) that it belongs to, and what that knows of its inputs:
    ``groups`` of a convolution; ``flattened``, the map that a vector was before it was flattened."""

    name: str
    layer: str
    spec: ParameterSpec
    groups: int = 1
    flattened: Shape | None = None
    unclear: bool = False

    @property
    def shape(self) -> Shape:
        return self.spec.shape


@dataclass(frozen=True)
class Layout:
    """How a stored tensor becomes ours: read as of shape ``view``, axes in the order ``axes``."""

    axes: tuple[int, ...] | None = None
    view: Shape | None = None


def needs(graph: Graph) -> Mapping[str, Need]:
    """All parameters and running statistics of a network by name, in its order."""
    maps = _flattened(graph)
    return {
        name: Need(
            name,
            node.op.call_name,
            spec,
            getattr(node.op, "groups", 1),
            *(maps[node.inputs[0]] if node.inputs else (None, False)),
        )
        for node in graph.nodes
        for name, spec in node.named_parameters
    }


def layout_of(need: Need, stored: Stored) -> Layout | str:
    """How ``stored`` becomes the parameter; where it cannot, why, beyond that the shapes differ (mostly nothing)."""
    if stored.role in CHANNELS_LAST:
        return _channels_last(need, stored.shape)
    if stored.shape == need.shape or _same_numbers(need.shape, stored.shape):
        return Layout()
    return ""


def _same_numbers(ours: Shape, theirs: Shape) -> bool:
    """A linear layer that is a convolution there, over all of its map, or the other way round."""
    linear, convolution = sorted((ours, theirs), key=len)
    return (len(linear), len(convolution)) == (2, 4) and (
        linear[0] == convolution[0] and linear[1] == prod(convolution[1:])
    )


def _channels_last(need: Need, theirs: Shape) -> Layout | str:
    ours = need.shape
    if need.spec.role != "weight" or len(theirs) not in (2, 4):
        return Layout() if theirs == ours else ""
    if len(theirs) == 4 and len(ours) == 4:
        return _kernel(need, theirs)
    if len(theirs) == 4:  # a convolution there, a linear layer here
        height, width, inputs, outputs = theirs
        fits = ours == (outputs, inputs * height * width)
        return Layout((3, 2, 0, 1)) if fits else ""
    inputs, outputs = theirs
    if len(ours) == 4:
        return Layout((1, 0)) if ours == (outputs, inputs, 1, 1) else ""
    return _linear(need, inputs, outputs)


def _kernel(need: Need, theirs: Shape) -> Layout | str:
    height, width, third, fourth = theirs
    if need.shape == (fourth, third, height, width):
        return Layout((3, 2, 0, 1))
    depthwise = need.groups == third and need.shape == (third * fourth, 1, height, width)
    return Layout((2, 3, 0, 1)) if depthwise else ""


def _linear(need: Need, inputs: int, outputs: int) -> Layout | str:
    if need.shape != (outputs, inputs):
        return ""
    if need.unclear:
        return "its inputs come from a flattened map, and in which order cannot be told here"
    if need.flattened is None or prod(need.flattened[1:]) == 1 or need.flattened[0] == 1:
        return Layout((1, 0))
    channels, height, width = need.flattened
    return Layout((3, 2, 0, 1), (height, width, channels, outputs))


def _flattened(graph: Graph) -> list[tuple[Shape | None, bool]]:
    """For what each node gives, where that is a vector: the map that it was, and whether the order is unclear."""
    found: list[tuple[Shape | None, bool]] = []
    for node in graph.nodes:
        before = [found[i] for i in node.inputs]
        shapes = graph.input_shapes(node)
        if is_map(node.shape) or not before:
            found.append((None, False))
        elif is_map(shapes[0]) and node.op.call_name == "flatten":
            found.append((shapes[0], False))
        elif len(before) == 1 and shapes[0] == node.shape and node.op.call_name != "linear":
            found.append(before[0])  # elementwise
        elif node.op.call_name == "linear":
            found.append((None, False))
        else:
            found.append((None, any(map_ is not None or unclear for map_, unclear in before)))
    return found
