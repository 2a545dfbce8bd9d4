"""What was given to a model outside of any file: on the command line, or by a program."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from ..source import Diagnostic, Note, Span
from ..syntax import tree
from .choice import Choice


def with_spoken(found: Iterable[Diagnostic], choice: Choice) -> list[Diagnostic]:
    """Diagnostics of a model, with a note where what they are about names a parameter that was given with the command."""
    notes = dict(_given(choice))
    return [_noted(diagnostic, notes) for diagnostic in found] if notes else list(found)


def _given(choice: Choice) -> Iterator[tuple[str, Note]]:
    """The parameters whose values are spoken, and where."""
    for parameter in choice.model.parameters:
        if (default := parameter.default) is not None and _spoken(default.span):
            yield parameter.name, _note(parameter.name, default)
    for argument in (argument for group in choice.groups for argument in group):
        if argument.name and _spoken(argument.value.span):
            yield argument.name, _note(argument.name, argument.value)


def _spoken(span: Span | None) -> bool:
    return span is not None and span.source.name.startswith(("<", "--set"))


def _note(name: str, value: tree.Tree) -> Note:
    return Note(f"{name} = {value.span.text if value.span else ''}, given here", value.span)


def _noted(diagnostic: Diagnostic, notes: dict[str, Note]) -> Diagnostic:
    """Places are what it is about: its own, and those of the calls that led there, unless they were given themselves."""
    spans = [diagnostic.span, *(note.span for note in diagnostic.notes)]
    words = {word for span in spans if span and not _spoken(span) for word in re.findall(r"\w+", span.text)}
    more = tuple(note for name, note in notes.items() if name in words)
    return replace(diagnostic, notes=(*diagnostic.notes, *more)) if more else diagnostic
