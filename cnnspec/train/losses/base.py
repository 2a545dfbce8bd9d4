"""What losses have in common: arguments, and the names that other tools have for them."""

from __future__ import annotations

from typing import Any, ClassVar

from ...ir import Choice, Word, arg
from ..registries import Loss


class Comparison(Loss):
    """A loss of one output. ``also_called`` are other tools' names for it, ``examples`` calls of it."""

    also_called: ClassVar[tuple[str, ...]] = ()
    examples: ClassVar[tuple[str, ...]] = ()


def target_argument(*kinds: str) -> Any:
    """The field ``target`` of losses that can learn several things."""
    return arg(Choice(*kinds), "what of the data it learns, where the data has several", None)


def positive_argument() -> Any:
    """The field ``positive`` of losses to which a single output can stand for two classes."""
    return arg(
        Word(), "the class that the output stands for, where images have one of two classes; the second", None
    )
