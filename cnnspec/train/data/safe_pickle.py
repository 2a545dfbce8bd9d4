"""Pickles of arrays, numbers and text, read without running anything that they ask for.

The few names that a NumPy array needs lead to stand-ins which only keep what they are given: not even NumPy sees
anything of the file before its type and length are checked.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .pickle_machine import BrokenPickle, Inert, Named, RefusedPickle, Vocabulary, run_pickle

__all__ = ["ARRAY_NAMES", "Array", "BrokenPickle", "RefusedPickle", "StoredArray", "read_pickle"]


@dataclass(frozen=True, slots=True)
class StoredArray:
    """An array as the pickle describes it: ``kind`` is NumPy's short name of the type, such as ``u1``."""

    shape: tuple[int, ...]
    kind: str
    fortran: bool
    data: bytes
    big_endian: bool = False


def read_pickle(data: bytes) -> Any:
    """What was pickled, with :class:`Array` for arrays and text of Python 2 as Latin-1.

    Raises :class:`BrokenPickle` and :class:`RefusedPickle`.
    """
    return run_pickle(io.BytesIO(data), Vocabulary(ARRAY_NAMES))


class Array(Inert):
    """What ``ndarray.__reduce__`` gives: ``stored`` is the array, or None where the pickle never fills it."""

    __slots__ = ("stored",)

    def __init__(self, *_: Any) -> None:
        self.stored: StoredArray | None = None

    def set_state(self, state: Any) -> None:
        _, shape, kind, fortran, data = state
        if isinstance(data, str):
            data = data.encode("latin1")
        if not isinstance(data, bytes | bytearray) or not isinstance(kind, _Type):
            raise BrokenPickle("it holds an array of objects")
        if not all(type(n) is int and n >= 0 for n in shape):
            raise BrokenPickle("it holds an array of no shape")
        self.stored = StoredArray(tuple(shape), kind.name, bool(fortran), bytes(data), kind.big_endian)


class _Type(Inert):
    """What ``dtype.__reduce__`` gives: the short name and the byte order; fields are not looked at."""

    __slots__ = ("big_endian", "name")

    def __init__(self, name: Any = "", *_: Any) -> None:
        self.name = name if isinstance(name, str) else ""
        self.big_endian = False

    def set_state(self, state: Any) -> None:
        self.big_endian = isinstance(state, tuple) and state[1:2] == (">",)


def _latin1(text: Any, encoding: Any) -> bytes:
    """``_codecs.encode`` as Python 3 uses it for bytes in old protocols."""
    if not isinstance(text, str) or encoding != "latin1":
        raise BrokenPickle("it encodes other than bytes")
    return text.encode("latin1")


def _from_buffer(data: Any, kind: Any, shape: Any, order: Any) -> Array:
    """``_frombuffer`` as NumPy uses it in protocol 5."""
    array = Array()
    array.set_state((1, shape, kind, order == "F", data))
    return array


_CALLS: dict[str, Callable[..., Any]] = {
    "numpy.dtype": _Type,
    "_codecs.encode": _latin1,
    **{f"numpy.{core}.multiarray._reconstruct": Array for core in ("core", "_core")},
    **{f"numpy.{core}.numeric._frombuffer": _from_buffer for core in ("core", "_core")},
}
ARRAY_NAMES = {
    "numpy.ndarray": Named("numpy.ndarray"),
    **{name: Named(name, call) for name, call in _CALLS.items()},
}
"""The names that pickled arrays need."""
