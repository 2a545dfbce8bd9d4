"""Stable names of layers from their places: labels, else the layer's name and a count."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ..source import Note, Span
from ..syntax import tree
from .errors import DuplicateLabel, Failure


@dataclass(slots=True, eq=False, repr=False)
class Container:
    """A named part under construction: a block's instance, a labelled group, or the model itself."""

    path: str = ""
    reserved: frozenset[str] = frozenset()
    taken: dict[str, Span | None] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def full(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def numbered(self, stem: str, span: Span | None) -> str:
        """``stem`` with the next free number: conv1, conv2, …"""
        stem = f"{stem}_" if stem[-1].isdigit() else stem  # relu6_1, not relu61
        number = self.counts.get(stem, 0) + 1
        while f"{stem}{number}" in self.taken or f"{stem}{number}" in self.reserved:
            number += 1
        self.counts[stem] = number
        name = f"{stem}{number}"
        self.taken[name] = span
        return name

    def labelled(self, label: str, span: Span | None, in_loop: bool) -> str:
        """The name for a label; inside a loop each turn's gets a number (stage1, stage2 …)."""
        if in_loop:
            return self.numbered(label, span)
        if label in self.taken:
            notes = (Note("the first one is here", self.taken[label]),)
            raise Failure(DuplicateLabel(name=label, span=span, notes=notes))
        self.taken[label] = span
        return label


def labels_of(body: tree.Body) -> Iterator[str]:
    """Labels that name something directly in this container, wherever the body branches or loops."""
    for statement in body:
        yield from _labels(statement)


def _labels(statement: tree.Statement) -> Iterator[str]:
    match statement:
        case tree.Label(name=name) | tree.Output(name=name):
            yield name
        case tree.Group(body=body) | tree.Repeat(body=body) | tree.For(body=body):
            yield from labels_of(body)
        case tree.If(body=body, orelse=orelse):
            yield from labels_of(body)
            yield from labels_of(orelse or ())
        case tree.Join(tracks=tracks):
            for track in tracks:
                yield from labels_of(track)
        case tree.Path(steps=steps) | tree.Let(value=tree.Path(steps=steps)):
            yield from labels_of(steps)
