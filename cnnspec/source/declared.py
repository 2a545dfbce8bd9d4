"""Classes that become dataclasses when the first of their kind is made.

Layers and diagnostics are a few hundred small classes; a run of the compiler uses a handful, and making a
dataclass takes half a millisecond. Made at import, they would be most of the time that ``check`` takes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, dataclass_transform

from .values import Value


def complete(cls: type) -> None:
    """Make ``cls``, and what it inherits from, the frozen dataclasses that they declare."""
    for each in reversed(cls.__mro__):
        if issubclass(each, Declared) and "__dataclass_params__" not in each.__dict__:
            dataclass(frozen=True, eq=False, repr=False, kw_only=each.keyword_only)(each)


class Declared(Value):
    """Base: each subclass is a frozen dataclass of its annotated fields."""

    keyword_only: ClassVar[bool] = False

    if TYPE_CHECKING:
        __dataclass_fields__: ClassVar[dict[str, Any]]
    else:

        def __new__(cls, *_: Any, **__: Any) -> Any:
            if "__dataclass_params__" not in cls.__dict__:
                complete(cls)
            return super().__new__(cls)


@dataclass_transform(frozen_default=True, kw_only_default=True)
class KeywordDeclared(Declared):
    """The same, with fields that can only be given by name."""

    keyword_only: ClassVar[bool] = True
