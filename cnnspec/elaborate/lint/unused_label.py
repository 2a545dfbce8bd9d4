"""A label that names neither a layer nor anything that is read."""

from __future__ import annotations

from collections.abc import Iterator

from ...syntax import tree
from .base import SpecLint, Written, walk, within


class UnusedLabel(SpecLint):
    """A label stands before a tensor that is there already, so it names no layer; and nothing refers to it.

    Labels before layers and parts are never told: they name parameters, rows of tables and boxes of drawings. Take it out,
    or refer to it.
    """

    code = "unused-label"
    message = "the label '{name}' names no layer, and nothing refers to it"
    bad = "block twice(channels) { let x = here  conv(channels, 1)  relu  add { | | skip: x } }"
    good = "block twice(channels) { let x = here  conv(channels, 1)  relu  add { | | x } }"
    name: str

    @classmethod
    def find(cls, written: Written) -> Iterator[SpecLint]:
        for definition in written.definitions:
            nodes = list(walk(definition.body))
            tensors = {n.name for n in nodes if isinstance(n, tree.Label) or _is_tensor(n)}
            for label in nodes:
                if not isinstance(label, tree.Label) or not _makes_nothing(label.statement, tensors):
                    continue
                if not _referred(label.name, written.everywhere):
                    hints = ("take it out, or refer to it",)
                    span, subjects = label.name_span or label.span, within(definition, label.name)
                    yield cls(name=label.name, subjects=subjects, span=span, hints=hints)


_PATH = ("in", "here")
"""Words for the tensor that entered the block, and for the one that walks its path."""


def _is_tensor(node: tree.Tree) -> bool:
    return isinstance(node, tree.Let) and (
        isinstance(node.value, tree.Path) or (isinstance(node.value, tree.Name) and node.value.name in _PATH)
    )


def _makes_nothing(statement: tree.Statement, tensors: set[str]) -> bool:
    if isinstance(statement, tree.Group):
        return len(statement.body) == 1 and _makes_nothing(statement.body[0], tensors)
    if isinstance(statement, tree.Call):
        return not statement.arguments and statement.name in {*tensors, *_PATH}
    return isinstance(statement, tree.Path) and not statement.steps


def _referred(label: str, read: frozenset[str]) -> bool:
    """Whether a label is read, by itself or, in a loop, with its number."""
    return label in read or any(name.rstrip("0123456789") == label for name in read)
