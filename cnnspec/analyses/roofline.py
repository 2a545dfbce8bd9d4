"""What each layer computes and moves, and an estimate of how long that takes on a device.

Williams, Waterman and Patterson 2009, "Roofline: an insightful visual performance model": a layer takes as long as the
longer of its arithmetic at the device's peak and its traffic at the full bandwidth,
``max(FLOPs / peak, bytes / bandwidth)``. Of a layer by itself that is a lower bound: no device reaches its peak, and
small layers take the time of a launch. Of the network it is not: layers computed together (a convolution with its norm
and activation) do not write and read what lies between. A step of training counts as three forward passes: backward
there is the gradient to the input and that to the weights.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from ..ir import Graph, Node, size
from ..source.values import Value
from .cost import FLOPS_PER_MAC
from .devices import Device

STEP = 3
"""Forward passes that a step of training counts as."""

Bound = Literal["compute", "memory"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Work(Value):
    """What a layer, or several, do for a batch. ``moved`` are the bytes of inputs, outputs and parameters, once each.

    ``intensity`` is FLOPs a byte; ``seconds`` (of a forward pass) and ``memory_seconds`` (the part of layers that
    wait for memory) are None without a device.
    """

    macs: int
    params: int
    moved: int
    seconds: float | None = None
    memory_seconds: float | None = None

    @property
    def flops(self) -> int:
        return FLOPS_PER_MAC * self.macs

    @property
    def intensity(self) -> float:
        return self.flops / self.moved if self.moved else 0.0

    @property
    def memory_share(self) -> float | None:
        """The part of the time (0 to 1) in layers that wait for memory; None without a device or any time."""
        if not self.seconds or self.memory_seconds is None:
            return None
        return self.memory_seconds / self.seconds

    @property
    def bound(self) -> Bound | None:
        """What most of the time goes to; None where ``memory_share`` is."""
        share = self.memory_share
        return None if share is None else "memory" if share >= 0.5 else "compute"


def total(parts: Iterable[Work]) -> Work:
    """The sum of several."""
    parts = tuple(parts)
    timed = bool(parts) and all(part.seconds is not None for part in parts)
    return Work(
        sum(part.macs for part in parts),
        sum(part.params for part in parts),
        sum(part.moved for part in parts),
        sum(part.seconds or 0.0 for part in parts) if timed else None,
        sum(part.memory_seconds or 0.0 for part in parts) if timed else None,
    )


def work(
    graph: Graph,
    batch: int = 1,
    bytes_each: int = 4,
    device: Device | None = None,
    precision: str = "float32",
) -> tuple[Work, ...]:
    """The work of each node in a forward pass over ``batch`` samples; ``params`` leave out running statistics.

    Views move nothing (nor does dropout, which does nothing then). Raises :class:`KeyError` where ``device`` has no peak for
    ``precision``.
    """
    return tuple(_work(graph, node, batch, bytes_each, device, precision) for node in graph.nodes)


def _work(
    graph: Graph, node: Node, batch: int, bytes_each: int, device: Device | None, precision: str
) -> Work:
    macs = batch * node.op.macs(graph.input_shapes(node), node.shape)
    params = sum(size(p.shape) for p in node.parameters if p.role != "buffer")
    moved = bytes_each * _elements(graph, node, batch)
    if device is None:
        return Work(macs, params, moved)
    computing, moving = FLOPS_PER_MAC * macs / device.peak[precision], moved / device.bandwidth
    return Work(macs, params, moved, max(computing, moving), moving if moving >= computing else 0.0)


def _elements(graph: Graph, node: Node, batch: int) -> int:
    if not node.inputs or node.op.is_view or node.op.is_view_at_inference:
        return 0
    taken = sum(size(shape) for shape in graph.input_shapes(node))
    if node.op.drops_channels or node.op.moves_pixels:
        taken = min(taken, size(node.shape))  # what is left out is not read
    return batch * (taken + size(node.shape)) + sum(size(p.shape) for p in node.parameters)


def step_seconds(parts: Sequence[Work]) -> float | None:
    """Of a step of training; None without a device."""
    seconds = total(parts).seconds
    return None if seconds is None else STEP * seconds
