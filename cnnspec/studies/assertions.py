"""What a spec asserts of its network: ``assert params <= 5M``."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from ..analyses.quantities import QUANTITIES, Quantity, Setting
from ..elaborate import Environment, bind_entry
from ..elaborate.bind import place_error
from ..elaborate.errors import Failure
from ..ir import Graph, OpError
from ..source import Diagnostic, Diagnostics, did_you_mean
from ..syntax import print_claim, tree
from .errors import AssertionFailed, OtherSizes, UnitMissing, UnknownUnit

_COMPARE: Mapping[str, Callable[[int, float], bool]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


@dataclass(frozen=True)
class Claim:
    """A quantity, how it is compared, and with what: one number, or one for each size."""

    node: tree.Assertion
    quantity: Quantity
    bound: tuple[float, ...]

    @property
    def text(self) -> str:
        """As one writes it."""
        return print_claim(self.node)

    def figure(self, graph: Graph, setting: Setting) -> tuple[int, ...]:
        """The quantity's value; raises :class:`Failure`, placed in the source."""
        try:
            return self.quantity.figure(graph, setting)
        except OpError as error:
            raise place_error(error, self.node.measure, type(self.quantity)) from None

    def holds(self, figure: tuple[int, ...]) -> bool:
        """Whether it holds of each size; of unequal ones, of any."""
        if len(self.bound) != len(figure) and (len(self.bound) > 1 or self.quantity.is_shape):
            return self.node.operator == "!="
        bounds = self.bound * len(figure) if len(self.bound) == 1 else self.bound
        results = [_COMPARE[self.node.operator](*pair) for pair in zip(figure, bounds, strict=True)]
        return any(results) if self.node.operator == "!=" else all(results)


def bound_claim(node: tree.Assertion, found: Diagnostics) -> Claim | None:
    """What an assertion says; None (and why, in ``found``) where it says nothing."""
    quantity = bind_entry(QUANTITIES, node.measure, Environment(), found)
    if quantity is None:
        return None
    problems = list(_problems(node, quantity))
    for problem in problems:
        found.add(problem)
    if problems:
        return None
    return Claim(node, quantity, tuple(each.number * quantity.units[each.unit] for each in node.bound))


def _problems(node: tree.Assertion, quantity: Quantity) -> Iterable[Diagnostic]:
    name, units = node.measure.name, quantity.units
    if len(node.bound) not in quantity.sizes or (quantity.is_shape and node.operator not in ("==", "!=")):
        expected = _expected(quantity)
        sizes = len(node.bound)
        found = f"by '{node.operator}'" if sizes in quantity.sizes else f"with {sizes} sizes"
        yield OtherSizes(quantity=name, expected=expected, found=found, span=node.span)
        return
    for each in node.bound:
        expected = _listed(units)
        if each.unit == "" and "" not in units:
            yield UnitMissing(quantity=name, expected=expected, span=each.span)
        elif each.unit not in units:
            hints = did_you_mean(each.unit, [unit for unit in units if unit], limit=0)
            yield UnknownUnit(unit=each.unit, quantity=name, expected=expected, span=each.span, hints=hints)


def _expected(quantity: Quantity) -> str:
    if quantity.is_shape:
        return "channels x height x width or the size of a vector, by == or !="
    return "one number, or height x width" if 2 in quantity.sizes else "one number"


def _listed(units: Iterable[str]) -> str:
    words = [unit for unit in units if unit]
    return f"{', '.join(words[:-1])} or {words[-1]}" if words else "a plain number"


def check_assertions(
    assertions: Iterable[tree.Assertion], graph: Graph, setting: Setting
) -> list[Diagnostic]:
    """Those that do not hold of ``graph``, or say nothing of it."""
    found = Diagnostics()
    for node in assertions:
        claim = bound_claim(node, found)
        if claim is None:
            continue
        try:
            figure = claim.figure(graph, setting)
        except Failure as failure:
            found.add(failure.diagnostic)
            continue
        if not claim.holds(figure):
            told = "".join([shown(claim, figure), _gap(claim, figure)])
            found.add(AssertionFailed(claim=claim.text, found=told, span=node.span))
    return found.found


def _gap(claim: Claim, figure: tuple[int, ...]) -> str:
    """By how much one number misses its bound."""
    if claim.quantity.is_shape or len(figure) > 1 or claim.node.operator == "!=":
        return ""
    gap = figure[0] - claim.bound[0]
    size = _amount(abs(gap)) + _base_unit(claim)
    if not gap:
        return ": no more and no less"
    if claim.node.operator == "==":
        return f": {size} {'more' if gap > 0 else 'less'}"
    return f": {size} too {'much' if gap > 0 else 'little'}"


def _base_unit(claim: Claim) -> str:
    """Of a figure that has one: bytes."""
    return next((f" {unit}" for unit, size in claim.quantity.units.items() if size == 1 and unit), "")


def _amount(gap: float) -> str:
    """Whole numbers whole, others with four digits at least."""
    return f"{gap:,.0f}" if gap == int(gap) or gap >= 10_000 else f"{gap:,.1f}" if gap >= 1 else f"{gap:,.4g}"


def shown(claim: Claim, figure: tuple[int, ...]) -> str:
    """A figure as a person reads it, also in the unit that it is compared in where that says something."""
    if len(figure) > 1:
        return " x ".join(map(str, figure))
    unit, number = claim.node.bound[0].unit, figure[0]
    size, base = claim.quantity.units[unit], _base_unit(claim)
    whole = f"{number:,}{base}"
    return f"{number / size:,.4g}{unit} ({whole})" if 1 < size <= 100 * number else whole
