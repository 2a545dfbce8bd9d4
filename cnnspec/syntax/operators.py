"""A flat run of operands and operators, grouped by precedence: Python's, without chained comparisons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lark import Token

from ..source import Diagnostic, Span
from . import errors, tree

NOT, COMPARISON, SIGN = 3, 4, 7
PRECEDENCE = {
    "or": 1,
    "and": 2,
    **dict.fromkeys(("==", "!=", "<", "<=", ">", ">="), COMPARISON),
    **dict.fromkeys("+-", 5),
    **dict.fromkeys(("*", "/", "//", "%"), 6),
}

COMPARISONS = tuple(word for word, binds in PRECEDENCE.items() if binds == COMPARISON)


class Run(list[Any]):
    """Operands (trees) and operators (tokens) in the order they stand."""


def group(run: Run, at: Callable[[Token], Span], found: list[Diagnostic]) -> tree.Expression:
    """The tree of ``run``; misuses of ``not`` and of comparisons go to ``found``."""
    operands: list[tree.Expression] = []
    waiting: list[tuple[Token, int, bool]] = []  # operator, precedence, is it a prefix

    def reduce() -> None:
        token, _, prefix = waiting.pop()
        right = operands.pop()
        if prefix:
            operands.append(tree.Unary(token.value, right, span=_over(at(token), right.span)))
        else:
            left = operands.pop()
            operands.append(tree.Binary(token.value, left, right, span=_over(left.span, right.span)))

    after_operand = False
    for part in run:
        if not isinstance(part, Token):
            operands.append(part)
            after_operand = True
        elif after_operand:
            precedence = PRECEDENCE[part.value]
            while waiting and waiting[-1][1] >= precedence:
                if precedence == COMPARISON == waiting[-1][1]:
                    hints = ("join two comparisons with 'and', or put one in parentheses",)
                    found.append(errors.ChainedComparison(span=at(part), hints=hints))
                reduce()
            waiting.append((part, precedence, False))
            after_operand = False
        else:
            precedence = NOT if part.value == "not" else SIGN
            if waiting and waiting[-1][1] > precedence:
                operator = waiting[-1][0].value
                found.append(errors.MisplacedNot(span=at(part), operator=operator))
            waiting.append((part, precedence, True))
    while waiting:
        reduce()
    return operands[0]


def _over(first: Span | None, last: Span | None) -> Span | None:
    return first.to(last) if first and last else None
