"""Two networks, aligned: from the levels of their trees to pairs of all their layers and scopes."""

from __future__ import annotations

from collections.abc import Iterator

from ...ir import Graph
from .best import best, in_one_order
from .differences import Comparison
from .model import Alignment, Pair
from .order import Numbers, merged
from .scopes import partners, scope_pairs


def align(first: Graph, second: Graph) -> Alignment:
    """Which layers and scopes of ``first`` are which of ``second``. Names play a part, but a small one: a layer that is
    inserted is added, and those after it, which are counted on, are still the same.

    Where heads, or tracks of a join, stand in another order, the ``second`` of the result has them in that of ``first``,
    if it can. ``align(b, a)`` is ``align(a, b)`` with its sides swapped. The time is near linear in the number of layers.
    """
    turned = _order(second) < _order(first)
    found = best(second, first).turned() if turned else best(first, second)
    found = in_one_order(found, first, second)
    one, other = found.first, found.second
    pairs = tuple(_layer_pairs(one, other, found.layers, found.moved))
    paths = found.turned().scopes if turned else found.scopes
    scopes = [(j, i) for i, j in partners(other, one, paths)] if turned else partners(one, other, paths)
    return Alignment(one, other, pairs, tuple(scope_pairs(one, other, pairs, scopes)))


def _order(graph: Graph) -> tuple[object, ...]:
    """By this the networks are put in one order, so that ties are broken alike whichever is given first."""
    nodes = [(n.name, n.op.call_name, n.inputs, n.shape) for n in graph.nodes]
    return len(nodes), nodes, [(s.path, s.block or "") for s in graph.scopes]


def _layer_pairs(
    first: Graph, second: Graph, found: list[Numbers], moved: list[Numbers]
) -> Iterator[Pair[int]]:
    there, here = dict(moved), {j: i for i, j in moved}
    comparison = Comparison(first, second, dict(found))
    for i, j in merged(found, len(first.nodes), len(second.nodes)):
        if i is None or j is None:
            elsewhere = here.get(j) if j is not None else there.get(i) if i is not None else None
            yield Pair(i, j, "added" if i is None else "removed", moved=elsewhere)
            continue
        differences = comparison.differences(i, j)
        only_shape = bool(differences) and all(d.kind == "size" for d in differences)
        yield Pair(i, j, "changed" if differences else "same", only_shape, differences)
