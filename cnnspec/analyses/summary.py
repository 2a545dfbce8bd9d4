"""The figures of a network in one frozen table, and as the object that ``summary --json`` prints."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from dataclasses import field as member
from typing import Any

from ..ir import Graph, Scope, Shape
from ..ir.op import Family
from ..source import Span
from ..source.values import Value
from .cost import FLOPS_PER_MAC, ParameterCount, cost
from .freezing import Starts, stages, starts_of, told
from .memory import Memory, memory
from .receptive_field import Field, Number, receptive_fields


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LayerFigures(Value):
    """One layer: ``inputs`` are names of the layers it takes, ``params`` leave out running statistics. ``starts`` are the
    first epochs in which its parameters are trained (None: never)."""

    name: str
    op: str
    label: str
    family: Family
    inputs: tuple[str, ...]
    output: Shape
    params: int
    macs: int
    field: Field
    starts: Starts = frozenset()
    span: Span | None = member(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class OutputFigures(Value):
    name: str
    shape: Shape
    auxiliary: bool


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Deployed(Value):
    """Parameters and multiply-adds without the auxiliary heads."""

    params: int
    macs: int


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Summary(Value):
    """All figures of a graph, for one sample; ``layers`` in the graph's order, without the input.

    Auxiliary heads (training only) are counted; ``deployed`` is the network without them, where it has some. ``stages``
    are epochs from which more parameters are trained, and how many, where a spec fine-tunes.
    """

    model: str
    input: Shape
    outputs: tuple[OutputFigures, ...]
    params: ParameterCount
    macs: int
    memory: Memory
    layers: tuple[LayerFigures, ...]
    scopes: tuple[Scope, ...] = ()
    deployed: Deployed | None = None
    stages: tuple[tuple[int, int], ...] = ()

    @property
    def tuned(self) -> bool:
        """Whether some parameters are frozen, for a time or for good."""
        return len(self.stages) > 1 or self.params.trainable != self.params.total

    @property
    def flops(self) -> int:
        return FLOPS_PER_MAC * self.macs


def summarize(graph: Graph) -> Summary:
    """All analyses of ``graph`` put together."""
    costs, fields = cost(graph), receptive_fields(graph)
    layers = tuple(
        LayerFigures(
            name=node.name,
            op=node.op.call_name,
            label=node.op.label(),
            family=node.op.family,
            inputs=tuple(graph.nodes[i].name for i in node.inputs),
            output=node.shape,
            params=costs.params[index],
            macs=costs.macs[index],
            field=fields[index],
            starts=starts_of(node),
            span=node.span,
        )
        for index, node in enumerate(graph.nodes)
        if index > 0
    )
    return Summary(
        model=graph.name,
        input=graph.input_shape,
        outputs=tuple(OutputFigures(o.name, graph.nodes[o.node].shape, o.auxiliary) for o in graph.outputs),
        params=costs.count,
        macs=costs.total_macs,
        memory=memory(graph, costs.count),
        layers=layers,
        scopes=graph.scopes,
        deployed=_deployed(graph),
        stages=stages(graph),
    )


def _deployed(graph: Graph) -> Deployed | None:
    if len(graph.main_outputs) == len(graph.outputs):
        return None
    costs = cost(graph.without_auxiliary())
    return Deployed(costs.count.total, costs.total_macs)


def summary_json(summary: Summary) -> dict[str, Any]:
    """The object of ``summary --json``: plain dicts, lists and numbers.

    ``output`` is one shape, or a list of shapes where there are several outputs; auxiliary
    outputs are not listed. A fractional stride is a float. ``span`` is null for layers not from a file. Where parameters
    are frozen, their layers have a text ``frozen``.
    """
    shapes = [list(o.shape) for o in summary.outputs if not o.auxiliary]
    return {
        "model": summary.model,
        "input": list(summary.input),
        "output": shapes[0] if len(shapes) == 1 else shapes,
        "params": asdict(summary.params),
        "macs": summary.macs,
        "flops": summary.flops,
        "memory": asdict(summary.memory),
        "layers": [_layer_json(layer) for layer in summary.layers],
    }


def _layer_json(layer: LayerFigures) -> dict[str, Any]:
    frozen = {"frozen": words} if (words := told(layer.starts)) else {}
    return {
        "name": layer.name,
        "op": layer.op,
        "inputs": list(layer.inputs),
        "output": list(layer.output),
        "params": layer.params,
        "macs": layer.macs,
        "receptive_field": list(layer.field.size),
        "stride": [_number(j) for j in layer.field.jump],
        **frozen,
        "span": _span_json(layer.span),
    }


def _number(value: Number) -> int | float:
    return int(value) if value.denominator == 1 else float(value)


def _span_json(span: Span | None) -> dict[str, Any] | None:
    if span is None:
        return None
    (line, column), (end_line, end_column) = span.first, span.last
    return {
        "file": span.source.name,
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
    }
