"""What may have been meant where an assertion, or a constraint of the command line, cannot be read."""

from __future__ import annotations

from .operators import COMPARISONS
from .scan import Lexeme, Scan

_SIZES = "sizes are joined by 'x', as in '8 x 32 x 32'"
_BOUNDS = {
    "(": _SIZES,
    "[": _SIZES,
    "-": "no figure of a network is negative",
    ".": "numbers begin with a digit, as in '0.5'",
}
"""By what stands after the comparison."""
_AFTER = {"*": _SIZES, "x": "a shape has at most three sizes: channels x height x width"}
"""By what stands after a number of the bound."""


def claim_hint(found: Scan, index: int) -> str:
    """A hint for what is wrong at ``index``, outside brackets; "" where there is none."""
    lexeme, before = found.lexemes[index], found.lexemes[index - 1] if index else None
    if power := power_hint(found, index):
        return power[0]
    if before and before.text == "assert" and lexeme.kind == "number":
        return "the quantity stands first, as in 'params <= 5M'"
    if lexeme.text in ("and", "or"):
        return _conjunction(found)
    if before and before.text in COMPARISONS:
        return _BOUNDS.get(lexeme.text) or (_NUMBER if lexeme.kind == "name" else "")
    return _AFTER.get(lexeme.text, "") if _in_bound(found, index) else ""


_NUMBER = "a claim compares with a number, such as 5M"


def _conjunction(found: Scan) -> str:
    texts = {each.text for each in found.lexemes}
    if "assert" in texts:
        return "each claim has an 'assert' of its own"
    return "each claim has a '--subject-to' of its own" if texts & set(COMPARISONS) else ""


def _in_bound(found: Scan, index: int) -> bool:
    """Whether only sizes stand between a comparison and ``index``."""
    place = index - 1
    while place >= 0 and (found.lexemes[place].kind == "number" or found.lexemes[place].text == "x"):
        place -= 1
    return place >= 0 and place < index - 1 and found.lexemes[place].text in COMPARISONS


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


def asserted(found: Scan, index: int) -> bool:
    """Whether a quantity of an assertion, with or without arguments, ends before ``index``."""
    texts = [lexeme.text for lexeme in found.lexemes[:index]]
    if texts[-1:] == [")"]:
        opened = found.open_before(index - 1)
        texts = texts[: found.lexemes.index(opened[-1])] if opened else []
    return texts[-2:-1] == ["assert"]
