"""The network as a tree to open and close: blocks in blocks, equal ones in a row under one item, layers at the ends."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from ....ir import Graph
from ..folding import equal_rows
from ..grouping import Chains, scope_chains
from ..label import Label, frame_title, label_of
from ..parts import Unit, units_of


@dataclass(frozen=True, slots=True)
class Item:
    """A box that the page can show. ``title`` is what stands over its inside once it is open, ``path`` the scope's
    (empty for layers and rows). Layers have no ``children``; a row's are the equal parts in it."""

    unit: Unit
    label: Label
    title: str = ""
    path: str = ""
    children: tuple[Item, ...] = ()


def tree(graph: Graph) -> tuple[Item, ...]:
    """The items that are seen with everything closed."""
    chains = scope_chains(graph)
    return _Levels(graph, chains).items(0, None)


class _Levels:
    """What is seen with all scopes open that are nested less deep than a level, for each level."""

    def __init__(self, graph: Graph, chains: Chains) -> None:
        self._graph, self._chains = graph, chains
        deepest = max(map(len, chains))
        self._single = [units_of(graph, chains, self._opened(level)) for level in range(deepest + 1)]
        self._rows = [self._inside(level) for level in range(deepest + 1)]

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

    def items(self, level: int, inside: int | None) -> tuple[Item, ...]:
        return tuple(self._item(level, unit) for unit in self._rows[level][inside])

    def _item(self, level: int, unit: Unit) -> Item:
        label = label_of(self._graph, self._chains, unit)
        if unit.part is None:
            return Item(unit, label)
        if unit.times == 1:
            children = self.items(level + 1, unit.number)
            return Item(unit, label, frame_title(unit.part), unit.part.path, children)
        held = set(unit.nodes)
        singles = tuple(self._item(level, u) for u in self._single[level] if u.number in held)
        return Item(unit, label, f"{label.head} {label.beside}", "", singles)
