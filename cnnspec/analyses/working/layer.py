"""The working behind every figure of one layer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ...ir import Graph, Node, Number, Op, Shape, Step, Window, Working, is_map
from ...ir.op import POINTWISE
from ...ir.working import number_text, written
from ...source.values import Value
from ..cost import FLOPS_PER_MAC
from ..receptive_field import Field, receptive_fields
from .field import field_working
from .memory import Kept, kept_of, memory_working


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LayerWorking(Value):
    """A layer, what its figures start from, and the steps to them. ``inputs`` are the names of the layers it takes."""

    node: Node
    inputs: tuple[str, ...]
    working: Working

    def values(self) -> dict[str, Number]:
        """The number behind every symbol."""
        return self.working.values()


def layer_working(
    graph: Graph, index: int, fields: tuple[Field, ...] | None = None, kept: Kept | None = None
) -> LayerWorking:
    """Size, parameters, multiply-adds, receptive field and memory of node ``index``, step by step.

    The results are those of ``summarize``: :mod:`cnnspec.analyses.cost`, ``receptive_field`` and ``memory``. ``fields`` are
    the graph's receptive fields and ``kept`` what its backward pass reads, where they are known.
    """
    node, shapes = graph.nodes[index], graph.input_shapes(graph.nodes[index])
    window = node.op.size_working(shapes, node.shape)
    working = cost_working(graph, index)
    working += field_working(graph, index, fields or receptive_fields(graph), _window(node, shapes), window)
    working += memory_working(graph, index, kept or kept_of(graph))
    return LayerWorking(node, tuple(graph.nodes[i].name for i in node.inputs), working)


def cost_working(graph: Graph, index: int) -> Working:
    """Size, parameters, multiply-adds and FLOPs alone."""
    node, shapes = graph.nodes[index], graph.input_shapes(graph.nodes[index])
    size = node.op.size_working(shapes, node.shape)
    return size + node.op.parameter_working(shapes) + node.op.mac_working(shapes, node.shape) + _flops()


def worked_out(working: Working, symbol: str, shown: Callable[[str, str], str] | None = None) -> str:
    """The formula of a figure with the numbers put in: ``(11·11·3 + 1)·96``.

    A figure that only names another step is that step. ``shown`` says what is put in for a symbol and its number.
    """
    steps, values = {step.symbol: step for step in working.steps}, working.values()
    step = steps[symbol]
    while step.formula in steps:
        step = steps[step.formula]

    def put_in(name: str) -> str:
        number = number_text(values[name])
        return shown(name, number) if shown else number

    return written(step.formula, put_in, values)


def flattened(graph: Graph, index: int) -> Shape | None:
    """The map that a vector was, where only activations and dropout lie between: C x H x W of node ``index``."""
    node = graph.nodes[index]
    while node.op.family in ("activation", "regularize") and not is_map(node.shape):
        node = graph.nodes[node.inputs[0]]
    taken = graph.input_shapes(node)
    return taken[0] if node.op.call_name == "flatten" and is_map(taken[0]) else None


def _window(node: Node, shapes: tuple[tuple[int, ...], ...]) -> Window:
    pointwise = type(node.op).window is Op.window
    return POINTWISE if pointwise else node.op.window(*shapes)


def _flops() -> Working:
    words = "floating-point operations: a multiplication and an addition in each"
    return Working(steps=(Step("macs", "FLOPs", words, f"{FLOPS_PER_MAC}*MACs"),))
