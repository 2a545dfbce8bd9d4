"""All that the page's script is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ....analyses.cost import cost
from ....analyses.freezing import starts_in, told
from ....analyses.summary import summarize
from ....ir import Graph
from ..grouping import Chains, needed, scope_chains
from ..heat import Heat, heat_of
from ..label import shape_text
from ..levels import opened
from ..model import box_family, readable_level
from ..view import HEATS, LEVELS, HeatName, View
from .facts import SpecLines, layer_facts, totals
from .tree import Item, tree


def page_data(graph: Graph, view: View) -> dict[str, Any]:
    """Layers, the tree of blocks over them, levels, scales and totals, of which JSON can be made."""
    summary, lines = summarize(graph), SpecLines()
    heats = {name: heat_of(graph, name) for name in HEATS}
    items = tree(graph)
    states = _States.of(graph, items)
    teller = _Teller(graph, heats, needed(graph), cost(graph).macs)
    if view.level is None and view.depth is None:
        view = View(level=readable_level(graph), heat=view.heat, direction=view.direction)
    return {
        "name": graph.name,
        "totals": totals(graph, summary),
        "nodes": layer_facts(graph, summary, lines),
        "lines": lines.texts,
        "items": [teller.item(item) for item in items],
        "outputs": _outputs(graph),
        "levels": states.levels(),
        "begin": states.at(view),
        "colour": view.heat or "",
        "sideways": view.direction == "LR",
        "scales": {name: {"title": heat.title, "classes": heat.classes} for name, heat in heats.items()},
    }


@dataclass(frozen=True, slots=True)
class _Teller:
    graph: Graph
    heats: Mapping[HeatName, Heat]
    needed: set[int]
    macs: tuple[int, ...]

    def item(self, item: Item) -> dict[str, Any]:
        unit, label = item.unit, item.label
        told_of: dict[str, Any] = {
            "kind": "part" if item.children else unit.kind,
            "family": box_family(self.graph, unit, self.macs),
            "head": label.head,
            "beside": label.beside,
            "lines": label.lines,
            "auxiliary": self.needed.isdisjoint(unit.nodes),
            "frozen": told(starts_in(self.graph, unit.nodes)),
            "heat": {name: self._warmth(heat, unit.nodes) for name, heat in self.heats.items()},
        }
        if not item.children:
            return told_of | {"nodes": unit.nodes}
        children = [self.item(child) for child in item.children]
        own = {"title": item.title, "path": item.path, "times": unit.times, "group": item.group}
        return told_of | own | {"children": children}

    def _warmth(self, heat: Heat, nodes: tuple[int, ...]) -> list[Any]:
        warmth = heat.of(nodes)
        return [warmth.step, warmth.text]


def _outputs(graph: Graph) -> list[dict[str, Any]]:
    return [
        {
            "name": output.name or "output",
            "node": output.node,
            "auxiliary": output.auxiliary,
            "shape": shape_text(graph.nodes[output.node].shape),
        }
        for output in graph.outputs
    ]


@dataclass(frozen=True, slots=True)
class _States:
    """What is open in the page; ``grouped``: it has groups, ``rows``: it has rows of layers."""

    graph: Graph
    chains: Chains
    grouped: bool
    rows: bool

    @classmethod
    def of(cls, graph: Graph, items: tuple[Item, ...]) -> _States:
        every = [item for outer in items for item in outer.all()]
        grouped, rows = (any(each.group for each in every), any(each.is_row_of_layers for each in every))
        return cls(graph, scope_chains(graph), grouped, rows)

    def at(self, view: View) -> dict[str, Any]:
        """The blocks that are open, whether groups are shown, and whether rows of layers are open."""
        return {
            "open": sorted(opened(self.graph, self.chains, view)),
            "overview": self.grouped and view.is_overview,
            "layers": self.rows and not (view.is_overview or view.folds_parts),
        }

    def levels(self) -> list[dict[str, Any]]:
        """Levels that show the same are one with all their names."""
        found: list[dict[str, Any]] = []
        for name in LEVELS:
            state = self.at(View(level=name))
            same = next((level for level in found if level == level | state), None)
            if same is None:
                found.append({"names": [name], **state})
            else:
                same["names"].append(name)
        return found
