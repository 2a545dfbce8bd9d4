"""Numbers and strings: the value of what is written, and how a value is written."""

from __future__ import annotations

import re
from functools import cache

MAX_DIGITS = 18
NUMBER = re.compile(r"[0-9]+(?:_[0-9]+)*(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_AMOUNT = re.compile(r"[0-9]+(?:_[0-9]+)*(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_ESCAPE = re.compile(r"\\(u\{([0-9a-fA-F]{1,6})\}|.)", re.DOTALL)
_MEANING = {"n": "\n", "t": "\t", "\\": "\\", '"': '"', "'": "'"}
_WRITTEN = {"\n": "\\n", "\t": "\\t", "\\": "\\\\", '"': '\\"'}


@cache
def forbidden() -> re.Pattern[str]:
    """Characters that neither surface takes: control characters, and line ends that only YAML sees."""
    return re.compile(
        "[^\\t\\n\\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]|\r(?!\n)"
    )


def read_number(text: str) -> int | float | None:
    """The value of a NUMBER, or None where it is too large."""
    plain = text.replace("_", "")
    if plain.isdigit():
        return int(plain) if len(plain.lstrip("0")) <= MAX_DIGITS else None
    value = float(plain)
    return value if value != float("inf") else None


def split_quantity(text: str) -> tuple[str, str]:
    """``5M`` as its number and its unit."""
    digits = _AMOUNT.match(text)
    assert digits is not None
    return digits.group(), text[digits.end() :]


def read_string(text: str) -> tuple[str, list[tuple[int, str]]]:
    """The value of a quoted string, and each unknown escape with its offset in ``text``."""
    inner = text[1:-1]
    if "\\" not in inner:
        return inner, []
    bad: list[tuple[int, str]] = []

    def meaning(match: re.Match[str]) -> str:
        if match[2] and not 0xD800 <= int(match[2], 16) < 0xE000 and int(match[2], 16) <= 0x10FFFF:
            return chr(int(match[2], 16))
        if match[1] in _MEANING:
            return _MEANING[match[1]]
        bad.append((match.start() + 1, match[0]))
        return match[0]

    return _ESCAPE.sub(meaning, inner), bad


def write_string(value: str) -> str:
    """``value`` between double quotes, with escapes."""
    written = "".join(_WRITTEN.get(c, c) for c in value)
    return '"' + forbidden().sub(lambda m: f"\\u{{{ord(m[0]):x}}}", written.replace("\r", "\\u{d}")) + '"'


def show(character: str) -> str:
    """A character as a message names it."""
    number = f"U+{ord(character):04X}"
    return (
        f"'{character}' ({number})"
        if character.isprintable() and ord(character) > 126
        else (f"'{character}'" if character.isprintable() else number)
    )
