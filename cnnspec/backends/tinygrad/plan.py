"""Which form each layer is computed in: the plain one that its class states, or a pass's where that wins.

Importing this does not import tinygrad.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from ...ir import Graph, Node, Op
from .passes import PASSES, Pass, Place
from .passes.base import is_float

PLAIN = "plain"
DEFAULT = tuple(name for name, each in PASSES.items() if each.default)
"""The passes that are on unless told."""


@dataclass(frozen=True)
class Value:
    """A tensor with its batch; ``last`` where its channels come last."""

    tensor: Any
    last: bool

    @property
    def channels_first(self) -> Any:
        return self.tensor.permute(0, 3, 1, 2) if self.last else self.tensor

    @property
    def channels_last(self) -> Any:
        return self.tensor if self.last or self.tensor.ndim != 4 else self.tensor.permute(0, 2, 3, 1)


@dataclass(frozen=True)
class Plan:
    """The form of every node, in the graph's order: "plain", or the name of the pass that chose another.

    Maps that a pass gives have their channels last, and keep them there through layers to which axes are all one.
    """

    graph: Graph
    forms: tuple[str, ...]

    def forward(self, x: Any, parameters: Callable[[Node], Mapping[str, Any]], run: Any) -> dict[str, Any]:
        """Outputs by name for a batch ``x`` (N, C, H, W)."""
        values = [Value(x, False)]
        for form, node in zip(self.forms[1:], self.graph.nodes[1:], strict=True):
            inputs = [values[i] for i in node.inputs]
            values.append(_computed(PASSES.get(form), node.op, inputs, parameters(node), run))
        return {output.name: values[output.node].channels_first for output in self.graph.outputs}

    def text(self) -> str:
        """A line a layer: its form, its name, the layer."""
        width = max(map(len, (PLAIN, *PASSES)))
        return "\n".join(
            _line(form, node, width) for form, node in zip(self.forms, self.graph.nodes, strict=True)
        )


def _computed(
    chosen: Pass | None, op: Op, inputs: list[Value], parameters: Mapping[str, Any], run: Any
) -> Value:
    last = any(value.last for value in inputs)
    if chosen and (run.training or not chosen.training_only) and all(is_float(v.tensor) for v in inputs):
        given = tuple(value.channels_last for value in inputs)
        y = chosen.forward(op, given, parameters, run)
        return Value(y, y.ndim == 4)
    if op.any_axes and last:
        return Value(op.forward(tuple(value.channels_last for value in inputs), parameters, run), True)
    return Value(op.forward(tuple(value.channels_first for value in inputs), parameters, run), False)


def _line(form: str, node: Node, width: int) -> str:
    return f"{form:<{width}}  {node.name}: {node.op.call_name} {node.op.label()}".rstrip()


def plan(graph: Graph, place: Place, passes: Collection[str] = DEFAULT) -> Plan:
    """The forms of ``graph``'s nodes with these passes on; raises ``ValueError`` for a pass that does not exist."""
    unknown = [name for name in passes if name not in PASSES]
    if unknown:
        raise ValueError(f"there is no pass '{unknown[0]}'; there are: {', '.join(PASSES)}")
    return Plan(graph, tuple(_form(graph, node, place, passes) for node in graph.nodes))


def _form(graph: Graph, node: Node, place: Place, passes: Collection[str]) -> str:
    inputs = tuple(graph.nodes[i].shape for i in node.inputs)
    chosen = (
        each.name for each in PASSES.values() if each.name in passes and each.chooses(node.op, inputs, place)
    )
    return next(chosen, PLAIN)
