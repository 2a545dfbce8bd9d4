"""Parts from which nothing goes on, as auxiliary heads: where they stand in a spec makes no difference."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...ir import Graph
from .parts import Contents, Part, Parts, parts_of
from .reordering import consumers


def heads_last(graph: Graph, contents: Contents) -> list[int]:
    """The nodes in an order in which such parts stand at the end of the scope around them, those with labels by these."""
    last_use = [max(takers, default=0) for takers in consumers(graph)]
    return list(_read(parts_of(graph, contents), last_use))


def _read(parts: Parts, last_use: Sequence[int]) -> Iterator[int]:
    heads = [part for part in parts if max(last_use[part.start : part.stop]) < part.stop]
    moved = sorted(heads, key=_place) if len(heads) > 1 else []
    starts = {part.start for part in moved}
    stay = [part for part in parts if part.start not in starts]
    for part in (*stay, *moved):
        if part.scope is None:
            yield part.start
        else:
            yield from _read(part.parts, last_use)


def _place(part: Part) -> tuple[bool, str]:
    return not part.labelled, part.mark if part.labelled else ""
