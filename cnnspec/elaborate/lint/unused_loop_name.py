"""A name of a loop that nothing reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...syntax import tree
from ...syntax.checks import parts
from .base import SpecLint, Written, names_read, walk, within


class UnusedLoopName(SpecLint):
    """A ``for`` gives a name to each value of a list, and nothing reads that name, so that all turns are the same.

    Read it where it was meant: a number was perhaps written in its place. A loop that is only to count is a ``repeat``; of
    several names, one that begins with ``_`` is not told.
    """

    code = "unused-loop-name"
    message = "nothing reads '{name}' in this 'for'"
    bad = "for width in [16, 32, 64] { conv(16, 3)  relu }"
    good = "for width in [16, 32, 64] { conv(width, 3)  relu }"
    name: str

    @classmethod
    def find(cls, written: Written) -> Iterator[SpecLint]:
        for definition in written.definitions:
            for loop in walk(definition.body):
                if not isinstance(loop, tree.For):
                    continue
                read = names_read(loop.body)
                for name in loop.names:
                    if name.startswith("_") or name in read or _read_outside(name, definition.body):
                        continue
                    subjects, hints = within(definition, name), (_hint(loop, name),)
                    yield cls(name=name, subjects=subjects, span=loop.values.span, hints=hints)


def _read_outside(name: str, body: Iterable[tree.Tree]) -> bool:
    """Whether ``name``, which lives on after a loop, is read anywhere but in loops that give it anew."""
    waiting = list(body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, tree.Name | tree.Call | tree.Attribute) and node.name == name:
            return True
        if isinstance(node, tree.For) and name in node.names:
            waiting.append(node.values)
        else:
            waiting += parts(node)
    return False


def _hint(loop: tree.For, name: str) -> str:
    if len(loop.names) > 1:
        return f"read it where it was meant, or call it '_{name}'"
    return f"read it where it was meant; if only the number of turns counts, write 'repeat {_count(loop.values)} {{ … }}'"


def _count(values: tree.Expression) -> str:
    """How many turns a loop has, in words of the spec."""
    if isinstance(values, tree.Sequence):
        return str(len(values.items))
    if isinstance(values, tree.Call) and values.name == "range" and len(values.arguments) == 1:
        span = values.arguments[0].value.span
        return span.text if span else "n"
    return "n"
