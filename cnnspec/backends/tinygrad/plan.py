"""Which form each layer is computed in: the plain one that its class states, or a pass's where that wins.

Importing this does not import tinygrad.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from ...ir import Graph, Node
from .passes import PASSES, Place
from .passes.base import is_float

PLAIN = "plain"
DEFAULT = tuple(name for name, each in PASSES.items() if each.default)
"""The passes that are on unless told."""


@dataclass(frozen=True)
class Plan:
    """The form of every node, in the graph's order: "plain", or the name of the pass that chose another."""

    graph: Graph
    forms: tuple[str, ...]

    def apply(self, index: int, inputs: tuple[Any, ...], parameters: Mapping[str, Any], run: Any) -> Any:
        """What node ``index`` gives for its inputs."""
        op = self.graph.nodes[index].op
        chosen = PASSES.get(self.forms[index])
        if chosen is None or (chosen.training_only and not run.training) or not all(map(is_float, inputs)):
            return op.forward(inputs, parameters, run)
        return chosen.forward(op, inputs, parameters, run)

    def text(self) -> str:
        """A line a layer: its form, its name, the layer."""
        width = max(map(len, (PLAIN, *PASSES)))
        return "\n".join(
            _line(form, node, width) for form, node in zip(self.forms, self.graph.nodes, strict=True)
        )


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
