"""Which boxes of two networks are one: both are cut alike, and boxes are paired by the layers that they hold."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from ....analyses.alignment.order import add_rising
from ..folding import equal_rows, overview, without_views
from ..grouping import kind_of
from ..levels import opened
from ..parts import Unit, units_of
from ..view import View
from .sides import Sides, Units, owners

Places = list[tuple[int, int]]
Opened = tuple[frozenset[str], frozenset[str]]


def units_of_both(sides: Sides, view: View) -> tuple[Units, Places]:
    """Boxes of each network, and the places of those that correspond, rising in both."""
    if view.is_overview:
        units = _overviews(sides, view)
        votes = _votes(sides, units)
        pairs = _paired(units, votes)
        if not any(_torn(units, votes, pairs, side) for side in (0, 1)):
            return units, pairs
        view = replace(view, level="stage")
    units = _opened_alike(sides, view)
    if view.folds_parts:
        units = without_views(sides.graphs[0], units[0]), without_views(sides.graphs[1], units[1])
    units = _split(sides, units)
    return units, _paired(units, _votes(sides, units))


def _overviews(sides: Sides, view: View) -> Units:
    def of(side: int) -> list[Unit]:
        graph, chains = sides.graphs[side], sides.chains[side]
        return overview(graph, equal_rows(graph, units_of(graph, chains, opened(graph, chains, view))))

    return of(0), of(1)


def _votes(sides: Sides, units: Units) -> Counter[tuple[int, int]]:
    """How many layers two boxes, by their places, hold both; those with weights count twice."""
    ones, others = owners(units[0]), owners(units[1])
    votes = Counter[tuple[int, int]]()
    for i, j in sides.partners[0].items():
        votes[ones[i], others[j]] += sides.weight(i)
    return votes


def _paired(units: Units, votes: Counter[tuple[int, int]], strict: bool = False) -> Places:
    """The boxes that share most, each in one pair at most; ``strict``: parts only with parts."""
    pairs: Places = []
    taken: tuple[set[int], set[int]] = set(), set()
    for (i, j), _ in sorted(votes.items(), key=lambda item: (-item[1], item[0])):
        one, other = units[0][i], units[1][j]
        alike = one.kind == other.kind if strict else (one.kind == "input") == (other.kind == "input")
        if alike and i not in taken[0] and j not in taken[1]:
            before = len(pairs)
            add_rising(pairs, (i, j))
            if len(pairs) > before:
                taken[0].add(i)
                taken[1].add(j)
    return pairs


def _torn(units: Units, votes: Counter[tuple[int, int]], pairs: Places, side: int) -> list[tuple[int, int]]:
    """Parts of one side most of whose counterparts lie outside their partner; each with the place that has most of them."""
    partner = {pair[side]: pair[1 - side] for pair in pairs}
    shares: dict[int, Counter[int]] = {}
    for pair, votes_here in votes.items():
        shares.setdefault(pair[side], Counter())[pair[1 - side]] += votes_here
    return [
        (place, there.most_common(1)[0][0])
        for place, there in shares.items()
        if units[side][place].kind == "part" and 2 * there[partner.get(place, -1)] < there.total()
    ]


def _opened_alike(sides: Sides, view: View) -> Units:
    """Both cut as the view asks for, and what one of them has open is open in the other."""
    open_here: Opened = (
        opened(sides.graphs[0], sides.chains[0], view),
        opened(sides.graphs[1], sides.chains[1], view),
    )
    while True:
        open_here = _scopes_alike(sides, open_here)
        units = (
            units_of(sides.graphs[0], sides.chains[0], open_here[0]),
            units_of(sides.graphs[1], sides.chains[1], open_here[1]),
        )
        more = _to_open(sides, units)
        if not any(more):
            return units
        open_here = open_here[0] | more[0], open_here[1] | more[1]


def _scopes_alike(sides: Sides, open_here: Opened) -> Opened:
    pairs = [(p.first, p.second) for p in sides.alignment.scopes if p.first and p.second]
    both = [(one, other) for one, other in pairs if one in open_here[0] or other in open_here[1]]
    return open_here[0] | {str(one) for one, _ in both}, open_here[1] | {str(other) for _, other in both}


def _to_open(sides: Sides, units: Units) -> Opened:
    """Parts that hold what the other network has in several boxes or in none."""
    votes = _votes(sides, units)
    pairs = _paired(units, votes, strict=True)
    more: tuple[set[str], set[str]] = set(), set()
    for side in (0, 1):
        for place, counterpart in _torn(units, votes, pairs, side):
            for own, unit in ((side, units[side][place]), (1 - side, units[1 - side][counterpart])):
                if unit.part is not None:
                    more[own].add(unit.part.path)
    return frozenset(more[0]), frozenset(more[1])


def _split(sides: Sides, units: Units) -> Units:
    """Boxes of layers such that what is in one box here is not in several there."""
    while True:
        first = _cut(sides, 0, units[0], owners(units[1]))
        second = _cut(sides, 1, units[1], owners(first))
        if (len(first), len(second)) == (len(units[0]), len(units[1])):
            return units
        units = first, second


def _cut(sides: Sides, side: int, units: list[Unit], there: dict[int, int]) -> list[Unit]:
    found: list[Unit] = []
    for unit in units:
        runs = [unit.nodes] if unit.kind == "part" else _runs(sides, side, unit, there)
        found += [unit] if len(runs) == 1 else [_layers(sides, side, run) for run in runs]
    return sorted(found, key=lambda unit: unit.number)


def _runs(sides: Sides, side: int, unit: Unit, there: dict[int, int]) -> list[tuple[int, ...]]:
    """Layers that stay together: those that were removed or added, with the layer before them; others where the first of
    the box corresponds to one in the same box as theirs."""
    partner = sides.partners[side]
    runs = [[unit.nodes[0]]]
    for node in unit.nodes[1:]:
        counterpart, head = partner.get(node), partner.get(runs[-1][0])
        stays = counterpart is None or (head is not None and there[counterpart] == there[head])
        if stays:
            runs[-1].append(node)
        else:
            runs.append([node])
    return [tuple(run) for run in runs]


def _layers(sides: Sides, side: int, nodes: tuple[int, ...]) -> Unit:
    kind = kind_of(sides.graphs[side].nodes[nodes[0]])
    return Unit(kind, nodes, sides.chains[side][nodes[0]], ends=(nodes[-1],))
