"""Both networks with what is known of their layers' correspondence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ....analyses.alignment import Alignment, Pair
from ....analyses.depth import has_weights
from ....ir import Graph
from ..grouping import Chains, scope_chains
from ..parts import Unit

Merged = tuple[Unit | None, Unit | None]
"""A box of both networks, or of the one that has it."""
Units = tuple[list[Unit], list[Unit]]


@dataclass(frozen=True, slots=True)
class Sides:
    """``pairs`` gives, for each side, the pair that a node is in; ``partners`` the node that it corresponds to."""

    alignment: Alignment
    graphs: tuple[Graph, Graph]
    chains: tuple[Chains, Chains]
    pairs: tuple[dict[int, Pair[int]], dict[int, Pair[int]]]
    partners: tuple[dict[int, int], dict[int, int]]

    @staticmethod
    def of(alignment: Alignment) -> Sides:
        graphs = alignment.first, alignment.second
        both = [(p.first, p.second) for p in alignment.layers]
        there = {i: j for i, j in both if i is not None and j is not None}
        return Sides(
            alignment,
            graphs,
            (scope_chains(graphs[0]), scope_chains(graphs[1])),
            (
                {p.first: p for p in alignment.layers if p.first is not None},
                {p.second: p for p in alignment.layers if p.second is not None},
            ),
            (there, {j: i for i, j in there.items()}),
        )

    def weight(self, node: int) -> int:
        """Of a node of the first network: what has weights counts twice."""
        return 1 + has_weights(self.graphs[0].nodes[node])

    def inside(self, box: Merged) -> list[Pair[int]]:
        """The pairs of layers that a box of both holds on both sides, in order."""
        first, second = box
        if first is None or second is None:
            return []
        held = set(second.nodes)
        return [self.pairs[0][i] for i in first.nodes if self.partners[0].get(i) in held]

    def alone(self, box: Merged, side: int) -> list[int]:
        """The nodes of one side that have no counterpart in the box."""
        here, there = box[side], box[1 - side]
        if here is None:
            return []
        held = set(there.nodes) if there else set()
        return [i for i in here.nodes if self.partners[side].get(i) not in held]


def owners(units: Iterable[Unit]) -> dict[int, int]:
    """The place of the unit that each node is in."""
    return {node: place for place, unit in enumerate(units) for node in unit.nodes}
