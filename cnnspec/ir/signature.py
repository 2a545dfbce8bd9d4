"""Signatures: what may be given to a call. Layers, losses, data sources … all declare them alike.

A signature is a frozen dataclass whose fields are made with :func:`arg`; its docstring and its
fields' docs are the reference entry. A :class:`Kind` converts and checks one value.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, ClassVar, Generic, TypeVar, dataclass_transform

from ..source.declared import Declared, complete
from ..source.values import Value
from .errors import OpError, OutOfRange, WrongType

T = TypeVar("T")


class BadType(ValueError):
    """The value is of another type than the kind takes."""


class BadRange(ValueError):
    """The value is of the right type, outside the range."""


class Kind:
    """What one argument takes. ``expected`` reads after "must be"."""

    expected: str = "a value"
    choices: tuple[str, ...] = ()  # bare words that are values here, e.g. same
    any_word: bool = False  # whether any bare word is a value here
    dotted: bool = False  # whether words may have dots in them, e.g. stage1.conv2
    in_a_row: bool = False  # whether several, one after another, are a list

    def convert(self, value: Any) -> Any:
        """The value as the op stores it; raises :class:`BadType` or :class:`BadRange`."""
        raise NotImplementedError


class Int(Kind):
    def __init__(self, minimum: int | None = 1, maximum: int | None = None) -> None:
        self.minimum, self.maximum = minimum, maximum

    @property
    def expected(self) -> str:  # type: ignore[override]
        return "an integer" + _bounds(self.minimum, self.maximum)

    def convert(self, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise BadType
        _check_range(value, self.minimum, self.maximum)
        return value


class Float(Kind):
    """A finite number; ``below`` is an upper bound that is itself excluded, ``above`` a lower one."""

    def __init__(
        self,
        minimum: float | None = None,
        maximum: float | None = None,
        above: float | None = None,
        below: float | None = None,
    ) -> None:
        self.minimum, self.maximum, self.above, self.below = minimum, maximum, above, below

    @property
    def expected(self) -> str:  # type: ignore[override]
        limits = [_bounds(self.minimum, self.maximum)]
        limits += [f" above {self.above:g}"] if self.above is not None else []
        limits += [f" below {self.below:g}"] if self.below is not None else []
        return "a number" + " and".join(limit for limit in limits if limit)

    def convert(self, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise BadType
        if not math.isfinite(value) or (self.above is not None and value <= self.above):
            raise BadRange
        if self.below is not None and value >= self.below:
            raise BadRange
        _check_range(value, self.minimum, self.maximum)
        return float(value)


class Bool(Kind):
    expected = "true or false"

    def convert(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise BadType
        return value


class Text(Kind):
    expected = "a string in quotes"

    def convert(self, value: Any) -> str:
        if not isinstance(value, str):
            raise BadType
        return value


class Word(Kind):
    """A name that is not known before the data or the network is: a bare word, or a string in quotes."""

    expected = "a name"
    any_word = True

    def convert(self, value: Any) -> str:
        if not isinstance(value, str) or not value:
            raise BadType
        return value


class Choice(Kind):
    """One of a few bare words: ``precision = bf16``."""

    def __init__(self, *choices: str) -> None:
        self.choices = choices
        self.expected = "one of " + ", ".join(choices) if len(choices) > 1 else choices[0]

    def convert(self, value: Any) -> str:
        if not isinstance(value, str):
            raise BadType
        if value not in self.choices:
            raise BadRange
        return value


class Pair(Kind):
    """``3`` or ``(3, 5)``: height and width; stored as a tuple of two."""

    def __init__(self, item: Kind | None = None) -> None:
        self.item = item or Int(1)

    @property
    def expected(self) -> str:  # type: ignore[override]
        return f"{self.item.expected}, or two of them (height, width)"

    def convert(self, value: Any) -> tuple[Any, Any]:
        if isinstance(value, tuple):
            if len(value) != 2:
                raise BadType
            return self.item.convert(value[0]), self.item.convert(value[1])
        single = self.item.convert(value)
        return single, single


class ListOf(Kind):
    def __init__(self, item: Kind, length: int | None = None) -> None:
        self.item, self.length = item, length
        self.choices, self.any_word = item.choices, item.any_word

    @property
    def expected(self) -> str:  # type: ignore[override]
        count = f"{self.length} values" if self.length else "values"
        return f"a list of {count}, each {self.item.expected}"

    def convert(self, value: Any) -> tuple[Any, ...]:
        if not isinstance(value, tuple) or (self.length and len(value) != self.length):
            raise BadType
        return tuple(self.item.convert(v) for v in value)


class Either(Kind):
    """The first of several kinds that takes the value."""

    def __init__(self, *kinds: Kind, expected: str | None = None) -> None:
        self.kinds = kinds
        self.choices = tuple(c for k in kinds for c in k.choices)
        self.any_word = any(k.any_word for k in kinds)
        self.expected = expected or ", or ".join(k.expected for k in kinds)

    def convert(self, value: Any) -> Any:
        worst: ValueError = BadType()
        for kind in self.kinds:
            try:
                return kind.convert(value)
            except BadRange as error:
                worst = error
            except BadType:
                continue
        raise worst


class CallOf(Kind):
    """A call from a registry as a value: ``init = kaiming_normal(mode = fan_out)``.

    Elaboration binds the call; ``convert`` sees the finished object.
    """

    def __init__(self, registry: Registry[Any]) -> None:
        self.registry = registry
        self.expected = _a(registry.kind)

    def convert(self, value: Any) -> Any:
        if type(value) not in self.registry.entries.values():
            raise BadType
        return value


class CallsOf(Kind):
    """A call from a registry, or a list of them: ``maybe(0.5, [blur(5), noise])``; a tuple of objects.

    With ``lists`` an item may be a list itself, and each item becomes a tuple.
    """

    in_a_row = True

    def __init__(self, registry: Registry[Any], lists: bool = False) -> None:
        self.registry, self.lists = registry, lists
        self.expected = f"{_a(registry.kind)}, or a list of them"

    def convert(self, value: Any) -> tuple[Any, ...]:
        items = value if isinstance(value, tuple) else (value,)
        return tuple(self._item(item) for item in items)

    def _item(self, item: Any) -> Any:
        inner = item if self.lists and isinstance(item, tuple) else (item,)
        if any(type(each) not in self.registry.entries.values() for each in inner):
            raise BadType
        return inner if self.lists else item


def _a(noun: str) -> str:
    return f"a{'n' if noun[0] in 'aeiou' else ''} {noun}"


def _bounds(minimum: float | None, maximum: float | None) -> str:
    least, most = (
        f"{b:,}" if isinstance(b, int) else f"{b:g}" if b is not None else "" for b in (minimum, maximum)
    )
    if minimum is not None and maximum is not None:
        return f" from {least} to {most}"
    return f" of at least {least}" if least else f" of at most {most}" if most else ""


def _check_range(value: float, minimum: float | None, maximum: float | None) -> None:
    if (minimum is not None and value < minimum) or (maximum is not None and value > maximum):
        raise BadRange


def arg(kind: Kind, doc: str, default: Any = MISSING) -> Any:
    """A dataclass field that is an argument of a call; ``doc`` is its line in the reference."""
    return field(default=default, metadata={"kind": kind, "doc": doc})


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Argument(Value):
    """One declared argument; ``default`` is ``MISSING`` where it must be given.

    A default of None stands for a value derived from the others, as the doc says.
    """

    name: str
    kind: Kind
    doc: str
    default: Any = MISSING

    @property
    def required(self) -> bool:
        return self.default is MISSING


@dataclass_transform(frozen_default=True)
class Entry(Declared):
    """Base of everything that a spec can call by name: a frozen dataclass whose fields are made with ``arg``."""

    call_name: ClassVar[str]


_SIGNATURES: dict[type, tuple[Argument, ...]] = {}


def signature(cls: type) -> tuple[Argument, ...]:
    """The declared arguments of a registered class, in positional order."""
    if cls not in _SIGNATURES:
        complete(cls)
        _SIGNATURES[cls] = _declared_arguments(cls)
    return _SIGNATURES[cls]


def _declared_arguments(cls: Any) -> tuple[Argument, ...]:
    return tuple(
        Argument(f.name, f.metadata["kind"], f.metadata["doc"], f.default)
        for f in fields(cls)
        if "kind" in f.metadata
    )


def describe_value(value: Any) -> str:
    """A value as a diagnostic names what it found: ``the string "a"``, ``true``, ``3.5``."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'the string "{value}"'
    if isinstance(value, tuple):
        shown = ", ".join(describe_value(v) for v in value[:4]) + (", …" if len(value) > 4 else "")
        return f"the list [{shown}]"
    if isinstance(value, (int, float)):
        return f"{value}"
    return getattr(value, "described", type(value).__name__)


