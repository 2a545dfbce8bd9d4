"""The reference at the end of docs/api.md, made from the docstrings."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import cnnspec

PAGE = Path(__file__).parents[2] / "docs" / "api.md"
HEADING = "## Reference\n"


def page() -> str:
    """The page as it should be."""
    text = PAGE.read_text(encoding="utf-8")
    return text[: text.index(HEADING)] + HEADING + "\n" + _reference()


def _reference() -> str:
    names = [name for name in cnnspec.__all__ if not inspect.isclass(getattr(cnnspec, name))]
    parts = [
        _table([(f"{name}({_arguments(getattr(cnnspec, name))})", getattr(cnnspec, name)) for name in names])
    ]
    for name in cnnspec.__all__:
        value = getattr(cnnspec, name)
        if inspect.isclass(value):
            parts.append(f"### {name}\n\n{_first(value)}\n")
            if members := _members(value):
                parts.append(_table(members))
    return "\n".join(parts)


def _table(rows: list[tuple[str, Any]]) -> str:
    lines = [f"| `{title}` | {_first(value)} |" for title, value in rows]
    return "\n".join(["| | |", "| --- | --- |", *lines]) + "\n"


def _members(cls: type) -> list[tuple[str, Any]]:
    """Public methods and properties of a class of this package, in the order of the source."""
    found: dict[str, Any] = {}
    for each in reversed(cls.__mro__):
        if each.__module__.startswith("cnnspec.") and not issubclass(cls, Exception):
            found |= {n: v for n, v in vars(each).items() if not n.startswith("_") or n == "__call__"}
    rows = []
    for name, value in found.items():
        if inspect.isfunction(value):
            rows.append((f"{name}({_arguments(value, method=True)})", value))
        elif isinstance(value, property) or hasattr(value, "func"):
            rows.append((name, value))
    return rows


def _arguments(function: Any, method: bool = False) -> str:
    parameters = list(inspect.signature(function).parameters.values())[int(method) :]
    shown, star = [], False
    for each in parameters:
        if each.kind is each.KEYWORD_ONLY and not star:
            shown.append("*")
            star = True
        if each.kind is each.VAR_KEYWORD:
            shown.append(f"**{each.name}")
        else:
            shown.append(each.name if each.default is each.empty else f"{each.name}={each.default!r}")
    return ", ".join(shown)


def _first(value: Any) -> str:
    """The first sentence, without the marks of docstrings."""
    text = " ".join((inspect.getdoc(value) or "").split("\n\n")[0].split())
    sentence = re.split(r"(?<=[.])\s(?=[A-Z`])", text)[0]
    sentence = re.sub(r":\w+:`~?(?:cnnspec\.)?(?:source\.)?([^`]+)`", r"`\1`", sentence)
    return sentence.replace("``", "`").replace("|", "\\|")
