"""What the gaps of a sheet ask for, so that no other place of the sheet tells it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import TypeAlias

from ...ir import Figure
from ...ir.workings import sizes
from .layer import LayerWorking
from .part import PartWorking, Row

Worked: TypeAlias = LayerWorking | PartWorking
Asked: TypeAlias = frozenset[tuple[str, str]]
"""Paths of layers and parts, each with the symbol of a figure."""

_AXIS = re.compile(r"(?<=^[rje]_out)_[hw]$")


def asked(worked: Sequence[Worked], figures: Collection[Figure]) -> Asked:
    """All that is a result on a sheet of these workings. Height and width of a receptive field are asked together."""
    found: set[tuple[str, str]] = set()
    for each in worked:
        found.update(_of_part(each, figures) if isinstance(each, PartWorking) else _of_layer(each, figures))
    return frozenset(found)


def _of_layer(worked: LayerWorking, figures: Collection[Figure]) -> Iterator[tuple[str, str]]:
    for step in worked.working.steps:
        if step.figure in figures:
            yield worked.node.name, _AXIS.sub("", step.symbol)


def _of_part(worked: PartWorking, figures: Collection[Figure]) -> Iterator[tuple[str, str]]:
    for row in worked.rows:
        yield from ((row.last, symbol) for symbol in _in_table(row, figures))
    for addition in worked.additions:
        if addition.figure in figures:
            yield from ((row.child.path, addition.symbol) for row in addition.rows)
    if worked.peak and "memory" in figures:
        yield from ((node.name, "bytes") for node in worked.peak.alive)


def _in_table(row: Row, figures: Collection[Figure]) -> Iterator[str]:
    if "size" in figures:
        yield from (f"{letter}_out" for letter, _ in sizes(row.output))
    if "receptive-field" in figures:
        yield from ("r_out", "j_out")
