"""Which form each layer is computed in: the plain one that its class states, or a pass's where that wins.

Importing this does not import tinygrad.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...ir import Graph, Node, Op
from .passes import FUSIONS, PASSES, Layer, Pass, Place
from .passes.base import is_float

PLAIN = "plain"
ALL = (*PASSES, *FUSIONS)
"""The names of all passes."""
DEFAULT = (
    *(name for name, each in PASSES.items() if each.default),
    *(name for name, each in FUSIONS.items() if each.default),
)
"""Those that are on unless told."""


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


class Still:
    """What layers may ask of a pass (``cnnspec.ir.Run``) in which they compute as after training."""

    training = False

    def uniform(self, like: Any, shape: tuple[int, ...]) -> Any:
        raise RuntimeError("nothing is drawn after training")


STILL = Still()


@dataclass(frozen=True)
class Step:
    """Nodes computed together, by number: the first in a form ("plain", or a pass's name), the rest with it."""

    form: str
    nodes: tuple[int, ...]


@dataclass(frozen=True)
class Plan:
    """A graph's steps in their order.

    Maps that a pass gives have their channels last, and keep them there through layers to which axes are all one.
    ``still`` are nodes that compute as after training, whatever the others do.
    """

    graph: Graph
    steps: tuple[Step, ...]
    still: frozenset[int] = frozenset()

    def forward(self, x: Any, parameters: Callable[[Node], Mapping[str, Any]], run: Any) -> dict[str, Any]:
        """Outputs by name for a batch ``x`` (N, C, H, W)."""
        values = self.run(self.steps, {0: Value(x, False)}, parameters, run)
        return {output.name: values[output.node].channels_first for output in self.graph.outputs}

    def run(
        self,
        steps: Sequence[Step],
        given: Mapping[int, Value],
        parameters: Callable[[Node], Mapping[str, Any]],
        run: Any,
    ) -> dict[int, Value]:
        """What some steps give, by node, along with ``given``, what they take."""
        values = dict(given)
        for step in steps:
            nodes = [self.graph.nodes[i] for i in step.nodes]
            first, *tail = (Layer(node.op, parameters(node)) for node in nodes)
            inputs = [values[i] for i in nodes[0].inputs]
            asked = STILL if not self.still.isdisjoint(step.nodes) else run
            values[step.nodes[-1]] = _computed(PASSES.get(step.form), first, inputs, asked, tuple(tail))
        return values

    def text(self) -> str:
        """A line a layer: its form, or what it is computed with; its name; the layer."""
        width = max(map(len, (PLAIN, *PASSES)))
        return "\n".join(line for step in self.steps for line in self._lines(step, width))

    def _lines(self, step: Step, width: int) -> Iterator[str]:
        for i in step.nodes:
            form = step.form if i == step.nodes[0] else "  with it"
            node = self.graph.nodes[i]
            yield f"{form:<{width}}  {node.name}: {node.op.call_name} {node.op.label()}".rstrip()


def _computed(
    chosen: Pass | None, layer: Layer, inputs: list[Value], run: Any, tail: tuple[Layer, ...]
) -> Value:
    if chosen and all(is_float(value.tensor) for value in inputs):
        y = chosen.forward(layer, tuple(value.channels_last for value in inputs), run, tail)
        return Value(y, y.ndim == 4)
    value = _plain(layer, inputs, run)
    for each in tail:
        value = _plain(each, [value], run)
    return value


def _plain(layer: Layer, inputs: list[Value], run: Any) -> Value:
    last = layer.op.any_axes and any(value.last for value in inputs)
    given = tuple(value.channels_last if last else value.channels_first for value in inputs)
    return Value(layer.op.forward(given, layer.parameters, run), last)


def plan(
    graph: Graph,
    place: Place,
    training: bool,
    passes: Collection[str] = DEFAULT,
    still: Collection[int] = (),
    trained: Collection[str] | None = None,
) -> Plan:
    """The steps of ``graph`` with these passes on; raises ``ValueError`` for a pass that does not exist.

    In training the nodes ``still`` compute as after it, and ``trained`` are the parameters that get gradients, by their full
    names (all where it is None): what needs none takes the forms of inference.
    """
    unknown = [name for name in passes if name not in ALL]
    if unknown:
        raise ValueError(f"there is no pass '{unknown[0]}'; there are: {', '.join(ALL)}")
    moving = _moving(graph, still, trained) if training else [False] * len(graph.nodes)
    users = Counter(i for node in graph.nodes for i in node.inputs)
    users.update(output.node for output in graph.outputs)
    taken: set[int] = set()
    steps = []
    for i in range(1, len(graph.nodes)):
        if i not in taken:
            form = _form(graph, i, place, moving[i] and i not in still, passes)
            steps.append(Step(form, (i, *_tail(graph, i, form, moving, passes, users))))
            taken.update(steps[-1].nodes)
    return Plan(graph, tuple(steps), frozenset(still) if training else frozenset())


def _moving(graph: Graph, still: Collection[int], trained: Collection[str] | None) -> list[bool]:
    """Whether each node is computed as in training: it gets gradients, or does something else then."""
    if trained is None:
        return [True] * len(graph.nodes)
    found = reached(graph, trained)
    return [
        i in found or (node.op.differs_in_training and i not in still) for i, node in enumerate(graph.nodes)
    ]


def reached(graph: Graph, trained: Container[str]) -> set[int]:
    """The nodes that follow from parameters that are trained, given by their full names."""
    found: set[int] = set()
    for number, node in enumerate(graph.nodes):
        own = any(name in trained for name, _ in node.named_parameters)
        if own or not found.isdisjoint(node.inputs):
            found.add(number)
    return found


def _form(graph: Graph, number: int, place: Place, training: bool, passes: Collection[str]) -> str:
    node = graph.nodes[number]
    inputs = graph.input_shapes(node)
    for each in PASSES.values():
        wanted = each.name in passes and (training or not each.training_only)
        if wanted and each.chooses(node.op, inputs, place):
            return each.name
    return PLAIN


def _tail(
    graph: Graph, first: int, form: str, moving: Sequence[bool], passes: Collection[str], users: Counter[int]
) -> Iterator[int]:
    """The nodes that are computed with ``first``: each the only one that sees the one before it."""
    ops: tuple[Op, ...] = (graph.nodes[first].op,)
    at = first
    while users[at] == 1:
        after = next((i for i in range(at + 1, len(graph.nodes)) if graph.nodes[i].inputs == (at,)), None)
        if after is None or not any(
            each.name in passes and each.takes(form, ops, graph.nodes[after].op, moving[after])
            for each in FUSIONS.values()
        ):
            return
        yield after
        at, ops = after, (*ops, graph.nodes[after].op)
