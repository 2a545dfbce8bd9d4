"""A parameter that nothing reads."""

from __future__ import annotations

from collections.abc import Iterator

from ...source import Note
from ...syntax import tree
from .base import SpecLint, Written, within


class UnusedParameter(SpecLint):
    """A block or model has a parameter that nothing in it reads, so that it makes no difference what is given.

    Take it out, or use it where it was meant: a number was perhaps written in its place.
    """

    code = "unused-parameter"
    message = "nothing in '{definition}' reads its parameter '{name}'"
    bad = "block down(channels, stride = 2) { conv(channels, 3, stride = 2, padding = 1)  bn  relu }"
    good = "block down(channels, stride = 2) { conv(channels, 3, stride = stride, padding = 1)  bn  relu }"
    definition: str
    name: str

    @classmethod
    def find(cls, written: Written) -> Iterator[SpecLint]:
        for definition in written.definitions:
            read = written.reads[definition.name]
            if isinstance(definition, tree.Model):
                read |= written.read_elsewhere
            for parameter in definition.parameters:
                if parameter.name not in read:
                    yield cls(
                        definition=definition.name,
                        name=parameter.name,
                        subjects=within(definition, parameter.name),
                        span=parameter.span,
                        notes=(Note(f"'{definition.name}' is written here", definition.name_span),),
                        hints=("take it out, or read it where it was meant",),
                    )
