"""The figures by which networks are compared, for each of several in one frozen table."""

from __future__ import annotations

from dataclasses import dataclass

from ..ir import Graph, Shape
from ..ir.op import Family
from ..source.values import Value
from .cost import FLOPS_PER_MAC, InTraining, cost, in_training
from .depth import depth, has_weights
from .memory import Memory, memory
from .receptive_field import last_map, receptive_fields


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
    None where every layer sees it all. ``trainable`` are the ``params`` that are not frozen for good. ``output`` is the
    first of the ``outputs``, which have names.

    Auxiliary heads, which exist only in training, count in its memory and nowhere else; ``in_training`` is the network
    with them, None where it has none.
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
    outputs: tuple[tuple[str, Shape], ...]
    in_training: InTraining | None = None

    @property
    def flops(self) -> int:
        """Two for each multiply-add."""
        return FLOPS_PER_MAC * self.macs


def figures(whole: Graph) -> Figures:
    """The figures of one network."""
    graph = whole.without_auxiliary()
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
        memory=memory(whole, costs.count),
        trainable=costs.count.trainable,
        outputs=tuple((o.name, graph.nodes[o.node].shape) for o in graph.outputs),
        in_training=in_training(whole),
    )


def _kind(graph: Graph, family: Family, params: tuple[int, ...], macs: tuple[int, ...]) -> Kind:
    of_family = [i for i, node in enumerate(graph.nodes) if node.op.family == family]
    return Kind(len(of_family), sum(params[i] for i in of_family), sum(macs[i] for i in of_family))


def _last_field(graph: Graph) -> tuple[int, int] | None:
    fields = receptive_fields(graph)
    last = last_map(graph, fields)
    return None if last is None or fields[last].whole else fields[last].size
