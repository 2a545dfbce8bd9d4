"""The arrows of both networks as one set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ....ir import Shape
from ..label import shape_text
from ..model import Arrow, Box, State
from ..trunk import Trunk
from .sides import Merged, Sides
from .words import both_shapes

Outputs = tuple[tuple[int, int], ...]
"""For each side (0 or 1) that has an output: the side, and the output's number there."""


@dataclass(slots=True)
class _Link:
    """What goes along an arrow: a node of each network that has it."""

    nodes: list[int | None] = field(default_factory=lambda: [None, None])

    @property
    def state(self) -> State:
        return "added" if self.nodes[0] is None else "removed" if self.nodes[1] is None else "same"


def merged_arrows(
    sides: Sides, merged: list[Merged], boxes: Sequence[Box], outputs: Sequence[Outputs]
) -> tuple[Arrow, ...]:
    """Arrows between ``boxes``: first those of ``merged``, then those of ``outputs``."""
    owner = _owners(merged, 0), _owners(merged, 1)
    links = _links(sides, merged, owner)
    heads: list[list[int]] = [[] for _ in merged]
    for tail, head in links:
        heads[head].append(tail)
    trunk = Trunk(heads)
    shapes = _Shapes(sides, merged)
    arrows = []
    for (tail, head), link in sorted(links.items(), key=lambda item: item[0][1]):
        main = trunk.main(tail, head)
        text = shapes.on(tail, link) if main or not trunk.goes_on(tail) else ""
        auxiliary = boxes[head].auxiliary
        arrows.append(Arrow(boxes[tail].key, boxes[head].key, main, auxiliary, text, link.state))
    return (*arrows, *_to_outputs(sides, owner, boxes, outputs))


def _owners(merged: list[Merged], side: int) -> dict[int, int]:
    units = [(place, box[side]) for place, box in enumerate(merged)]
    return {node: place for place, unit in units if unit for node in unit.nodes}


def _links(
    sides: Sides, merged: list[Merged], owner: tuple[dict[int, int], dict[int, int]]
) -> dict[tuple[int, int], _Link]:
    links: dict[tuple[int, int], _Link] = {}
    for head, box in enumerate(merged):
        for side, unit in enumerate(box):
            for node in unit.nodes if unit else ():
                for source in sides.graphs[side].nodes[node].inputs:
                    if owner[side][source] != head:
                        link = links.setdefault((owner[side][source], head), _Link())
                        link.nodes[side] = source
    return links


class _Shapes:
    """The shape on an arrow: once for each box, where it differs from what the box takes."""

    def __init__(self, sides: Sides, merged: list[Merged]) -> None:
        self.sides, self.merged = sides, merged
        self.told: set[tuple[int, str]] = set()

    def on(self, tail: int, link: _Link) -> str:
        shapes = [self._shape(side, node) for side, node in enumerate(link.nodes)]
        if not any(
            shape is not None and shape != self._taken(tail, side) for side, shape in enumerate(shapes)
        ):
            return ""
        one, other = shapes
        text = both_shapes(one, other) if one and other else shape_text(one or other or ())
        if (tail, text) in self.told:
            return ""
        self.told.add((tail, text))
        return text

    def _shape(self, side: int, node: int | None) -> Shape | None:
        return None if node is None else self.sides.graphs[side].nodes[node].shape

    def _taken(self, tail: int, side: int) -> Shape | None:
        unit = self.merged[tail][side]
        assert unit is not None
        taken = self.sides.graphs[side].nodes[unit.number].inputs
        return self._shape(side, taken[0]) if taken else None


def _to_outputs(
    sides: Sides,
    owner: tuple[dict[int, int], dict[int, int]],
    boxes: Sequence[Box],
    outputs: Sequence[Outputs],
) -> list[Arrow]:
    arrows = []
    for box, ends in zip(boxes[len(boxes) - len(outputs) :], outputs, strict=True):
        tails: dict[int, _Link] = {}
        for side, number in ends:
            node = sides.graphs[side].outputs[number].node
            tails.setdefault(owner[side][node], _Link()).nodes[side] = node
        arrows += [Arrow(boxes[t].key, box.key, True, box.auxiliary, "", k.state) for t, k in tails.items()]
    return arrows
