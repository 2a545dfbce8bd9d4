"""Python values as the text of a spec, as ``--set NAME=VALUE`` takes it."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias, Union

from ..elaborate import Override

if TYPE_CHECKING:
    from ..syntax import tree

Value: TypeAlias = Union[bool, int, float, str, "os.PathLike[str]", "Sequence[Value]"]
"""What can be set: a string is text of a spec (``"adamw(lr = 1e-3)"``, ``"relu"``), a path becomes one in quotes."""


def overrides_of(values: Mapping[str, Value]) -> tuple[Override, ...]:
    """Names and texts; raises :class:`TypeError` for what a spec has no text for."""
    if not isinstance(values, Mapping):
        raise TypeError(f"settings must be a mapping of names to values, not {values!r}")
    return tuple((_name(name), spec_text(value, name)) for name, value in values.items())


def _name(name: object) -> str:
    if not isinstance(name, str) or not name.strip():
        raise TypeError(f"the name of a setting must be a string, not {name!r}")
    return name.strip()


def spec_text(value: object, name: str) -> str:
    """The text of ``value``; ``name`` is what it is for."""
    if isinstance(value, str):
        if not value.strip():
            raise TypeError(f"'{name}' cannot be set to an empty text")
        return value
    from ..syntax import print_expression

    return print_expression(_expression(value, name))


def _expression(value: object, name: str) -> tree.Expression:
    from ..syntax import parse_expression, tree

    if hasattr(value, "item") and getattr(value, "shape", None) == ():
        value = value.item()  # a number of NumPy
    if isinstance(value, os.PathLike):
        return tree.Literal(os.fspath(value))
    if isinstance(value, bool):
        return tree.Literal(value)
    if isinstance(value, (int, float)) and math.isfinite(value):
        return tree.Unary("-", tree.Literal(-value)) if value < 0 else tree.Literal(value)
    if isinstance(value, str):
        from ..source import Source

        return parse_expression(Source("settings", value))
    if isinstance(value, (list, tuple)):
        return tree.Sequence(tuple(_expression(item, name) for item in value), "[")
    raise TypeError(
        f"'{name}' cannot be set to {value!r}: numbers, True, False, paths, lists of them, and text of a spec can"
    )
