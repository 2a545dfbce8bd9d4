"""Pickles of arrays, numbers and text, read without running anything that they ask for.

A pickle is a program that may call any function by its name. Here the instructions are looked through
first, and the few names that a NumPy array needs lead to stand-ins which only keep what they are given:
not even NumPy sees anything of the file before its type and length are checked.
"""

from __future__ import annotations

import io
import pickle
import pickletools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_PLAIN = (
    "PROTO FRAME STOP MARK POP POP_MARK DUP NONE NEWTRUE NEWFALSE INT BININT BININT1 BININT2 LONG LONG1 FLOAT "
    "BINFLOAT STRING BINSTRING SHORT_BINSTRING UNICODE BINUNICODE SHORT_BINUNICODE BINUNICODE8 BINBYTES "
    "SHORT_BINBYTES BINBYTES8 BYTEARRAY8 EMPTY_TUPLE TUPLE TUPLE1 TUPLE2 TUPLE3 EMPTY_LIST LIST APPEND APPENDS "
    "EMPTY_DICT DICT SETITEM SETITEMS GET BINGET LONG_BINGET PUT BINPUT LONG_BINPUT MEMOIZE GLOBAL STACK_GLOBAL "
    "REDUCE BUILD"
)
ALLOWED = frozenset(_PLAIN.split())
_MEMO = frozenset(("PUT", "BINPUT", "LONG_BINPUT"))


class BrokenPickle(ValueError):
    """The pickle is damaged; the message says how."""


class RefusedPickle(ValueError):
    """The pickle asks for something else than arrays, numbers and text; the message is its name."""


@dataclass(frozen=True, slots=True)
class StoredArray:
    """An array as the pickle describes it: ``kind`` is NumPy's short name of the type, such as ``u1``."""

    shape: tuple[int, ...]
    kind: str
    fortran: bool
    data: bytes


def read_pickle(data: bytes) -> Any:
    """What was pickled, with :class:`Array` for arrays and text of Python 2 as Latin-1.

    Raises :class:`BrokenPickle` and :class:`RefusedPickle`.
    """
    try:
        _check_instructions(data)
        return _Unpickler(io.BytesIO(data), encoding="latin1").load()
    except RefusedPickle:
        raise
    except Exception as error:  # a damaged pickle makes the unpickler raise most kinds
        raise BrokenPickle(" ".join(str(error).split())[:120] or type(error).__name__) from None


def _check_instructions(data: bytes) -> None:
    """Only those that plain data need; and none that would have the unpickler take memory for nothing.

    The unpickler's table of earlier values is as long as the highest number asked for, and those who
    write pickles count up.
    """
    for count, (instruction, argument, _) in enumerate(pickletools.genops(data)):
        if instruction.name not in ALLOWED:
            name = argument if isinstance(argument, str) else instruction.name
            raise RefusedPickle(name.replace(" ", ".")[:120])
        if instruction.name in _MEMO and not 0 <= int(argument or 0) <= count + 1:
            raise BrokenPickle("it numbers its values out of order")


class Array:
    """What ``ndarray.__reduce__`` gives: ``stored`` is the array, or None where the pickle never fills it."""

    __slots__ = ("stored",)

    def __init__(self, *_: Any) -> None:
        self.stored: StoredArray | None = None

    def __setstate__(self, state: Any) -> None:
        _, shape, kind, fortran, data = state
        if isinstance(data, str):
            data = data.encode("latin1")
        if not isinstance(data, bytes | bytearray) or not isinstance(kind, _Type):
            raise BrokenPickle("it holds an array of objects")
        if not all(type(n) is int and n >= 0 for n in shape):
            raise BrokenPickle("it holds an array of no shape")
        self.stored = StoredArray(tuple(shape), kind.name, bool(fortran), bytes(data))


class _Type:
    """What ``dtype.__reduce__`` gives: the short name; byte order and fields are not looked at."""

    __slots__ = ("name",)

    def __init__(self, name: Any = "", *_: Any) -> None:
        self.name = name if isinstance(name, str) else ""

    def __setstate__(self, state: Any) -> None:
        pass


class _Named:
    """A name that a pickle may use. It is called; it is never changed, as a bare class or function could be."""

    __slots__ = ("_call",)

    def __init__(self, call: Callable[..., Any]) -> None:
        self._call = call

    def __call__(self, *arguments: Any) -> Any:
        return self._call(*arguments)

    def __setstate__(self, state: Any) -> None:
        raise BrokenPickle("it changes a function")


def _latin1(text: Any, encoding: Any) -> bytes:
    """``_codecs.encode`` as Python 3 uses it for bytes in old protocols."""
    if not isinstance(text, str) or encoding != "latin1":
        raise BrokenPickle("it encodes other than bytes")
    return text.encode("latin1")


def _from_buffer(data: Any, kind: Any, shape: Any, order: Any) -> Array:
    """``_frombuffer`` as NumPy uses it in protocol 5."""
    array = Array()
    array.__setstate__((1, shape, kind, order == "F", data))
    return array


def _unused(*_: Any) -> Any:
    raise BrokenPickle("it makes an array out of nothing")


_KNOWN: dict[str, Callable[..., Any]] = {
    "numpy.ndarray": _unused,
    "numpy.dtype": _Type,
    "_codecs.encode": _latin1,
    **{f"numpy.{core}.multiarray._reconstruct": Array for core in ("core", "_core")},
    **{f"numpy.{core}.numeric._frombuffer": _from_buffer for core in ("core", "_core")},
}


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if f"{module}.{name}" not in _KNOWN:
            raise RefusedPickle(f"{module}.{name}"[:120])
        return _Named(_KNOWN[f"{module}.{name}"])
