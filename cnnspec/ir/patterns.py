"""Patterns over dotted names: which layers, parameters or tensors a person means."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from .signature import BadRange, BadType, Kind

ALL = "all"
"""The word for every name."""


class Patterns(Kind):
    """Names of layers or parts: ``stem``, ``stage1.conv2``, in quotes with ``*`` for anything between two dots and ``**``
    for any number of parts; one, or several in a row or a list. ``all`` means all of them. Stored as a tuple of strings.
    """

    expected = "names of layers or parts"
    any_word = True
    dotted = True
    in_a_row = True

    def convert(self, value: Any) -> tuple[str, ...]:
        given = value if isinstance(value, tuple) else (value,)
        if not all(isinstance(each, str) for each in given):
            raise BadType
        if not given or not all(part for each in given for part in each.split(".")):
            raise BadRange
        return given


def covers(pattern: str, name: str) -> bool:
    """Whether ``pattern`` stands for the dotted ``name``: for itself, and for all that is inside of it."""
    return pattern == ALL or _compiled(pattern).match(name) is not None


def covered(patterns: Iterable[str], name: str) -> bool:
    """Whether one of ``patterns`` stands for ``name``."""
    return any(covers(pattern, name) for pattern in patterns)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile("".join(map(_part, pattern.split("."))).removesuffix(r"\.") + r"(?=\.|\Z)")


def _part(part: str) -> str:
    if part == "**":
        return r"(?:[^.]+\.)*"
    return re.escape(part).replace(r"\*", "[^.]*") + r"\."
