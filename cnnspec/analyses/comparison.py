"""The figures by which networks are compared, for each of several in one frozen table."""

from __future__ import annotations

from dataclasses import dataclass

from ..ir import Graph, Shape, is_map
from ..ir.op import Family
from ..source.values import Value
from .cost import FLOPS_PER_MAC, cost
from .depth import depth, has_weights
from .memory import Memory, memory
from .receptive_field import receptive_fields


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Kind(Value):
    """Layers, parameters and multiply-adds of one family."""

    layers: int
    params: int
    macs: int


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Figures(Value):
    """A network in a few figures, for one sample.

    ``layers`` have weights (convolutions and linear layers), ``depth`` is the most of them on one path.
    ``receptive_field`` is that of the last map before the whole image is seen, (height, width) in pixels,
    None where every layer sees it all. ``trainable`` are the ``params`` that are not frozen for good.
    """

    model: str
    input: Shape
    output: Shape
    layers: int
    depth: int
    params: int
    macs: int
    convolution: Kind
    linear: Kind
    receptive_field: tuple[int, int] | None
    memory: Memory
    trainable: int

    @property
    def flops(self) -> int:
        """Two for each multiply-add."""
        return FLOPS_PER_MAC * self.macs


def figures(graph: Graph, auxiliary: bool = False) -> Figures:
    """The figures of one network; of ``auxiliary`` heads, which exist only in training, only where they are asked for."""
    graph = graph if auxiliary else graph.without_auxiliary()
    costs = cost(graph)
    return Figures(
        model=graph.name,
        input=graph.input_shape,
        output=graph.nodes[graph.outputs[0].node].shape,
        layers=sum(map(has_weights, graph.nodes)),
        depth=depth(graph),
        params=costs.count.total,
        macs=costs.total_macs,
        convolution=_kind(graph, "convolution", costs.params, costs.macs),
        linear=_kind(graph, "linear", costs.params, costs.macs),
        receptive_field=_last_field(graph),
        memory=memory(graph, costs.count),
        trainable=costs.count.trainable,
    )


def _kind(graph: Graph, family: Family, params: tuple[int, ...], macs: tuple[int, ...]) -> Kind:
    of_family = [i for i, node in enumerate(graph.nodes) if node.op.family == family]
    return Kind(len(of_family), sum(params[i] for i in of_family), sum(macs[i] for i in of_family))


def _last_field(graph: Graph) -> tuple[int, int] | None:
    fields = receptive_fields(graph)
    seen = [f for node, f in zip(graph.nodes, fields, strict=True) if node.inputs and is_map(node.shape)]
    return next((field.size for field in reversed(seen) if not field.whole), None)
