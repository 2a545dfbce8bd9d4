"""Equality, hash and display of frozen dataclasses, written once.

``dataclass(eq=False, repr=False)`` over this base takes two thirds of the time of a full one; with the number of
node, layer and diagnostic classes that is a good part of a short command.
"""

from __future__ import annotations

from dataclasses import fields


class Value:
    """Base: two are equal where they are of one class and all compared fields are equal."""

    __slots__ = ()

    def _compared(self) -> tuple[object, ...]:
        return tuple(getattr(self, f.name) for f in fields(self) if f.compare)  # type: ignore[arg-type]

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self._compared() == other._compared()  # type: ignore[attr-defined]

    def __hash__(self) -> int:
        return hash((type(self), self._compared()))

    def __repr__(self) -> str:
        shown = (f"{f.name}={getattr(self, f.name)!r}" for f in fields(self) if f.repr)  # type: ignore[arg-type]
        return f"{type(self).__name__}({', '.join(shown)})"
