"""From workings to a sheet."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from ...ir import Figure, Given, Graph, Number, Step
from ...ir.working import FIGURES, number_text, symbols
from ..receptive_field import receptive_fields
from .asked import Worked, asked
from .finding import Found
from .gaps import Gaps
from .layer import LayerWorking, layer_working
from .memory import kept_of
from .part import PartWorking, part_working
from .part_writing import PartWriter
from .sheet import GAP, TITLES, Entry, Known, Section, Sheet

Places = Callable[[str, Given], tuple[str, ...]]
"""Of a layer's name and a number that its working starts from: where the number comes from, in lines."""


def work(graph: Graph, places: Iterable[Found]) -> tuple[Worked, ...]:
    """The workings of layers, parts, or the whole network."""
    fields, kept = receptive_fields(graph), kept_of(graph)
    return tuple(
        part_working(graph, found, fields)
        if found.node is None
        else layer_working(graph, found.node, fields, kept)
        for found in places
    )


def sheet(
    graph: Graph,
    worked: Sequence[Worked],
    places: Places,
    figures: Collection[Figure] = FIGURES,
    blank: bool = False,
) -> Sheet:
    """The sheet of these workings. With ``blank`` results are gaps, there and wherever else they are put in."""
    hidden = asked(worked, figures) if blank else frozenset()
    gaps = Gaps(graph, tuple(f for f in FIGURES if f in figures), blank, hidden)
    layers, parts = _LayerWriter(gaps, places), PartWriter(gaps)
    entries = tuple(
        parts.part(each) if isinstance(each, PartWorking) else layers.layer(each) for each in worked
    )
    return Sheet(graph.name, entries, tuple(gaps.answers))


@dataclass(slots=True, eq=False, repr=False)
class _LayerWriter:
    gaps: Gaps
    places: Places

    def layer(self, worked: LayerWorking) -> Entry:
        steps = [step for step in worked.working.steps if step.figure in self.gaps.figures]
        values, shown = worked.values(), {step.symbol for step in steps}
        knowns = self._knowns(worked, steps, values)
        numbers = self._numbers(worked, shown, values)
        sections = tuple(
            Section(
                TITLES[figure],
                self.gaps.equations([s for s in steps if s.figure == figure], values, numbers),
            )
            for figure in self.gaps.figures
        )
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
                    GAP if self.gaps.asks_given(worked.node, g) else g.shown,
                    g.words if self._windows_are_asked else g.told,
                    self.places(worked.node.name, g),
                )
                for g in givens
            ),
            *(Known(s.symbol, number_text(values[s.symbol]), s.words, (_told_by(s),)) for s in others),
        )

    @property
    def _windows_are_asked(self) -> bool:
        """Which elements a window looks at would tell its padding and extent, which are worked out with the size."""
        return self.gaps.blank and "size" in self.gaps.figures

    def _numbers(
        self, worked: LayerWorking, shown: set[str], values: dict[str, Number]
    ) -> Callable[[str], str]:
        """What is put in for a symbol: its number, or a gap where that is a result on this sheet."""
        hidden = {g.symbol for g in worked.working.givens if self.gaps.asks_given(worked.node, g)}
        hidden |= shown if self.gaps.blank else set()
        return lambda symbol: GAP if symbol in hidden else number_text(values[symbol])


def _told_by(step: Step) -> str:
    """Which figure a step that is not shown belongs to."""
    return f"see --figures {step.figure}"
