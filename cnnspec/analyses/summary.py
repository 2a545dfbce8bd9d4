"""The figures of a network in one frozen table, and as the object that ``summary --json`` prints."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from dataclasses import field as member
from typing import Any

from ..ir import Graph, Scope, Shape
from ..ir.op import Family
from ..source import Span
from ..source.values import Value
from .cost import FLOPS_PER_MAC, InTraining, ParameterCount, cost, in_training
from .freezing import Starts, stages, starts_of, told
from .memory import Memory, memory
from .receptive_field import Field, Number, receptive_fields


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LayerFigures(Value):
    """One layer: ``inputs`` are names of the layers it takes, ``params`` leave out running statistics. ``starts`` are the
    first epochs in which its parameters are trained (None: never). ``auxiliary``: it exists only in training."""

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
    auxiliary: bool = False


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class OutputFigures(Value):
    name: str
    shape: Shape
    auxiliary: bool


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Summary(Value):
    """All figures of a graph, for one sample; ``layers`` in the graph's order, without the input.

    Auxiliary heads, which exist only in training, are among the layers, but count in the memory of training only;
    ``in_training`` is the network with them, where it has some. ``stages`` are epochs from which more parameters are
    trained, and how many, where a spec fine-tunes.
    """

    model: str
    input: Shape
    outputs: tuple[OutputFigures, ...]
    params: ParameterCount
    macs: int
    memory: Memory
    layers: tuple[LayerFigures, ...]
    scopes: tuple[Scope, ...] = ()
    in_training: InTraining | None = None
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
    costs, fields, kept = cost(graph), receptive_fields(graph), graph.at_inference()
    main = graph.without_auxiliary()
    whole = costs if main is graph else cost(main)
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
            auxiliary=index not in kept,
        )
        for index, node in enumerate(graph.nodes)
        if index > 0
    )
    return Summary(
        model=graph.name,
        input=graph.input_shape,
        outputs=tuple(OutputFigures(o.name, graph.nodes[o.node].shape, o.auxiliary) for o in graph.outputs),
        params=whole.count,
        macs=whole.total_macs,
        memory=memory(graph, whole.count),
        layers=layers,
        scopes=graph.scopes,
        in_training=in_training(graph),
        stages=stages(main),
    )


def summary_json(summary: Summary) -> dict[str, Any]:
    """The object of ``summary --json``: plain dicts, lists and numbers.

    ``output`` is one shape, or a list of shapes where there are several outputs, which are then also in ``outputs`` by
    name; auxiliary outputs are not listed. A fractional stride is a float. ``receptive_field_whole`` says whether each
    element sees the whole image, whose size is then its field; ``receptive_field_edge`` is the first pixel that element
    (0, 0) sees, (top, left), negative in the padding. ``span`` is null for layers not from a file. Where parameters are
    frozen, their layers have a text ``frozen``. Where there are auxiliary heads, their layers have ``auxiliary``, and
    ``in_training`` has the sums with them.
    """
    shapes = {o.name: list(o.shape) for o in summary.outputs if not o.auxiliary}
    several = {"outputs": shapes} if len(shapes) > 1 else {}
    both = {"in_training": asdict(summary.in_training)} if summary.in_training else {}
    return {
        "model": summary.model,
        "input": list(summary.input),
        "output": [*shapes.values()] if several else next(iter(shapes.values())),
        **several,
        "params": asdict(summary.params),
        "macs": summary.macs,
        "flops": summary.flops,
        **both,
        "memory": asdict(summary.memory),
        "layers": [_layer_json(layer) for layer in summary.layers],
    }


def _layer_json(layer: LayerFigures) -> dict[str, Any]:
    frozen = {"frozen": words} if (words := told(layer.starts)) else {}
    auxiliary = {"auxiliary": True} if layer.auxiliary else {}
    return {
        "name": layer.name,
        "op": layer.op,
        "inputs": list(layer.inputs),
        "output": list(layer.output),
        "params": layer.params,
        "macs": layer.macs,
        "receptive_field": list(layer.field.size),
        "receptive_field_whole": layer.field.whole,
        "receptive_field_edge": list(layer.field.edge),
        "stride": [_number(j) for j in layer.field.jump],
        **frozen,
        **auxiliary,
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
