"""Equal parts in a row as one unit with their number; the overview, in which similar ones are."""

from __future__ import annotations

from dataclasses import replace

from ...analyses.freezing import starts_in
from ...ir import Graph, Shape, is_map
from .grouping import FOLLOWERS, needed, stem, structure
from .parts import Links, Unit

_LONGEST_PERIOD = 3


def equal_rows(graph: Graph, units: list[Unit]) -> list[Unit]:
    """Equal parts, or layers, that only follow each other, as one unit for each row of them."""
    links = Links(graph, units)
    auxiliary = _auxiliary(graph, units)
    rows: list[list[int]] = []
    for place, unit in enumerate(units):
        row = rows[-1] if rows else []
        follows = bool(row) and _follows(links, row, place) and auxiliary[row[0]] == auxiliary[place]
        if follows and _equal(graph, units[row[-1]], unit):
            row.append(place)
        else:
            rows.append([place])
    return [joined([units[place] for place in row]) for row in rows]


def overview(graph: Graph, units: list[Unit]) -> list[Unit]:
    """Layers that stand outside all parts put together, and rows of similar parts, or of similar pairs of parts."""
    units = _loose_together(graph, units)
    for period in range(1, _LONGEST_PERIOD + 1):
        units = _periods(graph, units, period)
    return units


def without_views(graph: Graph, units: list[Unit]) -> list[Unit]:
    """Layers that only rename elements, such as a flatten, in the box of the layer that they follow."""
    links = Links(graph, units)
    found: list[Unit] = []
    for place, unit in enumerate(units):
        before = found[-1] if found else None
        alone = links.sources[place] == {place - 1} and links.readers[place - 1] == {place}
        after_layer = (
            alone and before is not None and before.kind == "layer" and place - 1 not in links.leaving
        )
        if after_layer and unit.kind == "layer" and graph.nodes[unit.number].op.is_view:
            assert before is not None
            found[-1] = replace(before, nodes=before.nodes + unit.nodes, ends=unit.ends)
        else:
            found.append(unit)
    return found


def _follows(links: Links, row: list[int], place: int) -> bool:
    """Whether a unit goes on with a row: it reads the last of it and otherwise what the row reads, and whoever reads one
    of the row in its middle reads its end too, or is of the row."""
    last = row[-1]
    if last not in links.sources[place] or last in links.leaving:
        return False
    known = set(row).union(*(links.sources[p] for p in row))
    return links.sources[place] <= known and all(r >= place for r in links.readers[last])


def _auxiliary(graph: Graph, units: list[Unit]) -> list[bool]:
    wanted = needed(graph)
    return [wanted.isdisjoint(unit.nodes) for unit in units]


def joined(row: list[Unit]) -> Unit:
    """Units that are alike as one that stands for all of them."""
    first = row[0]
    if len(row) == 1:
        return first
    period = tuple(
        tuple(scope for unit in row for scope in unit.period[place]) for place in range(len(first.period))
    )
    nodes = tuple(node for unit in row for node in unit.nodes)
    return replace(first, nodes=nodes, period=period, ends=tuple(end for unit in row for end in unit.ends))


def _equal(graph: Graph, one: Unit, other: Unit) -> bool:
    """Blocks of one name in one place, of one structure, called alike or of equal shapes, on maps of one size."""
    first, second = one.part, other.part
    if first is None and second is None:
        return _equal_layers(graph, one, other)
    if first is None or second is None or first.block is None or first.block != second.block:
        return False
    if one.scopes != other.scopes or stem(first) != stem(second):
        return False
    if _extent(graph, one) != _extent(graph, other):
        return False
    alike = structure(graph, first, one.nodes) == structure(graph, second, other.nodes)
    return alike and (first.title == second.title or _shapes(graph, one) == _shapes(graph, other))


def _equal_layers(graph: Graph, one: Unit, other: Unit) -> bool:
    """Layers outside parts that are written alike and have parameters of one shape."""
    if {one.kind, other.kind} != {"layer"} or one.scopes != other.scopes:
        return False
    if starts_in(graph, one.nodes) != starts_in(graph, other.nodes):
        return False
    first, second = (
        [(n.op, n.shape, graph.input_shapes(n)) for n in (graph.nodes[i] for i in unit.nodes)]
        for unit in (one, other)
    )
    return first == second


def _extent(graph: Graph, unit: Unit) -> tuple[int, ...]:
    shape = graph.nodes[unit.ends[-1]].shape
    return shape[1:] if is_map(shape) else ()


def _shapes(graph: Graph, unit: Unit) -> list[Shape]:
    return [graph.nodes[node].shape for node in unit.nodes]


def _loose_together(graph: Graph, units: list[Unit]) -> list[Unit]:
    """Layers that follow each other outside all parts as one unit; maps and vectors stay apart."""
    links = Links(graph, units)
    found: list[list[Unit]] = []
    for place, unit in enumerate(units):
        loose = unit.kind in ("layer", "join")
        before = found[-1][-1] if found else None
        goes_on = before is not None and before.kind in ("layer", "join") and before.scopes == unit.scopes
        if loose and goes_on and links.sources[place] and not _classifier(graph, found[-1], unit):
            found[-1].append(unit)
        else:
            found.append([unit])
    return [run[0] if len(run) == 1 else _part(run) for run in found]


def _classifier(graph: Graph, run: list[Unit], unit: Unit) -> bool:
    """Whether the classifier begins here: after layers that do more than norms do, from a map to a vector or a pixel."""
    if all(graph.nodes[node].op.family in FOLLOWERS for other in run for node in other.nodes):
        return False
    before, after = (graph.nodes[u.ends[-1]].shape for u in (run[-1], unit))
    return _pixels(before) > 1 and _pixels(after) <= 1


def _pixels(shape: tuple[int, ...]) -> int:
    return shape[1] * shape[2] if is_map(shape) else 0


def _part(units: list[Unit]) -> Unit:
    """Units that follow each other as one that stands once; those of them that are parts are its period."""
    nodes = tuple(node for unit in units for node in unit.nodes)
    period = tuple(unit.period[0] for unit in units if unit.period)
    return Unit("part", nodes, units[0].scopes, period, (nodes[-1],))


def _periods(graph: Graph, units: list[Unit], period: int) -> list[Unit]:
    """Rows in which every ``period``-th unit is similar, joined."""
    links = Links(graph, units)
    auxiliary = _auxiliary(graph, units)
    found: list[Unit] = []
    place = 0
    while place < len(units):
        end = place + period
        while (
            end < len(units) and _similar(units[end - period], units[end]) and end - 1 in links.sources[end]
        ):
            if auxiliary[end] != auxiliary[place] or end - 1 in links.leaving:
                break
            end += 1
        turns = (end - place) // period
        if turns < 2 or any(
            len(unit.period) > 1 or (unit.times > 1 and period > 1) for unit in units[place:end]
        ):
            found.append(units[place])
            place += 1
            continue
        chunks = [units[place + t * period : place + (t + 1) * period] for t in range(turns)]
        found.append(joined([chunk[0] if period == 1 else _part(chunk) for chunk in chunks]))
        place += turns * period
    return found


def _similar(one: Unit, other: Unit) -> bool:
    first, second = one.part, other.part
    if first is None or second is None or one.scopes != other.scopes:
        return False
    return first.block == second.block and stem(first) == stem(second)
