"""Where errors leave the library: said in the words of this interface, without the way that led there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import NoReturn

from ..ir import OpError
from ..source import Diagnostic, Source, SpecError, did_you_mean
from .errors import BadArgument

_NAMES = {"--set": "settings", "<command line>": "spec", "--data": "data"}
"""What sources of the command line are called here."""


@contextmanager
def reported() -> Iterator[None]:
    """Errors of what is done within as :class:`SpecError`; also a decorator of functions."""
    try:
        yield
    except SpecError as error:
        raise SpecError(map(_renamed, error.diagnostics)) from None
    except OpError as error:
        raise SpecError([_renamed(error.diagnostic)]) from None


def _renamed(diagnostic: Diagnostic) -> Diagnostic:
    span = diagnostic.span
    name = next((here for there, here in _NAMES.items() if span and span.source.name.startswith(there)), None)
    if span is None or name is None:
        return diagnostic
    return replace(diagnostic, span=replace(span, source=Source(name, span.source.text)))


def refuse(argument: str, expected: str, found: object, hints: Iterable[str] = ()) -> NoReturn:
    """Raise :class:`SpecError` for an argument with a wrong value."""
    raise SpecError(
        [BadArgument(argument=argument, expected=expected, found=repr(found)[:80], hints=tuple(hints))]
    )


def chosen(argument: str, value: object, known: Iterable[str]) -> str:
    """``value``, which must be one of ``known``."""
    names = tuple(known)
    if not isinstance(value, str):
        raise TypeError(f"{argument} must be a string, one of {', '.join(names)}, not {value!r}")
    if value not in names:
        near = did_you_mean(value, names) if len(names) > 1 else ()
        refuse(argument, f"one of {', '.join(names)}", value, near)
    return value


def whole(argument: str, value: object, least: int) -> int:
    """``value`` as an int; it must be a whole number of at least ``least``."""
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(f"{argument} must be a whole number, not {value!r}")
    number = int(value.__index__())
    if number < least:
        refuse(argument, f"a whole number of at least {least}", number)
    return number
