"""The graph: nodes in topological order, each a layer applied to earlier nodes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ..source import Note, Span
from ..source.values import Value
from .op import Op, ParameterSpec
from .shape import Shape


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Node(Value):
    """``inputs`` are indices of earlier nodes; ``name`` is the dotted path, e.g. ``stage1.conv2``.

    ``origin`` is the chain of block and loop instances that led here, innermost first.
    """

    name: str
    op: Op
    inputs: tuple[int, ...]
    shape: Shape
    parameters: tuple[ParameterSpec, ...] = ()
    span: Span | None = field(default=None, compare=False, repr=False)
    origin: tuple[Note, ...] = field(default=(), compare=False, repr=False)

    @property
    def named_parameters(self) -> tuple[tuple[str, ParameterSpec], ...]:
        """The parameters and running statistics with their full names, ``stage1.conv2.weight``."""
        return tuple((f"{self.name}.{spec.name}", spec) for spec in self.parameters)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Scope(Value):
    """A named part of the graph: nodes whose path starts with ``path`` are in it.

    ``title`` is what a person wrote: a block call (``bottleneck(64, stride = 2)``) or a label. ``labelled``: the
    path ends with a label, not with the block's name and a number.
    """

    path: str
    title: str
    block: str | None = None
    labelled: bool = False


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class GraphOutput(Value):
    """``node`` is an index; an ``auxiliary`` output exists only in training."""

    name: str
    node: int
    auxiliary: bool = False


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Graph(Value):
    """A whole network. Node 0 is the input."""

    name: str
    nodes: tuple[Node, ...]
    outputs: tuple[GraphOutput, ...]
    scopes: tuple[Scope, ...] = ()

    @property
    def input_shape(self) -> Shape:
        return self.nodes[0].shape

    @property
    def main_outputs(self) -> tuple[GraphOutput, ...]:
        """The outputs that exist outside training."""
        return tuple(o for o in self.outputs if not o.auxiliary)

    def named_parameters(self) -> Iterator[tuple[str, ParameterSpec]]:
        """All parameters and running statistics with their full names, in the graph's order."""
        return (named for node in self.nodes for named in node.named_parameters)

    def input_shapes(self, node: Node) -> tuple[Shape, ...]:
        return tuple(self.nodes[i].shape for i in node.inputs)

    def without_auxiliary(self) -> Graph:
        """The graph as it runs outside training: nodes that only feed auxiliary outputs removed."""
        kept = self.main_outputs
        if len(kept) == len(self.outputs):
            return self
        return self.ending(kept)

    def at_inference(self) -> frozenset[int]:
        """The indices of the nodes that ``without_auxiliary`` keeps."""
        return frozenset(self.needed_by(self.main_outputs))

    def ending(self, outputs: tuple[GraphOutput, ...]) -> Graph:
        """The graph with these outputs, of what they need and no more."""
        return self.keep(self.needed_by(outputs), outputs)

    def needed_by(self, outputs: tuple[GraphOutput, ...]) -> set[int]:
        """The input, and the nodes that these outputs are computed from."""
        needed: set[int] = {0, *(o.node for o in outputs)}
        for index in range(len(self.nodes) - 1, -1, -1):
            if index in needed:
                needed.update(self.nodes[index].inputs)
        return needed

    def keep(self, needed: set[int], outputs: tuple[GraphOutput, ...]) -> Graph:
        """The graph of the nodes ``needed`` (closed under inputs) with these outputs."""
        order = sorted(needed)
        new = {old: index for index, old in enumerate(order)}
        nodes = tuple(
            Node(n.name, n.op, tuple(new[i] for i in n.inputs), n.shape, n.parameters, n.span, n.origin)
            for n in (self.nodes[i] for i in order)
        )
        moved = tuple(GraphOutput(o.name, new[o.node], o.auxiliary) for o in outputs)
        return Graph(self.name, nodes, moved, self.scopes)


def scopes_around(names: Iterable[str], scopes: Iterable[Scope]) -> list[tuple[Scope, ...]]:
    """For each name of a layer or scope the ``scopes`` that it is in, outermost first."""
    by_path = {scope.path: scope for scope in scopes}
    known: dict[str, tuple[Scope, ...]] = {"": ()}

    def inside(path: str) -> tuple[Scope, ...]:
        """The scopes from the outermost to the one at ``path``."""
        missing: list[str] = []
        while path not in known:
            missing.append(path)
            path = path.rpartition(".")[0]
        for inner in reversed(missing):
            known[inner] = (*known[path], by_path[inner]) if inner in by_path else known[path]
            path = inner
        return known[path]

    return [inside(name.rpartition(".")[0]) for name in names]


class GraphError(Exception):
    """A graph that breaks an invariant: a bug in whoever built it, never the user's fault."""


def verify(graph: Graph) -> None:
    """Check a graph's invariants: order, unique names, shapes and parameters as the ops state them.

    Raises :class:`GraphError` at the first one broken.
    """
    names: set[str] = set()
    for index, node in enumerate(graph.nodes):
        if node.name in names:
            raise GraphError(f"two nodes are named {node.name}")
        names.add(node.name)
        if any(not 0 <= i < index for i in node.inputs):
            raise GraphError(f"{node.name} takes a node that does not come before it")
        shapes = graph.input_shapes(node)
        if node.op.output_shape(*shapes) != node.shape or node.op.parameters(*shapes) != node.parameters:
            raise GraphError(f"{node.name} does not have the shape or parameters that its op states")
    if not graph.outputs or any(not 0 <= o.node < len(graph.nodes) for o in graph.outputs):
        raise GraphError("an output is missing or names no node")
