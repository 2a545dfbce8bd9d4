"""From workings to a sheet."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field

from ...ir import Figure, Given, Graph, Number, Scope, Shape, Step, Working
from ...ir.working import FIGURES, number_text, symbols, written
from ...source import Span
from ..receptive_field import Field, receptive_fields
from .finding import Found
from .layer import LayerWorking, cost_working, layer_working, worked_out
from .part import Addition, Entering, PartWorking, Row, part_working
from .sheet import GAP, Entry, Equation, Known, Section, Sheet, Sum, Table

TITLES: dict[Figure, str] = {
    "size": "Output size",
    "params": "Parameters",
    "macs": "Multiply-adds",
    "receptive-field": "Receptive field",
    "memory": "Memory",
}
_OF_FIELD = frozenset("rjeabc")

Places = Callable[[str, Given], tuple[str, ...]]
"""Of a layer's name and a number that its working starts from: where the number comes from, in lines."""


Worked = LayerWorking | PartWorking


def work(graph: Graph, places: Iterable[Found]) -> tuple[Worked, ...]:
    """The workings of layers, parts, or the whole network."""
    fields = receptive_fields(graph)
    return tuple(
        part_working(graph, found, fields) if found.node is None else layer_working(graph, found.node, fields)
        for found in places
    )


def sheet(
    graph: Graph,
    worked: Sequence[Worked],
    places: Places,
    figures: Collection[Figure] = FIGURES,
    blank: bool = False,
) -> Sheet:
    """The sheet of these workings. With ``blank`` results are gaps, there and wherever they are put in later."""
    writer = _Writer(graph, places, tuple(f for f in FIGURES if f in figures), blank)
    entries = tuple(
        writer.part(each) if isinstance(each, PartWorking) else writer.layer(each) for each in worked
    )
    return Sheet(graph.name, entries, tuple(writer.answers))


