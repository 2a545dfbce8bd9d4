"""What two specs assert otherwise of their networks."""

from __future__ import annotations

from dataclasses import dataclass

from ...elaborate import Module
from ...source.values import Value
from ...syntax import print_claim
from ...train.wording import printable
from .folding import lines_of
from .words import MINUS


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Claims(Value):
    """Assertions that only the first spec has, and those that only the second has."""

    removed: tuple[str, ...]
    added: tuple[str, ...]


def claims_of(first: Module, second: Module) -> Claims:
    """By what they say: spaces and their order are no difference."""
    ones, others = (dict.fromkeys(map(print_claim, m.spec.assertions)) for m in (first, second))
    return Claims(tuple(c for c in ones if c not in others), tuple(c for c in others if c not in ones))


def claims_lines(claims: Claims, width: int) -> list[str]:
    """One sentence, none where both assert the same."""
    told = [*(f"{MINUS} {claim}" for claim in claims.removed), *(f"+ {claim}" for claim in claims.added)]
    return ["", *lines_of(f"Asserted: {printable('; '.join(told))}", width)] if told else []
