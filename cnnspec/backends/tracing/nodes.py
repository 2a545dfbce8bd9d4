"""What a layer does with its tensors, as a list of steps: its ``forward``, run with tensors that only take notes.

Layers are written against ``cnnspec.ir.tensor.Tensor``. ``Traced`` has all of that protocol, so exporters need to know its
operations, and no layer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...ir import Graph, Node, Op, ParameterSpec, Shape
from ...source import SpecError
from .errors import NotExportable
from .steps import FLOAT, Input, Parameter, Trace
from .symbols import BATCH, REST, Dim, Dims, Untraceable
from .traced import Traced


class _Inference:
    """The run that is traced: outside training."""

    training = False

    def uniform(self, like: Any, shape: tuple[int, ...]) -> Any:
        raise Untraceable("it draws random numbers outside training")


def trace(op: Op, inputs: Sequence[Shape], parameters: Sequence[ParameterSpec]) -> Trace:
    """The steps of ``op.forward`` at inference; ``inputs`` are shapes without batch. Raises :class:`Untraceable`."""
    named = tuple(_named(shape) if i == 0 else (BATCH, *shape) for i, shape in enumerate(inputs))
    found = Trace(named, {spec.name: _owned(spec.shape) for spec in parameters})
    tensors = tuple(Traced(found, Input(i), shape) for i, shape in enumerate(named))
    owned = {name: Traced(found, Parameter(name), shape) for name, shape in found.parameters.items()}
    try:
        result = op.forward(tensors, owned, _Inference())
    except Untraceable:
        raise
    except Exception as error:  # a class of a user's own may call anything
        raise Untraceable(str(error).partition("\n")[0] or type(error).__name__) from error
    if not isinstance(result, Traced):
        raise Untraceable("it gives something that is no tensor of the protocol")
    wanted = (BATCH, *op.output_shape(*inputs))
    if result.shape != wanted or result.dtype != FLOAT:
        raise Untraceable(f"it gives {result.dtype} of {result.shape}, where {wanted} is stated")
    found.output = result.operand
    return found


def trace_node(graph: Graph, node: Node, form: str) -> Trace:
    """The steps of a node; raises :class:`SpecError` with the layer's place, where it has none in the format ``form``."""
    try:
        return trace(node.op, graph.input_shapes(node), node.parameters)
    except Untraceable as problem:
        raise refused(node, form, str(problem)) from problem


def refused(node: Node, form: str, problem: str) -> SpecError:
    """The error that a layer has no form in the format ``form``."""
    call = node.op.call_name
    found = NotExportable(
        layer=node.name, call=call, format=form, problem=problem, span=node.span, notes=node.origin
    )
    return SpecError([found])


def inference_graph(graph: Graph) -> Graph:
    """``graph`` as it runs outside training, without layers that no output needs."""
    graph = graph.without_auxiliary()
    needed = graph.needed_by(graph.outputs)
    return graph if len(needed) == len(graph.nodes) else graph.keep(needed, graph.outputs)


def _named(shape: Shape) -> Dims:
    """The shape of the first input, sizes with their names: those that a function gets from ``x.shape``."""
    names = SIZES.get(len(shape))
    return (BATCH, *(map(Dim, shape, names) if names else shape))


SIZES = {1: ("c",), 3: ("c", "height", "width")}
"""Names of an image's sizes, by their number."""


def _owned(shape: Shape) -> Dims:
    return (Dim(shape[0], REST),) if len(shape) == 1 else tuple(shape)