@dataclass(slots=True, eq=False, repr=False)
class _Writer:
    graph: Graph
    places: Places
    figures: tuple[Figure, ...]
    blank: bool
    answers: list[str] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)  # layers whose figures have been gaps

    def gap(self, answer: str, note: str = "") -> str:
        """A result, or its numbered gap."""
        if not self.blank:
            return answer
        self.answers.append(f"{answer}  ({note})" if note else answer)
        return f"{GAP} ({len(self.answers)})"

    # Layers

    def layer(self, worked: LayerWorking) -> Entry:
        steps = [step for step in worked.working.steps if step.figure in self.figures]
        values, shown = worked.values(), {step.symbol for step in steps}
        knowns = self._knowns(worked, steps, values)
        numbers = self._numbers(worked, shown, values)
        sections = tuple(
            Section(
                TITLES[figure], self._equations([s for s in steps if s.figure == figure], values, numbers)
            )
            for figure in self.figures
        )
        self.asked.add(worked.node.name)
        node = worked.node
        what = f"{node.op.call_name} {node.op.label()}".strip()
        return Entry(node.name, what, node.span, knowns, sections)

    def _knowns(
        self, worked: LayerWorking, steps: Sequence[Step], values: dict[str, Number]
    ) -> tuple[Known, ...]:
        """What the steps start from: numbers that are given, and results of steps that are not shown."""
        shown = {step.symbol for step in steps}
        needed = {symbol for step in steps for symbol in (*symbols(step.formula), *step.because)} - shown
        givens = [given for given in worked.working.givens if given.symbol in needed]
        others = [step for step in worked.working.steps if step.symbol in needed]
        return (
            *(
                Known(
                    g.symbol,
                    GAP if self._is_asked(worked, g) else g.shown,
                    g.words,
                    self._place(worked, g),
                )
                for g in givens
            ),
            *(
                Known(s.symbol, number_text(values[s.symbol]), s.words, ("by the steps of its size",))
                for s in others
            ),
        )

    def _place(self, worked: LayerWorking, given: Given) -> tuple[str, ...]:
        return self.places(worked.node.name, given)

    def _is_asked(self, worked: LayerWorking, given: Given) -> bool:
        """Whether a number is the result of a layer that is asked for on the same sheet."""
        if not self.blank or given.input is None or worked.inputs[given.input] not in self.asked:
            return False
        figure: Figure = "receptive-field" if given.symbol[0] in _OF_FIELD else "size"
        return figure in self.figures

    def _numbers(
        self, worked: LayerWorking, shown: set[str], values: dict[str, Number]
    ) -> Callable[[str], str]:
        """What is put in for a symbol: its number, or a gap where that is a result on this sheet."""
        hidden = {g.symbol for g in worked.working.givens if self._is_asked(worked, g)}
        hidden |= shown if self.blank else set()
        return lambda symbol: GAP if symbol in hidden else number_text(values[symbol])

    def _equations(
        self, steps: Sequence[Step], values: dict[str, Number], numbers: Callable[[str], str]
    ) -> tuple[Equation, ...]:
        put_in = {
            step.symbol: written(step.formula, numbers, None if self.blank else values) for step in steps
        }
        return tuple(self._equation(step, values, put_in) for step in steps)

    def _equation(self, step: Step, values: dict[str, Number], put_in: dict[str, str]) -> Equation:
        result = self.gap(number_text(values[step.symbol]), step.note)
        if step.like and put_in.get(step.like) == put_in[step.symbol] and symbols(step.formula):
            return Equation(step.words, step.symbol, (result,), same=True)
        shown: tuple[str, ...] = (written(step.formula), put_in[step.symbol])
        if not symbols(step.formula):
            shown = () if self.blank else shown[1:]  # a formula without symbols is the answer
        elif self.blank and step.formula.isidentifier():
            shown = shown[:1]
        kept = tuple(dict.fromkeys((*shown, result)))
        return Equation(step.words, step.symbol, kept, "" if self.blank else step.note)

    # Parts

    def part(self, worked: PartWorking) -> Entry:
        sections = [self._table(worked)] if {"size", "receptive-field"} & set(self.figures) else []
        steps, values = worked.working.steps, worked.values()
        inside = {i for row in worked.rows for i in row.child.nodes}
        hidden = {addition.symbol for addition in worked.additions}
        for figure in self.figures:
            sums = tuple(self._sum(a, inside) for a in worked.additions if a.figure == figure)
            after = [step for step in steps if step.figure == figure]
            equations = self._equations(after, values, self._total(hidden, values))
            if sums or equations:
                sections.append(Section(TITLES[figure], (*sums, *equations)))
        scope = worked.found.scope
        span = _span(self.graph, worked.found)
        return Entry(
            worked.found.path,
            _part_title(scope, worked.found),
            span,
            self._constants(worked),
            tuple(sections),
        )

    def _total(self, hidden: Collection[str], values: dict[str, Number]) -> Callable[[str], str]:
        def shown(symbol: str) -> str:
            return GAP if self.blank and symbol in hidden else number_text(values[symbol])

        return shown

    def _constants(self, worked: PartWorking) -> tuple[Known, ...]:
        steps = [step for step in worked.working.steps if step.figure in self.figures]
        needed = {symbol for step in steps for symbol in symbols(step.formula)}
        totals = {addition.symbol for addition in worked.additions}
        return tuple(
            Known(g.symbol, number_text(g.value), g.words)
            for g in worked.working.givens
            if g.symbol in needed - totals or (g.symbol in needed and not self._summed(worked, g.symbol))
        )

    def _summed(self, worked: PartWorking, symbol: str) -> bool:
        return any(a.symbol == symbol and a.figure in self.figures for a in worked.additions)

    def _sum(self, addition: Addition, inside: Collection[int]) -> Sum:
        rows = tuple(
            (
                row.child.name,
                self._how(row, addition.symbol, inside),
                self.gap(number_text(row.figure(addition.symbol))),
            )
            for row in addition.rows
        )
        return Sum(addition.words, addition.symbol, rows, self.gap(number_text(addition.total)))

    def _how(self, row: Row, symbol: str, inside: Collection[int]) -> str:
        """The product behind a layer's figure, or how many layers a part has."""
        if row.child.scope:
            return row.layers
        working = cost_working(self.graph, row.child.nodes[0])
        hidden = self._sizes_asked(row.child.nodes[0], working, inside)
        return worked_out(working, symbol, lambda name, shown: GAP if name in hidden else shown)

    def _sizes_asked(self, node: int, working: Working, inside: Collection[int]) -> set[str]:
        """Sizes that are gaps in the table of the part: the outputs of its layers, and the inputs that these are."""
        if not self.blank or "size" not in self.figures:
            return set()
        taken = self.graph.nodes[node].inputs
        inputs = {g.symbol for g in working.givens if g.input is not None and taken[g.input] in inside}
        return inputs | {"C_out", "H_out", "W_out", "N_out"}

    def _table(self, worked: PartWorking) -> Section:
        """Shape and receptive field of each row, which are those of its last layer."""
        size, seen = "size" in self.figures, "receptive-field" in self.figures
        head = ("layer", "op", *(("output",) if size else ()), *(("receptive field", "jump") if seen else ()))
        title = " and ".join(
            TITLES[f].lower() if i else TITLES[f]
            for i, f in enumerate(f for f in ("size", "receptive-field") if f in self.figures)  # type: ignore[misc]
        )
        entering = tuple(self._entering(node, size, seen) for node in worked.entering)
        return Section(
            title, (Table(head, (*entering, *(self._cells(row, size, seen) for row in worked.rows))),)
        )

    def _entering(self, entered: Entering, size: bool, seen: bool) -> tuple[str, ...]:
        field = (_field(entered.field), _pair(entered.field.jump)) if seen else ()
        return (f"from {entered.name}", "", *((_shape(entered.shape),) if size else ()), *field)

    def _cells(self, row: Row, size: bool, seen: bool) -> tuple[str, ...]:
        output = (self.gap(_shape(row.output)),) if size else ()
        field = (self.gap(_field(row.field)), self.gap(_pair(row.field.jump))) if seen else ()
        return (row.child.name, row.what or row.layers, *output, *field)


def _span(graph: Graph, found: Found) -> Span | None:
    """The call of a part, as its layers' origins have it: the last of those that all of them share, seen from outside."""
    if found.scope is None or not found.children:
        return None
    nodes = [graph.nodes[i] for child in found.children for i in child.nodes]
    depth = min(len(node.origin) for node in nodes)
    shared = [
        notes[0]
        for place in range(1, depth + 1)
        if len(set(notes := [node.origin[-place] for node in nodes])) == 1
    ]
    called = [note for note in shared if found.scope.block and f"'{found.scope.block}'" in note.message]
    return called[-1].span if called else None


def _part_title(scope: Scope | None, found: Found) -> str:
    number = sum(len(child.nodes) for child in found.children)
    layers = f"{number} layer{'s' if number != 1 else ''}"
    if scope is None:
        return f"the whole network, {layers}"
    return f"{scope.title}, {layers}" if scope.block else f"a part of {layers}"


def _shape(shape: Shape) -> str:
    return " x ".join(map(str, shape))


def _field(field: Field) -> str:
    return "all" if field.whole else _pair(field.size)


def _pair(pair: tuple[Number, Number]) -> str:
    tall, wide = map(number_text, pair)
    return tall if tall == wide else f"{tall} x {wide}"
