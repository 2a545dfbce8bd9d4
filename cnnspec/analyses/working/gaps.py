"""Results on a sheet, or gaps where they are asked for, and equations with either put in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ...ir import Figure, Given, Graph, Node, Number, Step
from ...ir.working import number_text, symbols, written
from ...ir.workings import sizes
from .asked import Asked
from .sheet import GAP, Equation


@dataclass(slots=True, eq=False, repr=False)
class Gaps:
    """``asked`` is what the gaps of the whole sheet ask for, ``answers`` are those of the gaps so far."""

    graph: Graph
    figures: tuple[Figure, ...]
    blank: bool
    asked: Asked = frozenset()
    answers: list[str] = field(default_factory=list)

    def gap(self, answer: str, note: str = "") -> str:
        """A result, or its numbered gap."""
        if not self.blank:
            return answer
        self.answers.append(f"{answer}  ({note})" if note else answer)
        return f"{GAP} ({len(self.answers)})"

    def asks(self, node: Node, *figures: str) -> bool:
        """Whether any of a layer's figures, by their symbols, is asked for anywhere."""
        return any((node.name, figure) in self.asked for figure in figures)

    def asks_size(self, node: Node) -> bool:
        return self.asks(node, *(f"{letter}_out" for letter, _ in sizes(node.shape)))

    def asks_given(self, node: Node, given: Given) -> bool:
        """Whether what a layer's working starts from is asked for, as a figure of the layer that it comes from."""
        index = 0 if given.input is None else node.inputs[given.input]
        return bool(given.tells) and self.asks(self.graph.nodes[index], given.tells)

    def equations(
        self, steps: Sequence[Step], values: dict[str, Number], numbers: Callable[[str], str]
    ) -> tuple[Equation, ...]:
        """With the numbers put in; one that has those of the step that it is like is not written twice."""

        def told(symbol: str) -> str:
            return symbol if (number := numbers(symbol)) == GAP else number

        exact = None if self.blank else values
        told_apart = {step.symbol: written(step.formula, told, exact) for step in steps}
        made = []
        for step in steps:
            same = bool(step.like and symbols(step.formula))
            same = same and told_apart.get(step.like) == told_apart[step.symbol]
            made.append(self._equation(step, values, written(step.formula, numbers, exact), same))
        return tuple(made)

    def _equation(self, step: Step, values: dict[str, Number], put_in: str, same: bool) -> Equation:
        result = self.gap(number_text(values[step.symbol]), step.note)
        if same:
            return Equation(step.words, step.symbol, (result,), same=True)
        shown: tuple[str, ...] = (written(step.formula), put_in)
        if not symbols(step.formula):
            shown = () if self.blank else shown[1:]  # a formula without symbols is the answer
        elif self.blank and step.formula.isidentifier():
            shown = shown[:1]
        kept = tuple(dict.fromkeys((*shown, result)))
        return Equation(step.words, step.symbol, kept, "" if self.blank else step.note)
