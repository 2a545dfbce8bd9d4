"""Parameters and multiply-adds, a layer and in all.

Multiply-adds are those of convolutions and linear layers for one sample; bias, norm, activation
and pooling count 0, as in the tables of the ResNet and EfficientNet papers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..ir import Graph, ParameterSpec, size
from ..ir.op import Role
from ..source.values import Value

FLOPS_PER_MAC = 2
"""One multiply-add is a multiplication and an addition."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ParameterCount(Value):
    """Numbers of scalars by role. ``total`` leaves out ``buffers`` (running statistics)."""

    total: int = 0
    trainable: int = 0
    weights: int = 0
    biases: int = 0
    norm: int = 0
    buffers: int = 0


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class InTraining(Value):
    """Parameters and multiply-adds with auxiliary heads, which exist only in training."""

    params: int
    macs: int

    @property
    def text(self) -> str:
        """For beside the figures without these heads."""
        return f"with auxiliary heads: {self.params:,} parameters, {self.macs:,} MACs"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Cost(Value):
    """``params`` and ``macs`` hold one number a node, in the order of the graph's nodes."""

    params: tuple[int, ...]
    macs: tuple[int, ...]
    count: ParameterCount

    @property
    def total_macs(self) -> int:
        return sum(self.macs)

    @property
    def total_flops(self) -> int:
        return FLOPS_PER_MAC * self.total_macs


def count_parameters(specs: Iterable[ParameterSpec]) -> ParameterCount:
    """Scalars in ``specs``, by role."""
    roles: dict[Role, int] = {"weight": 0, "bias": 0, "norm": 0, "buffer": 0}
    trainable = 0
    for spec in specs:
        number = size(spec.shape)
        roles[spec.role] += number
        trainable += number if spec.trainable else 0
    return ParameterCount(
        total=roles["weight"] + roles["bias"] + roles["norm"],
        trainable=trainable,
        weights=roles["weight"],
        biases=roles["bias"],
        norm=roles["norm"],
        buffers=roles["buffer"],
    )


def cost(graph: Graph) -> Cost:
    """Parameters (running statistics left out) and multiply-adds of every node."""
    return Cost(
        params=tuple(sum(size(p.shape) for p in n.parameters if p.role != "buffer") for n in graph.nodes),
        macs=tuple(n.op.macs(graph.input_shapes(n), n.shape) for n in graph.nodes),
        count=count_parameters(p for n in graph.nodes for p in n.parameters),
    )


def in_training(graph: Graph) -> InTraining | None:
    """The network with its auxiliary heads; None where it has none, so that nothing is to be told apart."""
    if len(graph.main_outputs) == len(graph.outputs):
        return None
    costs = cost(graph)
    return InTraining(costs.count.total, costs.total_macs)
