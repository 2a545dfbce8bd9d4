"""What may have been meant where an assertion, or a constraint of the command line, cannot be read."""

from __future__ import annotations

from .operators import COMPARISONS
from .scan import Lexeme, Scan

_SIZES = "a bound is one number, or sizes joined by 'x', as in '8 x 32 x 32'"
_NUMBER = "a claim compares with a number, such as 5M"
_BOUNDS = {
    "(": _SIZES,
    "[": _SIZES,
    "-": "no figure of a network is negative",
    ".": "numbers begin with a digit, as in '0.5'",
}
"""By what stands after the comparison."""
_AFTER = {
    "*": _SIZES,
    "/": _SIZES,
    "%": "bounds are numbers, not shares",
}
"""By what stands after a number of the bound."""
_ALONE = "each claim stands alone: as an 'assert', an item of the list, or a '--subject-to' of its own"
_OPERATORS = frozenset("+-*/%")


def claim_hint(found: Scan, index: int) -> str:
    """A hint for what is wrong with a claim at ``index``; "" where there is none."""
    claim = _claim_before(found, index)
    if claim is None:
        return ""
    if power := power_hint(found, index):
        return power[0]
    lexeme = found.lexemes[index]
    if not claim:
        return "the quantity stands first, as in 'params <= 5M'" if lexeme.kind == "number" else ""
    if lexeme.text in ("and", "or"):
        return _ALONE
    signs = [place for place, each in enumerate(claim) if each.text in COMPARISONS]
    if not signs:
        return _before_the_sign(found, index)
    return _after_the_sign(found, index, claim[signs[-1] :])


def _before_the_sign(found: Scan, index: int) -> str:
    text = found.lexemes[index].text
    if text in _OPERATORS:
        return "a claim is about one quantity"
    return "to compare, write '=='" if text in ("=", "is") else ""


def _after_the_sign(found: Scan, index: int, bound: list[Lexeme]) -> str:
    """``bound`` is what stands before ``index``, from the comparison on."""
    lexeme, last = found.lexemes[index], bound[-1]
    if len(bound) == 1:
        return (
            _twice(last.text, lexeme.text)
            or _BOUNDS.get(lexeme.text, "")
            or (_NUMBER if lexeme.kind == "name" else "")
        )
    if lexeme.text == "," and last.kind == "number":
        rest = "".join(each.text for each in found.lexemes[index + 1 : index + 2] if each.kind == "number")
        return f"numbers are written without commas, as in '{last.text}{rest}'"
    if len(bound) == 2 and lexeme.kind == "name" and lexeme.text != "x" and last.end < lexeme.start:
        return f"write a unit right after its number: '{last.text[:40]}{lexeme.text[:40]}'"
    if not _in_bound(bound):
        return ""
    if lexeme.text == "x" and sum(each.kind == "number" for each in bound) > 2:
        return "a shape has at most three sizes: channels x height x width"
    return _AFTER.get(lexeme.text, "")


def _twice(sign: str, more: str) -> str:
    """What two signs in a row were meant to be."""
    meant = {"<=": "<=", ">=": ">=", "===": "==", "<>": "!=", "!==": "!="}.get(sign + more, "")
    return f"to compare, write '{meant}'" if meant else ""


def _claim_before(found: Scan, index: int) -> list[Lexeme] | None:
    """The lexemes of the claim before ``index``; None where there is no claim."""
    if found.is_claim:
        return found.lexemes[:index]
    place = index - 1
    while place >= 0 and found.lexemes[place].text not in ("assert", "{", "}", "model", "block", "use"):
        place -= 1
    inside = place >= 0 and found.lexemes[place].text == "assert"
    return found.lexemes[place + 1 : index] if inside else None


def _in_bound(bound: list[Lexeme]) -> bool:
    """Whether only sizes stand after the comparison."""
    return len(bound) > 1 and all(each.kind == "number" or each.text == "x" for each in bound[1:])


def power_hint(found: Scan, index: int) -> tuple[str, ...]:
    """What to say of a bound such as ``1e-3M``, at ``index`` or right before it."""
    places = (max(index - 1, 0), max(index - 3, 0))
    if any(_is_power(found.lexemes[place : place + 3]) for place in places):
        return ("a number with a unit has no power of ten: 0.5M, 500k, or without the unit: 5e5",)
    return ()


def _is_power(lexemes: list[Lexeme]) -> bool:
    if len(lexemes) < 3 or lexemes[0].text not in COMPARISONS:
        return False
    _, number, unit = lexemes
    return "e" in number.text.lower() and number.end == unit.start and unit.kind == "name"
