"""All that the page's script is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ....analyses.freezing import starts_in, told
from ....analyses.summary import summarize
from ....ir import Graph
from ..grouping import needed, scope_chains
from ..heat import Heat, heat_of
from ..label import shape_text
from ..levels import opened
from ..model import readable_level
from ..view import HEATS, LEVELS, HeatName, Level, View
from .facts import SpecLines, layer_facts, totals
from .tree import Item, tree


def page_data(graph: Graph, view: View) -> dict[str, Any]:
    """Layers, the tree of blocks over them, levels, scales and totals, of which JSON can be made."""
    summary, lines = summarize(graph), SpecLines()
    heats = {name: heat_of(graph, name) for name in HEATS}
    teller = _Teller(graph, heats, needed(graph))
    if view.level is None and view.depth is None:
        view = View(level=readable_level(graph), heat=view.heat, direction=view.direction)
    return {
        "name": graph.name,
        "totals": totals(summary),
        "nodes": layer_facts(graph, summary, lines),
        "lines": lines.texts,
        "items": [teller.item(item) for item in tree(graph)],
        "outputs": _outputs(graph),
        "levels": [[name, sorted(paths)] for paths, name in _levels(graph).items()],
        "open": sorted(opened(graph, scope_chains(graph), view)),
        "colour": view.heat or "",
        "sideways": view.direction == "LR",
        "scales": {name: {"title": heat.title, "classes": heat.classes} for name, heat in heats.items()},
    }


@dataclass(frozen=True, slots=True)
class _Teller:
    graph: Graph
    heats: Mapping[HeatName, Heat]
    needed: set[int]

    def item(self, item: Item) -> dict[str, Any]:
        unit, label = item.unit, item.label
        told_of: dict[str, Any] = {
            "kind": unit.kind,
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
        return told_of | {"title": item.title, "path": item.path, "times": unit.times, "children": children}

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


def _levels(graph: Graph) -> dict[frozenset[str], Level]:
    """What is open at each level, and its name; of levels that show the same, the last."""
    chains = scope_chains(graph)
    known: dict[frozenset[str], Level] = {frozenset(): "model"}
    for name in LEVELS[1:]:
        known[opened(graph, chains, View(level=name))] = name
    return known
