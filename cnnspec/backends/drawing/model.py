"""What a drawing shows, before any format: boxes of one or more nodes, arrows between them, nested frames."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ...analyses.cost import cost
from ...analyses.freezing import starts_in, told
from ...ir import Graph, Scope
from ...ir.op import Family
from .folding import equal_rows, overview, without_views
from .frames import Turns, once
from .grouping import Chains, Kind, needed, scope_chains
from .heat import Heat, Warmth, heat_of
from .label import TIMES, Label, label_of, shape_text, spread, spread_shape, tooltip
from .levels import opened
from .parts import Unit, units_of
from .themes import Theme
from .trunk import Trunk
from .view import LEVELS, Level, Style, View

State = Literal["same", "resized", "changed", "removed", "added"]
"""What became of something, in a drawing of two networks; resized: only in sizes that follow from what comes before."""
READABLE: dict[Style, int] = {"graph": 40, "paper": 16, "slides": 18, "volumes": 40}
"""Boxes that a page, a column or a slide holds."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A part whose inside is drawn; ``path`` names it, ``title`` is what a person wrote."""

    path: str
    title: str
    state: State | None = None


@dataclass(frozen=True, slots=True)
class Box:
    """``key`` names it in the drawing. ``nodes`` are a layer and the pointwise layers that follow it, or those of a whole
    ``part``; ``auxiliary``: only in training. ``frames`` are those around it, outermost first. ``frozen`` says in words
    what of it is not trained from the beginning; ``state`` what became of it, in a drawing of two networks."""

    key: str
    kind: Kind
    family: Family
    nodes: tuple[int, ...]
    frames: tuple[Frame, ...]
    label: Label
    tooltip: str = ""
    auxiliary: bool = False
    times: int = 1
    frozen: str = ""
    warmth: Warmth | None = None
    state: State | None = None


@dataclass(frozen=True, slots=True)
class Arrow:
    """From box ``tail`` to box ``head`` (their keys); ``main``: on the trunk, i.e. the longest path both into ``head`` and
    out of ``tail``. ``text`` is the shape that goes along, where it is a new one."""

    tail: str
    head: str
    main: bool
    auxiliary: bool
    text: str = ""
    state: State | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """Boxes in an order in which every arrow leads to a later box. ``title`` and ``facts`` are its heading."""

    title: str
    facts: tuple[str, ...]
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    heat: Heat | None = None


def picture(graph: Graph, view: View) -> Picture:
    """The network as ``view`` asks for it."""
    whole = graph
    graph, turns = once(graph) if view.folds_layers else (graph, Turns())
    units = units_at(graph, view)
    labels = _Labels(whole, graph, turns, scope_chains(whole), scope_chains(graph))
    heat = heat_of(whole, view.heat) if view.heat else None
    wanted = needed(graph)
    macs = cost(graph).macs
    boxes = []
    for unit in units:
        frames = tuple(_frame(scope, turns) for scope in unit.scopes)
        boxes.append(
            Box(
                key=f"n{unit.number}",
                kind=unit.kind,
                family=box_family(graph, unit, macs),
                nodes=unit.nodes,
                frames=frames,
                label=labels.of(unit),
                tooltip=tooltip(graph, unit),
                auxiliary=wanted.isdisjoint(unit.nodes),
                times=unit.times,
                frozen=told(starts_in(graph, unit.nodes)),
                warmth=heat.of(turns.behind(unit.nodes)) if heat and unit.kind != "input" else None,
            )
        )
    arrows = _arrows(graph, units, boxes, _Shapes(whole, graph, turns))
    return Picture(graph.name, _facts(whole), (*boxes, *_outputs(graph)), arrows, heat)


@dataclass(frozen=True, slots=True)
class _Labels:
    """Labels of units of ``graph``; where one stands for several of the ``whole``, it tells of all."""

    whole: Graph
    graph: Graph
    turns: Turns
    whole_chains: Chains
    chains: Chains

    def of(self, unit: Unit) -> Label:
        instances = self.turns.instances(unit.nodes)
        if not instances:
            return label_of(self.graph, self.chains, unit)
        chains = self.whole_chains
        places = [unit.nodes.index(end) for end in unit.ends]
        units = [
            Unit(unit.kind, nodes, chains[nodes[0]], ends=tuple(nodes[place] for place in places))
            for nodes in instances
        ]
        return spread([label_of(self.whole, chains, each) for each in units])


@dataclass(frozen=True, slots=True)
class _Shapes:
    """Shapes of the nodes of ``graph`` in words, as ranges where they stand for several of the ``whole``."""

    whole: Graph
    graph: Graph
    turns: Turns

    def of(self, node: int, reader: int) -> str:
        """That of ``node`` where ``reader`` takes it."""
        return spread_shape([self.whole.nodes[member].shape for member in self.turns.seen_by(node, reader)])

    def is_end_of_range(self, node: int, reader: int) -> bool:
        """Whether ``reader`` takes the last of several shapes that ``node`` stands for."""
        members = self.turns.members[node] if self.turns.members else (node,)
        several = len({self.whole.nodes[member].shape for member in members}) > 1
        return several and len(self.turns.seen_by(node, reader)) == 1


