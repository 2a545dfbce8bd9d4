"""Which form each layer is computed in: the plain one that its class states, or a faster one where that wins.

A pass chooses another form for the layers that it is about. Importing this does not import tinygrad.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...ir import Graph, Node, Op

if TYPE_CHECKING:
    from tinygrad import Tensor

PLAIN = "plain"


@dataclass(frozen=True)
class Pass:
    """``chooses`` says which layers get the form; ``training_only``: elsewhere they are computed plainly."""

    chooses: Callable[[Op], bool]
    forward: Callable[[Any, tuple[Any, ...], Mapping[str, Any]], Any]
    training_only: bool
    about: str


def _is_one_convolution(op: Any) -> bool:
    return bool(op.call_name == "conv" and op.groups == 1)


def _convolve(op: Any, inputs: tuple[Tensor, ...], parameters: Mapping[str, Tensor]) -> Tensor:
    from .convolution import conv2d

    x = inputs[0]
    sides = op.sides((int(x.shape[1]), int(x.shape[2]), int(x.shape[3])))
    return conv2d(x, parameters["weight"], parameters.get("bias"), op.stride, op.dilation, sides)


PASSES: dict[str, Pass] = {
    "channels_last": Pass(
        _is_one_convolution,
        _convolve,
        True,
        "convolutions of one group with channels last and gradients of their own, in training",
    ),
}
"""All passes by name, in their order."""
DEFAULT: tuple[str, ...] = ()
"""Those that are on unless told. ``channels_last`` is not: it takes too much memory (benchmarks/RESULTS.md)."""


@dataclass(frozen=True)
class Plan:
    """The form of every node, in the graph's order: "plain", or the name of the pass that chose another."""

    graph: Graph
    forms: tuple[str, ...]

    def apply(self, index: int, inputs: tuple[Any, ...], parameters: Mapping[str, Any], run: Any) -> Any:
        """What node ``index`` gives for its inputs."""
        op = self.graph.nodes[index].op
        chosen = PASSES.get(self.forms[index])
        if chosen is None or (chosen.training_only and not run.training):
            return op.forward(inputs, parameters, run)
        return chosen.forward(op, inputs, parameters)

    def text(self) -> str:
        """A line a layer: its form, its name, the layer."""
        width = max(map(len, (PLAIN, *PASSES)))
        return "\n".join(
            _line(form, node, width) for form, node in zip(self.forms, self.graph.nodes, strict=True)
        )


def _line(form: str, node: Node, width: int) -> str:
    return f"{form:<{width}}  {node.name}: {node.op.call_name} {node.op.label()}".rstrip()


def plan(graph: Graph, passes: Collection[str] = DEFAULT) -> Plan:
    """The forms of ``graph``'s nodes with these passes on; raises ``ValueError`` for a pass that does not exist."""
    unknown = [name for name in passes if name not in PASSES]
    if unknown:
        raise ValueError(f"there is no pass '{unknown[0]}'; there are: {', '.join(PASSES)}")
    return Plan(graph, tuple(_form(node.op, passes) for node in graph.nodes))


def _form(op: Op, passes: Collection[str]) -> str:
    return next((name for name, each in PASSES.items() if name in passes and each.chooses(op)), PLAIN)
