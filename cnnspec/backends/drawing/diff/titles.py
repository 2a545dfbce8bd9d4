"""A text of the first network and its counterpart in the second as one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from ..label import TIMES
from ..titles import CALL, arguments

ARROW, MINUS = "\N{RIGHTWARDS ARROW}", "\N{MINUS SIGN}"
_COUNTED = re.compile(rf"(.*?)(?: {TIMES}(\d+))?", re.DOTALL)


def became(one: str, other: str) -> str:
    """What was and what is, or the one text that is both."""
    return one if one == other else f"{one} {ARROW} {other}"


def both_times(one: int, other: int) -> str:
    """How often something stands in both: "" for once."""
    if one == other:
        return f"{TIMES}{one}" if one > 1 else ""
    return f"{TIMES}{one} {ARROW} {TIMES}{other}"


def both_titles(one: str, other: str) -> str:
    """Calls of one block with the arguments that differ told one by one, ``dense_block(24 → 32, 32)``, where both have
    the same ones; numbers ``×3 → ×4``."""
    (call, times), (other_call, other_times) = _counted(one), _counted(other)
    title = _both_calls(call, other_call)
    return f"{title} {both_times(times, other_times)}".strip()


def _counted(text: str) -> tuple[str, int]:
    found = _COUNTED.fullmatch(text)
    assert found is not None
    return found.group(1), int(found.group(2) or 1)


def _both_calls(one: str, other: str) -> str:
    if one == other:
        return one
    label, colon, call = one.rpartition(": ")
    other_label, _, other_call = other.rpartition(": ")
    if label != other_label:
        return became(one, other)
    ours, theirs = CALL.fullmatch(call), CALL.fullmatch(other_call)
    if ours is None or theirs is None:
        return label + colon + _both_layers(call, other_call)
    if ours.group(1) != theirs.group(1):
        return label + colon + became(call, other_call)
    return f"{label}{colon}{ours.group(1)}{_both_arguments(ours.group(2), theirs.group(2))}"


def _both_arguments(one: str, other: str) -> str:
    given, there = arguments(one), arguments(other)
    if [key for key, _ in given] != [key for key, _ in there]:
        return became(f"({one})", f"({other})")
    values = [
        f"{key} = {became(before, after)}" if key else became(before, after)
        for (key, before), (_, after) in zip(given, there, strict=True)
    ]
    return f"({', '.join(values)})"


def _both_layers(one: str, other: str) -> str:
    """``conv 3x3, 64 → 128, + groups 32``: layers whose name and first argument are equal."""
    ours, theirs = one.split(", "), other.split(", ")
    if ours[0] != theirs[0]:
        return became(one, other)
    return ", ".join(_both_words(ours, theirs))


def _both_words(ones: Sequence[str], others: Sequence[str]) -> list[str]:
    """Arguments in their order: one that stands where another stood became it."""
    found: list[str] = []
    for tag, i, j, k, m in SequenceMatcher(None, ones, others, autojunk=False).get_opcodes():
        shared = 0 if tag == "equal" else min(j - i, m - k)
        found += ones[i:j] if tag == "equal" else map(became, ones[i : i + shared], others[k : k + shared])
        if tag != "equal":
            found += [f"{MINUS} {word}" for word in ones[i + shared : j]]
            found += [f"+ {word}" for word in others[k + shared : m]]
    return found


def both_items(ones: Sequence[str], others: Sequence[str]) -> list[str]:
    """Each once, in order: what is in both, what became what, and with a sign what only one has."""
    found: list[str] = []
    for tag, i, j, k, m in SequenceMatcher(None, ones, others, autojunk=False).get_opcodes():
        if tag == "equal":
            found += ones[i:j]
        elif j - i == m - k:
            found += map(both_titles, ones[i:j], others[k:m])
        else:
            found += [f"{MINUS} {item}" for item in ones[i:j]]
            found += [f"+ {item}" for item in others[k:m]]
    return found
