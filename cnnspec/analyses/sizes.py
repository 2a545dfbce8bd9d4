"""Amounts of memory as people write and read them."""

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


def bytes_text(number: int) -> str:
    """Bytes as a person reads them, in at least three digits: 97.8 MB, 5.12 kB, 512 B."""
    unit = next((unit for unit in ("TB", "GB", "MB", "kB") if number >= UNITS[unit]), None)
    if unit is None:
        return f"{number:,} B"
    value = number / UNITS[unit]
    return f"{value:,.1f} {unit}" if value >= 10 else f"{value:.2f} {unit}"


def percent_text(part: int, whole: int) -> str:
    """A part in percent of the whole; a small one is not nothing, and nearly all is not all: 12.5 %, below 0.1 %."""
    percent = 100 * part / whole
    if 0 < percent < 0.05:
        return "below 0.1 %"
    if percent >= 99.95 and part < whole:
        return "above 99.9 %"
    return f"{percent:.1f} %"


def parse_bytes(text: str) -> int:
    """``8GB``, ``512 MiB`` or ``1.5 gb`` in bytes (of a fraction the whole bytes).

    Case does not matter, but a small b behind a prefix alone in ``8Gb`` could mean bits. Raises :class:`ValueError`, with
    what is wrong in words, where it is no positive amount with a unit.
    """
    if text.strip().startswith("-"):
        raise ValueError("it must be positive")
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        raise ValueError("it is not a number and a unit")
    number, unit = match.groups()
    if not unit:
        raise ValueError("it has no unit")
    factor = _FOLDED.get(unit.lower())
    if factor is None:
        raise ValueError(f"there is no unit '{unit}'")
    if re.fullmatch("[KMGT]i?b", unit):
        raise ValueError(f"'{unit}' could be bits")
    amount = int(Fraction(number.replace("_", "")) * factor)
    if amount < 1:
        raise ValueError(
            "it must be positive" if not Fraction(number.replace("_", "")) else "it is less than a byte"
        )
    return amount
