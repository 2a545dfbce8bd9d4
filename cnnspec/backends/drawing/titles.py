"""Titles of several parts as one: ``dense_block(6, 32)`` and ``dense_block(12, 32)`` are ``dense_block(6…12, 32)``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest

CALL = re.compile(r"(\w+)\((.*)\)", re.DOTALL)
"""A block's name and the text of its arguments."""
_TOKEN = re.compile(r"""("(?:\\.|[^"\\])*"?)|([(\[{])|([)\]}])|(,)|[^"(\[{)\]},]+""")
_NUMBERED = re.compile(r"(.*?)(\d+)")
ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
_NUMBERS = re.compile(rf"(\d+(?:\.\d+)?(?:{ELLIPSIS}\d+(?:\.\d+)?)?)")


def merged_title(titles: Sequence[str]) -> str:
    """One call for several of one block: equal arguments stay, numbers become ranges, others an ellipsis."""
    distinct = list(dict.fromkeys(titles))
    if len(distinct) == 1:
        return distinct[0]
    calls = [CALL.fullmatch(title) for title in distinct]
    names = {call.group(1) if call else title for call, title in zip(calls, distinct, strict=True)}
    if len(names) > 1:
        return ELLIPSIS
    rows = [arguments(call.group(2)) if call else [] for call in calls]
    positional = [[a for a in row if not a[0]] for row in rows]
    texts = [merged_numbers([text or "" for text in column]) for column in _columns(positional)]
    keywords = dict.fromkeys(key for row in rows for key, _ in row if key)
    for key in keywords:
        column = [next((text for k, text in row if k == key), "") for row in rows]
        value = merged_numbers(column)
        texts.append(value if value == ELLIPSIS else f"{key} = {value}")
    return f"{names.pop()}({', '.join(_once(texts))})"


def shortened(title: str, most: int) -> str:
    """A call without its last arguments where it has more than ``most`` letters."""
    call = CALL.fullmatch(title)
    if len(title) <= most or call is None:
        return title
    texts: list[str] = []
    for key, value in arguments(call.group(2)):
        text = f"{key} = {value}" if key else value
        if len(call.group(1)) + len(", ".join([*texts, text])) + 5 > most:
            break
        texts.append(text)
    return f"{call.group(1)}({', '.join(_once([*texts, ELLIPSIS]))})"


def _columns(rows: list[list[tuple[str, str]]]) -> list[list[str]]:
    return [[cell[1] for cell in column] for column in zip_longest(*rows, fillvalue=("", ""))]


def _once(texts: list[str]) -> list[str]:
    """Without an ellipsis after an ellipsis."""
    return [t for i, t in enumerate(texts) if t != ELLIPSIS or i == 0 or texts[i - 1] != ELLIPSIS]


def merged_numbers(texts: Sequence[str]) -> str:
    """The one text, a range of numbers in the order of the first and the last, or an ellipsis."""
    if len(set(texts)) == 1:
        return texts[0]
    try:
        numbers = {text: float(text) for text in texts}
    except ValueError:
        return ELLIPSIS
    ends = min(texts, key=lambda t: numbers[t]), max(texts, key=lambda t: numbers[t])
    falling = numbers[texts[0]] > numbers[texts[-1]]
    return ELLIPSIS.join(reversed(ends) if falling else ends)


def merged_text(texts: Sequence[str]) -> str | None:
    """Texts that differ in numbers and ranges only as one with ranges; None for others."""
    if len(set(texts)) == 1:
        return texts[0]
    rows = [_NUMBERS.split(text) for text in texts]
    if len({tuple(row[::2]) for row in rows}) > 1:
        return None
    columns = [list(column) for column in zip(*rows, strict=True)]
    merged = [
        merged_numbers([end for text in column for end in text.split(ELLIPSIS)]) if place % 2 else column[0]
        for place, column in enumerate(columns)
    ]
    return "".join(merged)


def merged_labels(labels: Sequence[str]) -> str:
    """``stage1`` to ``stage4`` as ``stage1…4``; others by the first and the last."""
    if len(set(labels)) == 1:
        return labels[0]
    matches = [_NUMBERED.fullmatch(label) for label in labels]
    stems = {m.group(1) if m else None for m in matches}
    if len(stems) == 1 and None not in stems:
        first, last = matches[0], matches[-1]
        assert first is not None and last is not None
        return f"{first.group(1)}{first.group(2)}{ELLIPSIS}{last.group(2)}"
    return f"{labels[0]} {ELLIPSIS} {labels[-1]}"


def arguments(text: str) -> list[tuple[str, str]]:
    """(keyword or "", value) for each argument of a call's text."""
    parts, depth = [""], 0
    for token in _TOKEN.finditer(text):
        opens, closes, comma = token.group(2), token.group(3), token.group(4)
        depth += bool(opens) - bool(closes)
        if comma and depth == 0:
            parts.append("")
        else:
            parts[-1] += token.group()
    found = []
    for part in filter(None, map(str.strip, parts)):
        keyword = re.match(r"(\w+)\s*=(?!=)\s*(.*)", part, re.DOTALL)
        found.append((keyword.group(1), keyword.group(2)) if keyword else ("", part))
    return found
