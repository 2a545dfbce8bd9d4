"""Texts of others inside Python: whatever is in them, they stay literals."""

from __future__ import annotations

from collections.abc import Iterable


def quoted(text: str) -> str:
    """A string literal, in double quotes where there are none in it."""
    made = repr(text)
    return f'"{made[1:-1]}"' if made[0] == "'" and '"' not in made and "\\'" not in made else made


def docstring(text: str) -> str:
    """A docstring of one line; "" for no text."""
    return f'"""{inside_docstring(text)}"""' if text else ""


def inside_docstring(text: str) -> str:
    """A text that neither ends a docstring nor is an escape in it."""
    return plain(text).replace("\\", "\\\\").replace('"', "'")


def plain(text: str) -> str:
    """One line without anything that a terminal or an editor would obey."""
    return "".join(c if c.isprintable() else " " for c in text)


def wrapped(name: str, items: Iterable[str], width: int = 100) -> list[str]:
    """``name = (items)``, over several lines where one is too long."""
    texts = list(items)
    one = f"{name} = ({', '.join(texts)}{',' if len(texts) == 1 else ''})"
    if len(one) <= width:
        return [one]
    lines = [f"{name} = ("]
    for text in texts:
        if len(lines) > 1 and len(lines[-1]) + len(text) + 2 <= width:
            lines[-1] += f" {text},"
        else:
            lines.append(f"    {text},")
    return [*lines, ")"]
