"""Amounts of memory as people write them."""

from __future__ import annotations

import re
from fractions import Fraction

UNITS = {
    "B": 1,
    **{f"{prefix}B": 1000 ** (power + 1) for power, prefix in enumerate("kMGT")},
    **{f"{prefix}iB": 1024 ** (power + 1) for power, prefix in enumerate("KMGT")},
}
"""Decimal units by SI, binary ones by IEC 80000-13."""

_NUMBER = re.compile(r"([0-9]+(?:_[0-9]+)*(?:\.[0-9]+)?|\.[0-9]+)\s*([A-Za-z]*)")
_FOLDED = {unit.lower(): number for unit, number in UNITS.items()}


def parse_bytes(text: str) -> int:
    """``8GB``, ``512 MiB``, ``1.5 GB`` or a plain number, in bytes (of a fraction the whole bytes).

    Case does not matter. Raises :class:`ValueError`, with what is wrong in words, where it is no positive amount.
    """
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        raise ValueError("it is not a number and a unit")
    number, unit = match.groups()
    factor = _FOLDED.get(unit.lower() or "b")
    if factor is None:
        raise ValueError(f"there is no unit '{unit}'")
    amount = int(Fraction(number.replace("_", "")) * factor)
    if amount < 1:
        raise ValueError("it is less than a byte")
    return amount
