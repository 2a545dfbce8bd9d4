"""From the working of a part, or of the whole network, to its entry on a sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from ...ir import Graph, Node, Number, Step, Working, show, show_sides
from ...ir.working import number_text, symbols
from ...source import Span
from ..memory import BYTES
from ..receptive_field import Field
from .finding import Found
from .gaps import Gaps
from .layer import cost_working, worked_out
from .memory import Kept, Peak, kept_of, memory_working, output_bytes
from .part import Addition, Entering, PartWorking, Row
from .sheet import GAP, TITLES, Entry, Equation, Known, Section, Sum, Table


@dataclass(eq=False, repr=False)
class PartWriter:
    gaps: Gaps

    @cached_property
    def kept(self) -> Kept:
        return kept_of(self.gaps.graph)

    def part(self, worked: PartWorking) -> Entry:
        figures = self.gaps.figures
        in_table = bool({"size", "receptive-field"} & set(figures) and worked.rows)
        sections = [self._table(worked)] if in_table else []
        for figure in figures:
            after = [step for step in worked.working.steps if step.figure == figure]
            items = self._items(worked, after, [a for a in worked.additions if a.figure == figure])
            sections += [Section(TITLES[figure], items)] if items else []
        return Entry(
            worked.found.path,
            _title(worked.found),
            _span(self.gaps.graph, worked.found),
            self._constants(worked),
            tuple(sections),
        )

    def _items(
        self, worked: PartWorking, after: Sequence[Step], additions: Sequence[Addition]
    ) -> tuple[Equation | Sum, ...]:
        """Steps over sums come after them; the bytes of parameters, whose sum stands elsewhere, come first."""
        values = worked.values()
        hidden = {a.symbol for a in worked.additions if self.gaps.blank and a.figure in self.gaps.figures}

        def shown(symbol: str) -> str:
            return GAP if symbol in hidden else number_text(values[symbol])

        own = {addition.symbol for addition in additions}
        first = [step for step in after if not own & set(symbols(step.formula))]
        last = [step for step in after if step not in first]
        items: list[Equation | Sum] = [*self.gaps.equations(first, values, shown)]
        items += [self._sum(addition) for addition in additions]
        items += self.gaps.equations(last, values, shown)
        if worked.peak and any(addition.figure == "memory" for addition in additions):
            items.append(self._peak(worked.peak))
        return tuple(items)

    def _constants(self, worked: PartWorking) -> tuple[Known, ...]:
        """The sums that later steps need where these are not shown."""
        steps = [step for step in worked.working.steps if step.figure in self.gaps.figures]
        needed = {symbol for step in steps for symbol in symbols(step.formula)}
        summed = {a.symbol for a in worked.additions if a.figure in self.gaps.figures}
        return tuple(
            Known(g.symbol, number_text(g.value), g.words)
            for g in worked.working.givens
            if g.symbol in needed - summed
        )

    def _sum(self, addition: Addition) -> Sum | Equation:
        if not addition.rows:
            return Equation(addition.words, addition.symbol, (self.gaps.gap("0"),))
        rows = tuple(
            (
                row.child.name,
                self._how(row, addition.symbol),
                self.gaps.gap(number_text(row.figure(addition.symbol))),
            )
            for row in addition.rows
        )
        return Sum(addition.words, addition.symbol, rows, self.gaps.gap(number_text(addition.total)))

    def _how(self, row: Row, symbol: str) -> str:
        """The product behind a layer's figure, or how many layers a part has."""
        if row.child.scope:
            return row.layers
        graph, index = self.gaps.graph, row.child.nodes[0]
        working = cost_working(graph, index) + memory_working(graph, index, self.kept)
        hidden = self._asked_of(graph.nodes[index], working)
        return worked_out(working, symbol, lambda name, shown: GAP if name in hidden else shown)

    def _asked_of(self, node: Node, working: Working) -> set[str]:
        """Symbols in a layer's working that are gaps elsewhere; bytes are, where the sizes that make them up are."""
        hidden = {step.symbol for step in working.steps if self.gaps.asks(node, step.symbol)}
        hidden |= {given.symbol for given in working.givens if self.gaps.asks_given(node, given)}
        return hidden | ({"bytes"} if self.gaps.asks_size(node) else set())

    def _peak(self, peak: Peak) -> Sum:
        """What is alive at once, layer by layer."""
        rows = []
        for node in peak.alive:
            hidden = self.gaps.asks_size(node)
            sizes = [GAP if hidden else number_text(n) for n in node.shape]
            bytes_each = self.gaps.gap(number_text(output_bytes(node)))
            rows.append((node.name, "·".join([*sizes, str(BYTES)]), bytes_each))
        words = f"bytes alive at once at inference, of a sample; most is while {peak.at.name} runs"
        return Sum(words, "alive", tuple(rows), self.gaps.gap(number_text(peak.total)))

    def _table(self, worked: PartWorking) -> Section:
        """Shape and receptive field of each row, which are those of its last layer."""
        shown = [f for f in ("size", "receptive-field") if f in self.gaps.figures]
        size, seen = "size" in shown, "receptive-field" in shown
        head = ("layer", "op", *(("output",) if size else ()), *(("receptive field", "jump") if seen else ()))
        title = (
            "Output size and receptive field"
            if len(shown) == 2
            else TITLES["size" if size else "receptive-field"]
        )
        entering = tuple(self._entering(each, size, seen) for each in worked.entering)
        rows = tuple(self._cells(row, size, seen) for row in worked.rows)
        return Section(title, (Table(head, (*entering, *rows)),))

    def _entering(self, entered: Entering, size: bool, seen: bool) -> tuple[str, ...]:
        """Figures of a layer outside, which other entries of the sheet may ask for."""
        node, asks = entered.node, self.gaps.asks
        output = (GAP if self.gaps.asks_size(node) else show(node.shape),) if size else ()
        sees = GAP if asks(node, "r_out") else _field(entered.field)
        jump = GAP if asks(node, "j_out") else _pair(entered.field.jump)
        return (f"from {node.name}", "", *output, *((sees, jump) if seen else ()))

    def _cells(self, row: Row, size: bool, seen: bool) -> tuple[str, ...]:
        output = (self.gaps.gap(show(row.output)),) if size else ()
        field = (self.gaps.gap(_field(row.field)), self.gaps.gap(_pair(row.field.jump))) if seen else ()
        what = (row.what or row.layers) + (", training only" if row.only_in_training else "")
        return (row.child.name, what, *output, *field)


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


def _title(found: Found) -> str:
    scope, number = found.scope, sum(len(child.nodes) for child in found.children)
    layers = (
        f"{number} layer{'s' if number != 1 else ''}" if number else "no layers: what enters leaves as it is"
    )
    if scope is None:
        return f"the whole network, {layers}"
    return f"{scope.title}, {layers}" if scope.block else f"a part of {layers}"


def _field(field: Field) -> str:
    return "all" if field.whole else _pair(field.size)


def _pair(pair: tuple[Number, Number]) -> str:
    return show_sides(map(number_text, pair))
