"""What two specs assert otherwise of their networks."""

from __future__ import annotations

from dataclasses import dataclass

from ...elaborate import Module
from ...source import Diagnostics
from ...source.values import Value
from ...studies.assertions import bound_claim
from ...syntax import print_claim, tree
from ...train.wording import printable
from .folding import lines_of
from .words import MINUS


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Claims(Value):
    """Assertions that only the first spec has, and those that only the second has."""

    removed: tuple[str, ...]
    added: tuple[str, ...]


def claims_of(first: Module, second: Module) -> Claims:
    """By what they mean: their order, spaces and units are no difference."""
    ones, others = ({_meaning(a): print_claim(a) for a in m.spec.assertions} for m in (first, second))
    removed = tuple(text for meaning, text in ones.items() if meaning not in others)
    return Claims(removed, tuple(text for meaning, text in others.items() if meaning not in ones))


def _meaning(node: tree.Assertion) -> object:
    """Equal for assertions of which one says what the other does; of one that says nothing its text."""
    claim = bound_claim(node, Diagnostics())
    return (claim.quantity, node.operator, claim.bound) if claim else print_claim(node)


def claims_lines(claims: Claims, width: int) -> list[str]:
    """One sentence, none where both assert the same."""
    told = [*(f"{MINUS} {claim}" for claim in claims.removed), *(f"+ {claim}" for claim in claims.added)]
    return ["", *lines_of(f"Asserted: {printable('; '.join(told))}", width)] if told else []
