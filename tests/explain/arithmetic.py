"""A calculator for arithmetic as it is printed, which knows nothing of the program's own."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from functools import cache
from typing import Any

_FUNCTIONS: dict[str, Any] = {
    "floor": math.floor,
    "ceil": math.ceil,
    "max": max,
    "min": min,
    "Fraction": Fraction,
}


def is_arithmetic(text: str) -> bool:
    """Whether all in it are numbers, signs, and functions."""
    return all(word in _FUNCTIONS for word in re.findall(r"[A-Za-z_]+", text))


@cache
def calculated(text: str) -> Fraction:
    """What ``(227 − 11 + 2·0) / 4 + 1`` comes to, exactly."""
    plain = re.sub(r"(?<=\d),(?=\d{3})", "", text).replace("·", "*").replace("−", "-")
    assert is_arithmetic(plain), text
    return Fraction(eval(re.sub(r"\d+", r"Fraction(\g<0>)", plain), {"__builtins__": {}}, _FUNCTIONS))
