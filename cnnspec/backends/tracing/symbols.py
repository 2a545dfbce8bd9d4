"""Sizes in a trace: the batch, which no layer may look into, and numbers that know where they come from."""

from __future__ import annotations

import re
from math import prod
from typing import Any


class Untraceable(Exception):
    """A forward pass left the tensor protocol, or depends on the size of the batch; the text says how."""


class _Batch:
    """The number of images. It is no number, so arithmetic with it fails instead of fixing a batch size."""

    def __repr__(self) -> str:
        return "n"


BATCH = _Batch()

Dims = tuple[Any, ...]
"""A shape with its batch: ints, ``Dim``s, and ``BATCH``."""

REST = "-1"
"""The text of a size that a reshape finds by itself."""

_PRODUCT = re.compile(r"\w+( \* \w+)*")


class Dim(int):
    """A size with the text that gives it inside a function of ``x``: ``c``, ``height * width``, ``c // 2``.

    Arithmetic that would make a long text gives a plain int.
    """

    text: str

    def __new__(cls, value: int, text: str) -> Dim:
        made = super().__new__(cls, value)
        made.text = text
        return made

    def __mul__(self, other: int) -> int:
        return _product(self, other)

    def __rmul__(self, other: int) -> int:
        return _product(other, self)

    def __floordiv__(self, other: int) -> int:
        return self if other == 1 else _joined(int(self) // other, self, "//", other)

    def __rfloordiv__(self, other: int) -> int:
        return other // int(self)

    def __add__(self, other: int) -> int:
        return self if other == 0 else _joined(int(self) + other, self, "+", other)

    def __radd__(self, other: int) -> int:
        return self + other

    def __sub__(self, other: int) -> int:
        return self if other == 0 else _joined(int(self) - other, self, "-", other)

    def __rsub__(self, other: int) -> int:
        return other - int(self)


def text_of(size: Any) -> str:
    """The size as it is written in a function: its text, or the number."""
    return size.text if isinstance(size, Dim) else repr(size)


def _product(one: int, other: int) -> int:
    value = int(one) * int(other)
    if 1 in (one, other):
        return other if one == 1 else one
    texts = text_of(one), text_of(other)
    if all(_PRODUCT.fullmatch(text) for text in texts):
        return Dim(value, " * ".join(texts))
    return value


def _joined(value: int, one: Dim, sign: str, other: int) -> int:
    texts = one.text, text_of(other)
    simple = all(text.isalnum() for text in texts)
    return Dim(value, f"{texts[0]} {sign} {texts[1]}") if simple else value


def count(dims: Dims) -> int:
    """The number of elements of one image, or of a tensor without batch."""
    return prod(int(d) for d in dims if d is not BATCH)


def plain(value: Any) -> Any:
    """``value`` with each ``Dim`` as a plain int."""
    if isinstance(value, tuple):
        return tuple(map(plain, value))
    return int(value) if isinstance(value, Dim) else value
