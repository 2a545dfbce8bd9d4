"""What lints of a spec's text have in common, and what they look at: what is named where, and read where."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any, ClassVar

from ...source.lints import Lint, lints_of
from ...syntax import tree
from ...syntax.checks import parts
from ..modules import NAMES_SECTION, Definition, Module

_WORD = re.compile(r"[A-Za-z_]\w*")


class SpecLint(Lint):
    """A lint that the text of a spec alone shows."""

    code: ClassVar[str] = ""

    @classmethod
    def find(cls, written: Written) -> Iterator[SpecLint]:
        """All that it finds in the spec itself, not in those that it uses."""
        raise NotImplementedError


class Written:
    """A spec, with the names that its parts read."""

    def __init__(self, module: Module) -> None:
        self.module = module

    @property
    def spec(self) -> tree.Spec:
        return self.module.spec

    @cached_property
    def definitions(self) -> tuple[Definition, ...]:
        return (*([self.spec.model] if self.spec.model else []), *self.spec.blocks)

    @cached_property
    def reads(self) -> dict[str, frozenset[str]]:
        """The names that each definition reads: of values, labels, layers, blocks and attributes."""
        return {each.name: names_read(_roots(each)) for each in self.definitions}

    @cached_property
    def read_elsewhere(self) -> frozenset[str]:
        """The names that the rest of the spec reads: arguments of uses, assertions, and rules in section ``names``."""
        arguments = [a.value for use in self.spec.uses for a in use.arguments or ()]
        claims = [assertion.measure for assertion in self.spec.assertions]
        rules = [call for s in self.spec.sections if s.name == NAMES_SECTION for call in s.calls]
        texts = (node.value for node in walk(rules) if isinstance(node, tree.Literal))
        words = {word for text in texts if isinstance(text, str) for word in _WORD.findall(text)}
        return names_read([*arguments, *claims]) | words

    @cached_property
    def everywhere(self) -> frozenset[str]:
        return frozenset().union(self.read_elsewhere, *self.reads.values())


def spec_lints(module: Module) -> Iterator[SpecLint]:
    """What all lints of texts find in the spec of ``module``."""
    written = Written(module)
    for lint in lints_of(SpecLint):
        yield from lint.find(written)


def within(definition: Definition, name: str) -> tuple[str, ...]:
    """The names by which a silence may mean ``name`` of a model or block: by itself, or with that of its definition."""
    return name, f"{definition.name}.{name}"


def _roots(definition: Definition) -> list[Any]:
    defaults = [p.default for p in definition.parameters if p.default is not None]
    sizes = definition.input if isinstance(definition, tree.Model) else ()
    return [*defaults, *sizes, *definition.body]


def walk(roots: Iterable[Any]) -> Iterator[Any]:
    """All statements and expressions in ``roots``, themselves included."""
    waiting = list(roots)
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(parts(node))


def rows(body: tree.Body) -> Iterator[tree.Body]:
    """A body, and all rows of statements inside of it: of loops, branches, groups, tracks and paths."""
    yield body
    for node in walk(body):
        yield from getattr(node, "tracks", ())
        yield from (row for name in ("body", "orelse", "steps") if (row := getattr(node, name, None)))


def names_read(roots: Iterable[Any]) -> frozenset[str]:
    """The names in ``roots`` that stand for something given elsewhere."""
    return frozenset(
        node.name for node in walk(roots) if isinstance(node, (tree.Name, tree.Call, tree.Attribute))
    )