def box_family(graph: Graph, unit: Unit, macs: tuple[int, ...]) -> Family:
    """Of a layer; of a part that of most of its work."""
    if unit.kind != "part":
        return graph.nodes[unit.number].op.family
    work: dict[Family, int] = {}
    for node in unit.nodes:
        family = graph.nodes[node].op.family
        work[family] = work.get(family, 0) + macs[node]
    return max(work, key=lambda family: work[family])


def frozen_fill(theme: Theme, words: str) -> str:
    """The fill of a box, for what is said of its training: half of it where some is trained."""
    if words == "frozen":
        return theme.frozen[0]
    return f"{theme.frozen[0]}:{theme.part}" if words == "partly frozen" else theme.thawing


def units_at(graph: Graph, view: View) -> list[Unit]:
    """The network's boxes at the level of ``view``."""
    chains = scope_chains(graph)
    units = units_of(graph, chains, opened(graph, chains, view))
    if view.is_overview:
        return overview(graph, equal_rows(graph, units))
    if view.folds_parts:
        return equal_rows(graph, without_views(graph, units))
    return equal_rows(graph, units) if view.folds_layers else units


def readable_level(graph: Graph, style: Style = "graph") -> Level:
    """The most detail that a page, or what the style is for, holds."""
    for level in reversed(LEVELS):
        units = units_at(graph, View(level=level))
        framed = style in ("paper", "slides") and any(unit.scopes for unit in units)
        if level == LEVELS[0] or (len(units) <= READABLE[style] and not framed):
            return level
    raise AssertionError(level)


def _frame(scope: Scope, turns: Turns) -> Frame:
    times, title = turns.of(scope.path), turns.title_of(scope)
    return Frame(scope.path, f"{title} {TIMES}{times}" if times > 1 else title)


def figures(graph: Graph) -> tuple[str, str, str]:
    """Inputs, parameters and multiply-adds, as a heading says them; without heads that exist only in training."""
    costs = cost(graph.without_auxiliary())
    shapes = ", ".join(shape_text(node.shape) for node in graph.nodes if not node.inputs)
    return f"input {shapes}", f"{costs.count.total:,} parameters", f"{macs_text(costs.total_macs)} MACs"


def _facts(graph: Graph) -> tuple[str, ...]:
    inputs, *counts = figures(graph)
    return inputs, ", ".join(counts)


def macs_text(number: int) -> str:
    for size, unit in ((10**9, "G"), (10**6, "M")):
        if number >= size:
            return f"{number / size:.2f} {unit}"
    return f"{number:,}"


def _outputs(graph: Graph) -> list[Box]:
    return [
        Box(
            key=f"out{number}",
            kind="output",
            family="input",
            nodes=(),
            frames=(),
            label=Label(output.name or "output", small=(shape_text(graph.nodes[output.node].shape),)),
            auxiliary=output.auxiliary,
        )
        for number, output in enumerate(graph.outputs)
    ]


def _arrows(graph: Graph, units: list[Unit], boxes: list[Box], shapes: _Shapes) -> tuple[Arrow, ...]:
    owner = {node: place for place, unit in enumerate(units) for node in unit.nodes}
    links = [_links(graph, unit, owner, place) for place, unit in enumerate(units)]
    trunk = Trunk([[tail for tail, _ in into] for into in links])
    told_of: set[int] = set()  # nodes whose shape stands on an arrow
    arrows: list[Arrow] = []
    for head, into in enumerate(links):
        for tail, node in into:
            main = trunk.main(tail, head)
            fit = main or not trunk.goes_on(tail)
            text = _shape_on(shapes, units[tail], (node, units[head].number), told_of) if fit else ""
            arrows.append(Arrow(boxes[tail].key, boxes[head].key, main, boxes[head].auxiliary, text))
    for number, output in enumerate(graph.outputs):
        arrows.append(Arrow(boxes[owner[output.node]].key, f"out{number}", True, output.auxiliary))
    return tuple(arrows)


def _links(graph: Graph, unit: Unit, owner: dict[int, int], place: int) -> list[tuple[int, int]]:
    """(place of the unit, node) that arrows into a unit come from; a part has one arrow from each."""
    nodes = unit.nodes if unit.kind == "part" else unit.nodes[:1]
    sources = [(owner[i], i) for node in nodes for i in graph.nodes[node].inputs if i in owner]
    outside = [(tail, i) for tail, i in sources if tail < place]
    return list({tail: (tail, i) for tail, i in outside}.values()) if unit.kind == "part" else outside


def _shape_on(shapes: _Shapes, tail: Unit, link: tuple[int, int], told_of: set[int]) -> str:
    """The shape on an arrow between two nodes: once for the first, where it differs from what its box takes, or from
    what it is at first."""
    node, reader = link
    if node in told_of:
        return ""
    nodes = shapes.graph.nodes
    taken = nodes[tail.number].inputs
    same = bool(taken) and nodes[taken[0]].shape == nodes[node].shape
    if same and not shapes.is_end_of_range(node, reader):
        return ""
    told_of.add(node)
    return shapes.of(node, reader)
