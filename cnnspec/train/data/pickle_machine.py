"""A machine for pickles that can do nothing but build lists, dictionaries and tuples.

A pickle is a program that may call any function by its name. Python's own unpickler is not used at all: instructions
are read with ``pickletools`` and carried out here, on a stack of plain values. Names lead to the stand-ins of a
vocabulary, which only keep what they are given; any other name ends the reading at once.
"""

from __future__ import annotations

import pickletools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

_LINE = 4096
_VALUES = frozenset(
    (
        *("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "FLOAT", "BINFLOAT"),
        *("STRING", "BINSTRING", "SHORT_BINSTRING"),
        *("UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8"),
        *("BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8"),
    )
)
"""Instructions that give a number or text."""
_KEYS = (str, bytes, int, float, type(None))


class BrokenPickle(ValueError):
    """The pickle is damaged; the message says how."""


class RefusedPickle(ValueError):
    """The pickle asks for something that it may not have; the message is its name."""


class Inert:
    """Base of stand-ins for objects: what a pickle says of their state is refused unless a class takes it."""

    __slots__ = ()

    def set_state(self, state: Any) -> None:
        raise BrokenPickle("it changes what has no state")


@dataclass(frozen=True, slots=True, eq=False)
class Named:
    """A name that a pickle may use; ``call`` is what its call gives, None for a name that is never called."""

    name: str
    call: Callable[..., Any] | None = None


class Stream(Protocol):
    """What a pickle is read from."""

    def read(self, size: int, /) -> bytes: ...

    def readline(self) -> bytes: ...

    def tell(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Limited:
    """A stream of which no more is read than up to ``end``, and no line that is longer than any name."""

    stream: Any
    end: int

    def read(self, size: int, /) -> bytes:
        data: bytes = self.stream.read(max(0, min(size, self.end - self.stream.tell())))
        return data

    def readline(self) -> bytes:
        start = self.stream.tell()
        data: bytes = self.stream.read(max(0, min(_LINE, self.end - start)))
        line = data[: data.find(b"\n") + 1] or data
        self.stream.seek(start + len(line))
        return line

    def tell(self) -> int:
        place: int = self.stream.tell()
        return place


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The names that a pickle may use, and what it calls by number (``persistent``, None: nothing).

    ``most`` is how many instructions it may have, None for no limit.
    """

    names: Mapping[str, Named]
    persistent: Callable[[Any], Any] | None = None
    most: int | None = None


class _Mark:
    __slots__ = ()


_MARK = _Mark()


def run_pickle(stream: Stream, vocabulary: Vocabulary) -> Any:
    """The value of the pickle that begins at the stream's place, which is left behind it.

    Raises :class:`BrokenPickle` and :class:`RefusedPickle`.
    """
    try:
        return _Machine(vocabulary).run(stream)
    except RefusedPickle:
        raise
    except Exception as error:  # damage makes instructions fail in most ways
        raise BrokenPickle(" ".join(str(error).split())[:120] or type(error).__name__) from None


class _Machine:
    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._stack: list[Any] = []
        self._memo: dict[int, Any] = {}
        self._count = 0

    def run(self, stream: Stream) -> Any:
        most = self._vocabulary.most
        for instruction, argument, _ in pickletools.genops(stream):  # type: ignore[arg-type]
            self._count += 1
            if most is not None and self._count > most:
                raise BrokenPickle(f"it has more than {most} instructions")
            name = instruction.name
            if name in _VALUES:
                self._stack.append(argument)
            elif name == "STOP":
                return self._pop()
            elif (handler := _HANDLERS.get(name)) is not None:
                handler(self, argument)
            else:
                raise RefusedPickle((argument if isinstance(argument, str) else name).replace(" ", ".")[:120])
        raise BrokenPickle("it has no end")

    def _pop(self) -> Any:
        value = self._stack.pop()
        if value is _MARK:
            raise BrokenPickle("it takes what is not there")
        return value

    def _top(self) -> Any:
        value = self._stack[-1]
        if value is _MARK:
            raise BrokenPickle("it takes what is not there")
        return value

    def _marked(self) -> list[Any]:
        """What lies above the last mark, taken off along with it."""
        for place in range(len(self._stack) - 1, -1, -1):
            if self._stack[place] is _MARK:
                found = self._stack[place + 1 :]
                del self._stack[place:]
                return found
        raise BrokenPickle("it goes back to a mark that is not there")

    def _push(self, value: Any) -> None:
        self._stack.append(value)

    def _tuple(self, size: int) -> None:
        values = tuple(self._pop() for _ in range(size))
        self._push(values[::-1])

    def _extend(self, values: list[Any]) -> None:
        if type(target := self._top()) is not list:
            raise BrokenPickle("it appends to what is no list")
        target.extend(values)

    def _set(self, values: list[Any]) -> None:
        if type(target := self._top()) is not dict or len(values) % 2:
            raise BrokenPickle("it puts items into what is no dictionary")
        self._fill(target, values)

    def _fill(self, target: dict[Any, Any], values: list[Any]) -> None:
        for key, value in zip(values[::2], values[1::2], strict=True):
            if not isinstance(key, _KEYS):
                raise BrokenPickle("it has a key that is neither text nor a number")
            target[key] = value

    def _dict(self) -> None:
        made: dict[Any, Any] = {}
        self._fill(made, self._marked())
        self._push(made)

    def _put(self, place: int) -> None:
        if not 0 <= place <= self._count:  # those who write pickles count up
            raise BrokenPickle("it numbers its values out of order")
        self._memo[place] = self._top()

    def _name(self, name: str) -> None:
        known = self._vocabulary.names.get(name)
        if known is None:
            raise RefusedPickle(name[:120])
        self._push(known)

    def _stacked_name(self) -> None:
        name, module = self._pop(), self._pop()
        if not isinstance(name, str) or not isinstance(module, str):
            raise BrokenPickle("it asks for a name that is no text")
        self._name(f"{module}.{name}")

    def _reduce(self) -> None:
        arguments, function = self._pop(), self._pop()
        if not isinstance(function, Named) or function.call is None or not isinstance(arguments, tuple):
            raise BrokenPickle("it calls what is no function")
        self._push(function.call(*arguments))

    def _build(self) -> None:
        state, target = self._pop(), self._top()
        if isinstance(target, Named):
            raise BrokenPickle("it changes a function")
        if type(target) is dict:  # attributes of an ordered dictionary
            return
        if not isinstance(target, Inert):
            raise BrokenPickle("it changes what has no state")
        target.set_state(state)

    def _persistent(self) -> None:
        if self._vocabulary.persistent is None:
            raise RefusedPickle("BINPERSID")
        self._push(self._vocabulary.persistent(self._pop()))


_Handler = Callable[[_Machine, Any], Any]
_HANDLERS: dict[str, _Handler] = {
    "PROTO": lambda m, a: None,
    "FRAME": lambda m, a: None,
    "MARK": lambda m, a: m._push(_MARK),
    "POP": lambda m, a: m._stack.pop(),
    "POP_MARK": lambda m, a: m._marked(),
    "DUP": lambda m, a: m._push(m._top()),
    "NONE": lambda m, a: m._push(None),
    "NEWTRUE": lambda m, a: m._push(True),
    "NEWFALSE": lambda m, a: m._push(False),
    "EMPTY_TUPLE": lambda m, a: m._push(()),
    "TUPLE1": lambda m, a: m._tuple(1),
    "TUPLE2": lambda m, a: m._tuple(2),
    "TUPLE3": lambda m, a: m._tuple(3),
    "TUPLE": lambda m, a: m._push(tuple(m._marked())),
    "EMPTY_LIST": lambda m, a: m._push([]),
    "LIST": lambda m, a: m._push(m._marked()),
    "APPEND": lambda m, a: m._extend([m._pop()]),
    "APPENDS": lambda m, a: m._extend(m._marked()),
    "EMPTY_DICT": lambda m, a: m._push({}),
    "DICT": lambda m, a: m._dict(),
    "SETITEM": lambda m, a: m._set([m._pop(), m._pop()][::-1]),
    "SETITEMS": lambda m, a: m._set(m._marked()),
    **dict.fromkeys(("GET", "BINGET", "LONG_BINGET"), lambda m, a: m._push(m._memo[int(a)])),
    **dict.fromkeys(("PUT", "BINPUT", "LONG_BINPUT"), lambda m, a: m._put(int(a))),
    "MEMOIZE": lambda m, a: m._put(len(m._memo)),
    "GLOBAL": lambda m, a: m._name(a.replace(" ", ".", 1)),
    "STACK_GLOBAL": lambda m, a: m._stacked_name(),
    "REDUCE": lambda m, a: m._reduce(),
    "BUILD": lambda m, a: m._build(),
    "BINPERSID": lambda m, a: m._persistent(),
}
