"""The quantities. A new one is a class here, and can be asserted, solved for and compared."""

from __future__ import annotations

from ...ir import Graph, is_map
from ...ir.signature import Bool, Int, arg
from ..cost import FLOPS_PER_MAC, cost
from ..depth import depth, has_weights
from ..footprint import footprint
from ..receptive_field import last_map, receptive_fields
from .base import BYTES, PLAIN, QUANTITIES, Part, Quantity, Setting, nodes_of


class _Sum(Quantity):
    """A sum over the network, or over a part of it."""

    part: str | None = arg(Part(), "of this layer or part; left out: of the whole network", None)

    def figure(self, graph: Graph, setting: Setting) -> tuple[int, ...]:
        values, kept = self.values(graph), graph.at_inference()
        nodes = range(len(values)) if self.part is None else nodes_of(graph, self.part)
        counted = kept.intersection(nodes) or nodes  # of a part that exists only in training all of it
        return (sum(values[node] for node in counted),)

    def values(self, graph: Graph) -> tuple[int, ...]:
        """One number a node."""
        raise NotImplementedError


@QUANTITIES.register("params")
class Params(_Sum):
    """Parameters, trained or not. Running statistics do not count, nor do auxiliary heads, which exist only in training,
    unless such a head is what one asks for."""

    def values(self, graph: Graph) -> tuple[int, ...]:
        return cost(graph).params


@QUANTITIES.register("macs")
class Macs(_Sum):
    """Multiply-adds of convolutions and linear layers for one image."""

    def values(self, graph: Graph) -> tuple[int, ...]:
        return cost(graph).macs


@QUANTITIES.register("flops")
class Flops(_Sum):
    """Floating-point operations of convolutions and linear layers for one image: two a multiply-add."""

    def values(self, graph: Graph) -> tuple[int, ...]:
        return tuple(FLOPS_PER_MAC * number for number in cost(graph).macs)


@QUANTITIES.register("memory")
class Memory(Quantity):
    """Bytes: parameters, and what is computed; in training also gradients, the optimizer's state and what is kept for the
    backward pass. See docs/costs.md."""

    batch: int | None = arg(
        Int(1),
        "images at once; left out: the batch of the section train, 1 of inference or without one",
        None,
    )
    training: bool = arg(Bool(), "false: of inference", True)

    units = BYTES

    def figure(self, graph: Graph, setting: Setting) -> tuple[int, ...]:
        if self.training:
            return (setting.training(graph).at(self.batch or setting.batch).total,)
        return (footprint(graph, self.batch or 1, False, bytes_each=setting.bytes_each).total,)


@QUANTITIES.register("layers")
class Layers(_Sum):
    """Layers with weights: convolutions and linear layers."""

    units = PLAIN

    def values(self, graph: Graph) -> tuple[int, ...]:
        return tuple(map(int, map(has_weights, graph.nodes)))


@QUANTITIES.register("depth")
class Depth(Quantity):
    """The most layers with weights on one path: the 18 of ResNet-18."""

    units = PLAIN

    def figure(self, graph: Graph, setting: Setting) -> tuple[int, ...]:
        return (depth(graph.without_auxiliary()),)


@QUANTITIES.register("receptive_field")
class ReceptiveField(Quantity):
    """Height and width, in pixels of the input, of what one element sees, over all channels; where it sees everything it is
    the image. A size, wherever the field lies: at the border of a map a part of it is padding."""

    part: str | None = arg(
        Part(), "of the end of this layer or part; left out: of the last map on the way to an output", None
    )

    units = PLAIN
    sizes = (1, 2)

    def figure(self, graph: Graph, setting: Setting) -> tuple[int, ...]:
        graph = graph.without_auxiliary() if self.part is None else graph
        fields = receptive_fields(graph)
        if self.part is not None:
            return fields[nodes_of(graph, self.part)[-1]].size
        last = last_map(graph, fields)
        return fields[graph.main_outputs[0].node if last is None else last].size


@QUANTITIES.register("resolution")
class Resolution(Quantity):
    """Height and width of the input, in pixels."""

    units = PLAIN
    sizes = (1, 2)

    def figure(self, graph: Graph, setting: Setting) -> tuple[int, ...]:
        return graph.input_shape[1:] if is_map(graph.input_shape) else (graph.input_shape[0], 1)


@QUANTITIES.register("shape")
class OutputShape(Quantity):
    """Channels, height and width of an output (of several, the first); the features of a vector."""

    part: str | None = arg(Part(), "of the end of this layer or part; left out: of the network", None)

    units = PLAIN
    sizes = (1, 3)
    is_shape = True

    def figure(self, graph: Graph, setting: Setting) -> tuple[int, ...]:
        node = graph.main_outputs[0].node if self.part is None else nodes_of(graph, self.part)[-1]
        return graph.nodes[node].shape
