"""Deep parts of a drawing as one box each, and equal parts in a row as one box with their number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ..ir import Graph, Scope
from .drawing_model import Box

Chains = Sequence[tuple[Scope, ...]]
"""The scopes around every node, outermost first."""


def folded_groups(groups: Iterable[list[int]], chains: Chains, depth: int) -> list[list[int]]:
    """``groups`` of nodes, those inside a scope that is nested deeper than ``depth`` put together.

    A part is built in one go, so its nodes follow each other, and no arrow leads back into it.
    """
    merged: list[list[int]] = []
    last: Scope | None = None
    for group in groups:
        chain = chains[group[0]]
        scope = chain[depth] if len(chain) > depth else None
        if scope is not None and scope is last:
            merged[-1].extend(group)
        else:
            merged.append(list(group))
        last = scope
    return merged


def in_rows(graph: Graph, boxes: Sequence[Box]) -> tuple[Box, ...]:
    """Parts of one title that only follow each other, as one box for each row of them."""
    owner = {node: box.number for box in boxes for node in box.nodes}
    readers: dict[int, set[int]] = {box.number: set() for box in boxes}
    sources: dict[int, set[int]] = {box.number: set() for box in boxes}
    for box in boxes:
        for node in box.nodes:
            for tail in (owner[i] for i in graph.nodes[node].inputs):
                if tail != box.number:
                    readers[tail].add(box.number)
                    sources[box.number].add(tail)
    leaving = {owner[output.node] for output in graph.outputs}
    rows: list[Box] = []
    last = -1  # number of the box that ended the newest row
    for box in boxes:
        alone = last >= 0 and last not in leaving
        follows = alone and readers[last] == {box.number} and sources[box.number] == {last}
        if follows and _alike(rows[-1], box):
            before = rows[-1]
            nodes = (*before.nodes, *box.nodes)
            rows[-1] = replace(before, nodes=nodes, times=before.times + 1)
        else:
            rows.append(box)
        last = box.number
    return tuple(rows)


def _alike(one: Box, other: Box) -> bool:
    if (
        one.part is None
        or other.part is None
        or (one.auxiliary, one.frozen) != (other.auxiliary, other.frozen)
    ):
        return False
    same_place = [s.path for s in one.scopes] == [s.path for s in other.scopes]
    return same_place and one.part.title == other.part.title
