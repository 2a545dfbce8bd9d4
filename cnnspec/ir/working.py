"""How a figure comes about: formulas as texts, so that one text is shown, gets numbers put in, and is computed.

A formula has names, whole numbers, ``+ - * /``, and the functions ``floor``, ``ceil``, ``min`` and ``max``; it is
computed in exact fractions.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Literal, TypeAlias

from ..source.values import Value

Number: TypeAlias = int | Fraction
Figure = Literal["size", "params", "macs", "receptive-field", "memory"]

FIGURES: tuple[Figure, ...] = ("size", "params", "macs", "receptive-field", "memory")

_FUNCTIONS: dict[str, Callable[..., Number]] = {
    "floor": math.floor,
    "ceil": math.ceil,
    "min": min,
    "max": max,
}
_ROUNDING = ("floor", "ceil")
_SUM, _QUOTIENT, _PRODUCT, _ATOM = range(1, 5)
"""How tightly a text holds together: a part that is looser than its place needs gets brackets."""

_SIGNS: dict[type, tuple[str, int, int, int]] = {
    ast.Add: (" + ", _SUM, _SUM, _QUOTIENT),
    ast.Sub: (" − ", _SUM, _SUM, _QUOTIENT),
    ast.Mult: ("·", _PRODUCT, _PRODUCT, _PRODUCT),
    ast.Div: (" / ", _QUOTIENT, _QUOTIENT, _ATOM),
}
"""Of each operator its text, how tightly it holds, and what it needs to its left and right."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Given(Value):
    """A number that a working starts from: an ``argument`` of the layer, or a size of the ``input`` of that place.

    It is neither where it is a size of the whole network. ``tells`` is the symbol under which the layer that it comes from
    works it out (``C_out``, ``r_out``), if it does. ``aside`` is said behind the words, where it may tell of other figures.
    ``text`` is what is written for the number, where it is none.
    """

    symbol: str
    value: Number
    words: str
    argument: str | None = None
    input: int | None = None
    text: str = ""
    tells: str = ""
    aside: str = ""

    @property
    def shown(self) -> str:
        return self.text or number_text(self.value)

    @property
    def told(self) -> str:
        """The words with what is said aside."""
        return f"{self.words} ({self.aside})" if self.aside else self.words


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Step(Value):
    """One figure, ``symbol``, by its formula over what is given and what earlier steps gave.

    ``like`` is the symbol of the same figure along the other axis, ``note`` says what rounding loses or a convention
    leaves out, ``because`` are symbols of what decides which formula it is, without being in it.
    """

    figure: Figure
    symbol: str
    words: str
    formula: str
    note: str = ""
    like: str = ""
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Slide(Value):
    """What a window's working calls its extent, the factor by which it moves, and what it starts before, along one axis.

    ``factor`` and ``before`` come with their signs: ``*s`` or ``/f``, ``-p`` or ``+p``; no factor is 1.
    """

    extent: str
    factor: str
    before: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Working(Value):
    """What is given, and the steps from there. ``window`` names the parts of a sliding window (height, width)."""

    givens: tuple[Given, ...] = ()
    steps: tuple[Step, ...] = ()
    window: tuple[Slide, Slide] | None = None

    def __add__(self, other: Working) -> Working:
        """Both, what is given in both once."""
        known = {given.symbol for given in self.givens}
        new = tuple(given for given in other.givens if given.symbol not in known)
        return Working((*self.givens, *new), (*self.steps, *other.steps), self.window or other.window)

    def values(self) -> dict[str, Number]:
        """The number behind every symbol."""
        known: dict[str, Number] = {given.symbol: given.value for given in self.givens}
        for step in self.steps:
            known[step.symbol] = compute(step.formula, known)
        return known


def compute(formula: str, numbers: Mapping[str, Number]) -> Number:
    """What the formula gives for these numbers; whole results are integers."""
    result = _compute(_parsed(formula), numbers)
    return int(result) if result.denominator == 1 else result


@lru_cache(maxsize=4096)
def symbols(formula: str) -> tuple[str, ...]:
    """The names in a formula, in their order, each once."""
    found = [
        (node.col_offset, node.id)
        for node in ast.walk(_parsed(formula))
        if isinstance(node, ast.Name) and node.id not in _FUNCTIONS
    ]
    return tuple(dict.fromkeys(name for _, name in sorted(found)))


def written(
    formula: str,
    shown: Callable[[str], str] = str,
    numbers: Mapping[str, Number] | None = None,
) -> str:
    """The formula as one writes it, ``(k·k·C_in + 1)·C_out``, with what ``shown`` makes of every name.

    Where ``numbers`` are given, a rounding that changes nothing is left out.
    """
    return _written(_parsed(formula), shown, numbers)[0]


def number_text(number: Number) -> str:
    """34,944, 1/2, −3."""
    sign, size = ("−", -number) if number < 0 else ("", number)
    whole = f"{size.numerator:,}"
    return sign + (whole if size.denominator == 1 else f"{whole}/{size.denominator:,}")


def product(names: Iterable[str]) -> str:
    """The formula of a product."""
    return "*".join(names) or "1"


@lru_cache(maxsize=4096)
def _parsed(formula: str) -> ast.expr:
    return ast.parse(formula, mode="eval").body


def _compute(node: ast.expr, numbers: Mapping[str, Number]) -> Number:
    if isinstance(node, ast.Constant):
        return int(node.value)  # type: ignore[arg-type]
    if isinstance(node, ast.Name):
        return numbers[node.id]
    if isinstance(node, ast.Call):
        assert isinstance(node.func, ast.Name)
        return _FUNCTIONS[node.func.id](*(_compute(each, numbers) for each in node.args))
    assert isinstance(node, ast.BinOp), ast.dump(node)
    left, right = _compute(node.left, numbers), _compute(node.right, numbers)
    if isinstance(node.op, ast.Div):
        return Fraction(left) / right
    if isinstance(node.op, ast.Mult):
        return left * right
    return left + right if isinstance(node.op, ast.Add) else left - right


def _written(
    node: ast.expr, shown: Callable[[str], str], numbers: Mapping[str, Number] | None
) -> tuple[str, int]:
    """The text of a part, and how tightly it holds together."""
    if isinstance(node, ast.Constant):
        return number_text(int(node.value)), _ATOM  # type: ignore[arg-type]
    if isinstance(node, ast.Name):
        text = shown(node.id)
        return text, _SUM if text.startswith("−") else _QUOTIENT if "/" in text else _ATOM
    if isinstance(node, ast.Call):
        assert isinstance(node.func, ast.Name)
        if numbers is not None and node.func.id in _ROUNDING and _whole(node.args[0], numbers):
            return _written(node.args[0], shown, numbers)
        inside = ", ".join(_written(each, shown, numbers)[0] for each in node.args)
        return f"{node.func.id}({inside})", _ATOM
    assert isinstance(node, ast.BinOp)
    sign, holds, least_left, least_right = _SIGNS[type(node.op)]
    left = _bracketed(_written(node.left, shown, numbers), least_left)
    right = _bracketed(_written(node.right, shown, numbers), least_right)
    return f"{left}{sign}{right}", holds


def _whole(node: ast.expr, numbers: Mapping[str, Number]) -> bool:
    return _compute(node, numbers).denominator == 1


def _bracketed(part: tuple[str, int], least: int) -> str:
    text, holds = part
    return text if holds >= least else f"({text})"
