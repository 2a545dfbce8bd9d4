"""The figures of a part, or of the whole network, as sums of those of what is in it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from ...ir import Figure, Given, Graph, Node, Number, Scope, Shape, Step, Working, size
from ...source.values import Value
from ..cost import FLOPS_PER_MAC, cost
from ..memory import BYTES, kept_for_backward
from ..receptive_field import Field, receptive_fields
from .finding import Child, Found
from .memory import FLOATS, Peak, peak_of

_SUMS: tuple[tuple[Figure, str, str], ...] = (
    ("params", "parameters", "parameters"),
    ("params", "buffers", "running statistics, not among the parameters"),
    ("macs", "MACs", "multiply-adds of a sample"),
    ("memory", "kept", "bytes kept for the backward pass, of a sample"),
)
_WITHOUT_HEADS = ", without heads that exist only in training"
_NEEDLESS = ("buffers",)
"""Sums that are left out where they are nothing."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Row(Value):
    """A layer or part inside, with its figures; ``output`` and ``field`` are those of its ``last`` layer."""

    child: Child
    what: str
    last: str
    output: Shape
    field: Field
    parameters: int
    buffers: int
    macs: int
    kept: int
    only_in_training: bool = False

    @property
    def layers(self) -> str:
        number = len(self.child.nodes)
        return f"{number} layer{'s' if number != 1 else ''}"

    def figure(self, symbol: str) -> int:
        figures = {
            "parameters": self.parameters,
            "buffers": self.buffers,
            "MACs": self.macs,
            "kept": self.kept,
        }
        return figures[symbol]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Addition(Value):
    """A sum over the rows that have some of it: ``symbol`` is what is added up."""

    figure: Figure
    symbol: str
    words: str
    rows: tuple[Row, ...]
    total: int


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Entering(Value):
    """A layer outside that a part takes, or the network's input."""

    node: Node
    field: Field


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PartWorking(Value):
    """A part (or the whole network): what enters it, its rows, the sums over them, and what follows from the sums.

    ``peak`` is what is alive at once at inference, of the whole network.
    """

    found: Found
    entering: tuple[Entering, ...]
    rows: tuple[Row, ...]
    additions: tuple[Addition, ...]
    working: Working
    peak: Peak | None = None

    def values(self) -> dict[str, Number]:
        """The number behind every symbol."""
        return self.working.values()


def part_working(graph: Graph, found: Found, fields: tuple[Field, ...] | None = None) -> PartWorking:
    """Sums of parameters, running statistics, multiply-adds and kept bytes over what is directly inside.

    They equal ``cost`` and ``memory``; the input of the whole network is among what is kept. Heads that exist only in
    training are among what is kept, and count otherwise only where they are what is asked for.
    """
    inside = {i for child in found.children for i in child.nodes}
    make = _Rows(graph, fields or receptive_fields(graph), graph.at_inference() & inside or inside)
    rows = tuple(make.row(child) for child in found.children)
    everything = found.scope is None
    counted = (make.row(Child(graph.nodes[0].name, graph.nodes[0].name, (0,))), *rows) if everything else rows
    heads = _WITHOUT_HEADS if any(row.only_in_training for row in rows) else ""
    additions = tuple(
        Addition(
            figure,
            symbol,
            words + (heads if figure != "memory" else ""),
            some,
            sum(row.figure(symbol) for row in some),
        )
        for figure, symbol, words in _SUMS
        if (some := tuple(row for row in counted if row.figure(symbol))) or symbol not in _NEEDLESS
    )
    entering = _entering(graph, found, make.fields)
    return PartWorking(
        found, entering, rows, additions, _following(additions), peak_of(graph) if everything else None
    )


def _entering(graph: Graph, found: Found, fields: tuple[Field, ...]) -> tuple[Entering, ...]:
    inside = {i for child in found.children for i in child.nodes}
    taken = dict.fromkeys(i for node in sorted(inside) for i in graph.nodes[node].inputs if i not in inside)
    return tuple(Entering(graph.nodes[i], fields[i]) for i in taken)


class _Rows:
    """The figures of a graph's layers, added up for a layer or part of it."""

    def __init__(self, graph: Graph, fields: tuple[Field, ...], counted: Collection[int]) -> None:
        self.graph, self.fields, self.counted = graph, fields, counted
        self.costs, self.kept = cost(graph), kept_for_backward(graph)

    def row(self, child: Child) -> Row:
        last = child.nodes[-1]
        node = self.graph.nodes[last]
        counted = [i for i in child.nodes if i in self.counted]
        buffers = (p for i in counted for p in self.graph.nodes[i].parameters if p.role == "buffer")
        return Row(
            child=child,
            what=_title(child.scope) if child.scope else f"{node.op.call_name} {node.op.label()}".strip(),
            last=node.name,
            output=node.shape,
            field=self.fields[last],
            parameters=sum(self.costs.params[i] for i in counted),
            buffers=sum(size(p.shape) for p in buffers),
            macs=sum(self.costs.macs[i] for i in counted),
            only_in_training=not counted,
            kept=sum(self.kept[i] for i in child.nodes),
        )


def _title(scope: Scope) -> str:
    """The call of a block; a label says nothing more."""
    return scope.title if scope.block else ""


def _following(additions: tuple[Addition, ...]) -> Working:
    """FLOPs from multiply-adds, bytes from parameters; the sums are what is given."""
    totals = tuple(
        Given(a.symbol, a.total, f"the sum of {a.words.partition(',')[0]}")
        for a in additions
        if a.figure != "memory"
    )
    every = "(parameters + buffers)" if any(a.symbol == "buffers" for a in additions) else "parameters"
    words = "bytes of parameters" + (" and running statistics" if "(" in every else "")
    operations = "floating-point operations: a multiplication and an addition in each"
    steps = (
        Step("macs", "FLOPs", operations, f"{FLOPS_PER_MAC}*MACs"),
        Step("memory", "parameter_bytes", f"{words}, {FLOATS}", f"{every}*{BYTES}"),
    )
    return Working(totals, steps)
