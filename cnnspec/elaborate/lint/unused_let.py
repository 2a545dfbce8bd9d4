"""A name that nothing reads."""

from __future__ import annotations

from collections.abc import Iterator

from ...syntax import tree
from .base import SpecLint, Written, walk, within


class UnusedLet(SpecLint):
    """A value gets a name by ``let``, and nothing in the block reads that name.

    Take it out, or use it where it was meant.
    """

    code = "unused-let"
    message = "nothing reads '{name}'"
    bad = "block wide(channels) { let hidden = 4 * channels  conv(channels, 1)  relu }"
    good = "block wide(channels) { let hidden = 4 * channels  conv(hidden, 1)  relu }"
    name: str

    @classmethod
    def find(cls, written: Written) -> Iterator[SpecLint]:
        for definition in written.definitions:
            read = written.reads[definition.name]
            unread = [
                node for node in walk(definition.body) if isinstance(node, tree.Let) and node.name not in read
            ]
            for let in unread:
                hints = ("take it out, or read it where it was meant",)
                span, subjects = let.name_span or let.span, within(definition, let.name)
                yield cls(name=let.name, subjects=subjects, span=span, hints=hints)
