"""Results on a sheet, or gaps where they are asked for, and equations with either put in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ...ir import Figure, Graph, Number, Step
from ...ir.working import number_text, symbols, written
from .sheet import GAP, Equation


@dataclass(slots=True, eq=False, repr=False)
class Gaps:
    """``answers`` are those of the gaps so far, ``asked`` the layers whose figures have been gaps."""

    graph: Graph
    figures: tuple[Figure, ...]
    blank: bool
    answers: list[str] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)

    def gap(self, answer: str, note: str = "") -> str:
        """A result, or its numbered gap."""
        if not self.blank:
            return answer
        self.answers.append(f"{answer}  ({note})" if note else answer)
        return f"{GAP} ({len(self.answers)})"

    def equations(
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
