"""A name that nothing reads."""

from __future__ import annotations

from collections.abc import Iterator

from ...source import Note
from ...syntax import tree
from ..modules import Definition
from .base import SpecLint, Written, names_read, rows, walk, within


class UnusedLet(SpecLint):
    """A value gets a name by ``let``, and nothing in the block reads that name, or not before another value gets it.

    Take it out, or use it where it was meant.
    """

    code = "unused-let"
    message = "nothing reads '{name}'{when}"
    bad = "block wide(channels) { let hidden = 4 * channels  conv(channels, 1)  relu }"
    good = "block wide(channels) { let hidden = 4 * channels  conv(hidden, 1)  relu }"
    name: str
    when: str

    @classmethod
    def find(cls, written: Written) -> Iterator[SpecLint]:
        for definition in written.definitions:
            read = written.reads[definition.name]
            for let in _lets(definition.body):
                if let.name not in read:
                    yield cls._at(definition, let)
            for let, again in _overwritten(definition.body):
                if let.name in read:
                    note = Note("it is given another value here", again.name_span or again.span)
                    yield cls._at(definition, let, " before it is given another value", (note,))

    @classmethod
    def _at(
        cls, definition: Definition, let: tree.Let, when: str = "", notes: tuple[Note, ...] = ()
    ) -> SpecLint:
        span, subjects = let.name_span or let.span, within(definition, let.name)
        hints = ("take it out, or read it where it was meant",)
        return cls(name=let.name, when=when, subjects=subjects, span=span, notes=notes, hints=hints)


def _lets(body: tree.Body) -> Iterator[tree.Let]:
    return (node for node in walk(body) if isinstance(node, tree.Let))


def _overwritten(body: tree.Body) -> Iterator[tuple[tree.Let, tree.Let]]:
    """Names that are given twice in a row of statements, and read by none from the one to the other."""
    for statements in rows(body):
        last: dict[str, tree.Let] = {}
        for statement in statements:
            for name in names_read([statement]):
                last.pop(name, None)
            if isinstance(statement, tree.Let):
                if statement.name in last:
                    yield last[statement.name], statement
                last[statement.name] = statement
