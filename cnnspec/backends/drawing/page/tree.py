"""The network as a tree to open and close: blocks in blocks, equal ones in a row under one item, layers at the ends.

The items outermost, and those inside of what wraps the whole network, are in groups too where the overview draws several as
one; a page shows groups at its coarsest level only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from ....ir import Graph
from ..folding import equal_rows, overview
from ..grouping import Chains, scope_chains
from ..label import Label, frame_title, label_of
from ..levels import opened
from ..parts import Unit, units_of
from ..view import View


@dataclass(frozen=True, slots=True)
class Item:
    """A box that the page can show. ``title`` is what stands over its inside once it is open, ``path`` the scope's
    (empty for layers, rows and groups). Layers have no ``children``; a row's are the equal parts or layers in it, a
    ``group``'s what the overview draws as one."""

    unit: Unit
    label: Label
    title: str = ""
    path: str = ""
    children: tuple[Item, ...] = ()
    group: bool = False

    @property
    def is_row_of_layers(self) -> bool:
        return not self.group and bool(self.children) and self.unit.part is None

    def all(self) -> Iterator[Item]:
        """This and all that is in it."""
        yield self
        for child in self.children:
            yield from child.all()


def tree(graph: Graph) -> tuple[Item, ...]:
    """The items that are seen with everything closed."""
    chains = scope_chains(graph)
    return _Levels(graph, chains).outermost()


class _Levels:
    """What is seen with all scopes open that are nested less deep than a level, for each level."""

    def __init__(self, graph: Graph, chains: Chains) -> None:
        self._graph, self._chains = graph, chains
        deepest = max(map(len, chains))
        self._single = [units_of(graph, chains, self._opened(level)) for level in range(deepest + 1)]
        self._rows = [self._inside(level) for level in range(deepest + 1)]
        self._wrappers = opened(graph, chains, View(level="model"))

    def _opened(self, level: int) -> frozenset[str]:
        return frozenset(scope.path for chain in self._chains for scope in chain[:level])

    def _inside(self, level: int) -> dict[int | None, list[Unit]]:
        """Units of a level, equal ones in rows, by the part around them (None: the network)."""
        around = {}
        if level:
            around = {node: unit.number for unit in self._single[level - 1] for node in unit.nodes}
        found: dict[int | None, list[Unit]] = defaultdict(list)
        for unit in equal_rows(self._graph, self._single[level]):
            found[around.get(unit.number)].append(unit)
        return found

    def outermost(self) -> tuple[Item, ...]:
        return self._grouped(0, self._items(0, None))

    def _items(self, level: int, inside: int | None) -> tuple[Item, ...]:
        return tuple(self._item(level, unit) for unit in self._rows[level][inside])

    def _grouped(self, level: int, items: tuple[Item, ...]) -> tuple[Item, ...]:
        """``items`` of a level, those together that the overview draws as one."""
        units = overview(self._graph, equal_rows(self._graph, self._single[level]))
        around = {node: unit for unit in units for node in unit.nodes}
        runs = groupby(items, key=lambda item: around[item.unit.number].number)
        return tuple(self._group(around[number], tuple(run)) for number, run in runs)

    def _group(self, unit: Unit, members: tuple[Item, ...]) -> Item:
        if len(members) == 1:
            return members[0]
        label = label_of(self._graph, self._chains, unit)
        return Item(unit, label, f"{label.head} {label.beside}".strip(), "", members, group=True)

    def _item(self, level: int, unit: Unit) -> Item:
        label = label_of(self._graph, self._chains, unit)
        if unit.times == 1 and unit.part is None:
            return Item(unit, label)
        if unit.times == 1 and unit.part is not None:
            children = self._items(level + 1, unit.number)
            if unit.part.path in self._wrappers:
                children = self._grouped(level + 1, children)
            return Item(unit, label, frame_title(unit.part), unit.part.path, children)
        held = set(unit.nodes)
        singles = tuple(self._item(level, u) for u in self._single[level] if u.number in held)
        return Item(unit, label, f"{label.head} {label.beside}".strip(), "", singles)
