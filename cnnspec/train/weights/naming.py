"""Sets of dotted names as the few beginnings that stand for them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_BARE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")


def covering(names: Sequence[str], everything: Iterable[str]) -> tuple[str, ...]:
    """The shortest beginnings of ``names``, up to a dot, that nothing else of ``everything`` has."""
    wanted = set(names)
    others = {beginning for name in everything if name not in wanted for beginning in beginnings(name)}
    found = {next((b for b in beginnings(name) if b not in others), name): None for name in names}
    return tuple(found)


def beginnings(name: str) -> list[str]:
    """``a``, ``a.b`` and ``a.b.c`` of ``a.b.c``."""
    parts = name.split(".")
    return [".".join(parts[:n]) for n in range(1, len(parts) + 1)]


def quoted(name: str) -> str:
    """A name as a step of fine-tuning has it: in quotes where it is none of the spec's own."""
    return name if _BARE.fullmatch(name) else f'"{name}"'
