"""Layers that a person would take to be the same by their names."""

from __future__ import annotations

from collections.abc import Iterator

from ...ir import Graph
from .parts import Contents, Part, Parts, parts_of


def namesakes(first: Graph, second: Graph) -> frozenset[str]:
    """The names of layers that are the same under the same name in both: labelled ones, and all in a block that has its
    name and content in both. A layer by itself whose name was counted is none: one more before it shifts the names."""
    contents = Contents()
    return frozenset(_same(first, parts_of(first, contents), parts_of(second, contents)))


def _same(graph: Graph, ones: Parts, others: Parts) -> Iterator[str]:
    there = {_name(part): part for part in others}
    for one in ones:
        other = there.get(_name(one))
        if other is None:
            continue
        if one.content == other.content and (one.scope or one.labelled):
            yield from (graph.nodes[index].name for index in one.indices)
        elif one.scope and other.scope:
            yield from _same(graph, one.parts, other.parts)


def _name(part: Part) -> object:
    """Equal for two parts of two levels that have the same name."""
    return part.mark, part.labelled, part.scope.block if part.scope and not part.labelled else None
