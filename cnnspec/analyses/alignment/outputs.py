"""In what the outputs of two networks differ: their names, their order, and which of them exist only in training."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from ...ir import GraphOutput
from ...source.values import Value
from .model import Alignment

Kind = Literal["removed", "added", "renamed", "auxiliary", "main", "layer", "order"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class OutputChange(Value):
    """An output that was ``before`` is ``after``.

    "removed", "added": one of the two is ""; "renamed": the same layer gives it; "auxiliary", "main": it exists only in
    training now, or no longer only there; "layer": these layers give it; "order": all names that both have.
    """

    kind: Kind
    before: str
    after: str


def output_changes(alignment: Alignment) -> tuple[OutputChange, ...]:
    """What differs; () where both give the same under the same names."""
    there = {p.first: p.second for p in alignment.layers if p.first is not None and p.second is not None}
    first, second = alignment.first.outputs, alignment.second.outputs
    pairs = _namesakes(first, second)
    pairs |= _renamed(first, second, pairs, there)
    found = [change for one, other in pairs.items() for change in _of_pair(first[one], second[other])]
    found += [OutputChange("removed", o.name, "") for place, o in enumerate(first) if place not in pairs]
    added = (o for place, o in enumerate(second) if place not in pairs.values())
    found += [OutputChange("added", "", o.name) for o in added]
    order = (
        [second[pairs[one]].name for one in sorted(pairs)],
        [second[o].name for o in sorted(pairs.values())],
    )
    if order[0] != order[1]:
        return (*found, OutputChange("order", ", ".join(order[0]), ", ".join(order[1])))
    return (*found, *_of_layers(alignment, pairs, there))


Outputs = tuple[GraphOutput, ...]


def _namesakes(first: Outputs, second: Outputs) -> dict[int, int]:
    """The places of outputs of one name."""
    places = {output.name: place for place, output in enumerate(second)}
    return {place: places[output.name] for place, output in enumerate(first) if output.name in places}


def _renamed(
    first: Outputs, second: Outputs, known: Mapping[int, int], there: Mapping[int, int]
) -> dict[int, int]:
    """The places of other outputs that layers give which correspond."""
    places = {o.node: place for place, o in enumerate(second) if place not in known.values()}
    nodes = ((place, there.get(o.node)) for place, o in enumerate(first) if place not in known)
    return {place: places[node] for place, node in nodes if node in places}


def _of_pair(one: GraphOutput, other: GraphOutput) -> Iterator[OutputChange]:
    if one.name != other.name:
        yield OutputChange("renamed", one.name, other.name)
    if one.auxiliary != other.auxiliary:
        yield OutputChange("auxiliary" if other.auxiliary else "main", one.name, other.name)


def _of_layers(
    alignment: Alignment, pairs: Mapping[int, int], there: Mapping[int, int]
) -> Iterator[OutputChange]:
    """Outputs that another layer gives now, though both layers have a counterpart."""
    nodes = alignment.first.nodes, alignment.second.nodes
    for one, other in pairs.items():
        before, after = alignment.first.outputs[one].node, alignment.second.outputs[other].node
        if there.get(before, after) != after and after in there.values():
            yield OutputChange("layer", nodes[0][before].name, nodes[1][after].name)