def convert(call: str, argument: Argument, value: Any) -> Any:
    """The value as ``argument`` stores it; raises :class:`OpError` naming the argument."""
    details: dict[str, Any] = {"call": call, "argument": argument.name, "expected": argument.kind.expected}
    if value is None and argument.default is None:
        return None
    try:
        return argument.kind.convert(value)
    except BadType:
        whole = isinstance(value, float) and "integer" in argument.kind.expected
        hints = ("'//' divides to a whole number, int(…) makes one",) if whole else ()
        raise OpError(WrongType(**details, found=describe_value(value), hints=hints), argument.name) from None
    except BadRange:
        raise OpError(OutOfRange(**details, found=describe_value(value)), argument.name) from None


def build(name: str, cls: type[T], values: Mapping[str, Any]) -> T:
    """An instance of a registered class from raw values by name: checked, defaults filled."""
    arguments = {a.name: a for a in signature(cls)}
    return cls(**{k: convert(name, arguments[k], v) for k, v in values.items()})


class Registry(Generic[T]):
    """Names and the classes behind them, of one ``kind`` ("layer", "loss" …)."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.entries: dict[str, type[T]] = {}

    def register(self, name: str) -> Callable[[type[T]], type[T]]:
        """Class decorator; the class gets ``name`` as its attribute ``call_name``."""

        def add(cls: type[T]) -> type[T]:
            if name in self.entries:
                raise ValueError(f"{self.kind} '{name}' is registered twice")
            cls.call_name = name  # type: ignore[attr-defined]
            self.entries[name] = cls
            return cls

        return add

    def make(self, name: str, **values: Any) -> T:
        """Build an entry from Python values (tests, defaults)."""
        return build(name, self.entries[name], values)
