"""Where a network can be cut so that what comes before is the same for an image in every step."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from ...ir import Graph, GraphOutput, Node
from ...ops.input import Input

FEATURES = "features"
"""The output of the part before a cut."""


def cut_of(graph: Graph, trained: Collection[str], still: Collection[int]) -> int | None:
    """The last node that all paths lead through behind which something is trained or left to chance, and before which
    nothing is; None where there is none.

    ``trained`` are full names of parameters, ``still`` nodes that compute in training as after it.
    """
    constant = _constant(graph, trained, still)
    furthest = list(range(len(graph.nodes)))
    for number, node in enumerate(graph.nodes):
        for each in node.inputs:
            furthest[each] = number
    outputs = {output.node for output in graph.outputs}
    reach, found = 0, None
    for number in range(len(graph.nodes)):
        if not constant[number]:
            break
        if number and reach <= number:  # no edge leads past this node
            found = number
        if number in outputs:
            break
        reach = max(reach, furthest[number])
    return found


def _constant(graph: Graph, trained: Collection[str], still: Collection[int]) -> list[bool]:
    found: list[bool] = []
    for number, node in enumerate(graph.nodes):
        moves = any(name in trained for name, _ in node.named_parameters)
        differs = node.op.differs_in_training and number not in still
        found.append(not moves and not differs and all(found[i] for i in node.inputs))
    return found


def before(graph: Graph, cut: int) -> Graph:
    """The part up to ``cut``, whose one output is what that gives."""
    return graph.ending((GraphOutput(FEATURES, cut),))


@dataclass(frozen=True)
class Rest:
    """The part behind a cut, which takes what the cut gave; ``numbers`` are those of its nodes by the ones in the whole."""

    graph: Graph
    numbers: Mapping[int, int]


def behind(graph: Graph, cut: int) -> Rest:
    """What follows ``cut``, with all outputs."""
    wanted = {output.node for output in graph.outputs}
    for number in range(len(graph.nodes) - 1, cut, -1):
        if number in wanted:
            wanted.update(graph.nodes[number].inputs)
    order = [cut, *sorted(number for number in wanted if number > cut)]
    numbers = {old: new for new, old in enumerate(order)}
    first = Node(graph.nodes[0].name, Input(graph.nodes[cut].shape), (), graph.nodes[cut].shape)
    nodes = (
        replace(graph.nodes[i], inputs=tuple(numbers[j] for j in graph.nodes[i].inputs)) for i in order[1:]
    )
    outputs = tuple(replace(output, node=numbers[output.node]) for output in graph.outputs)
    return Rest(replace(graph, nodes=(first, *nodes), outputs=outputs), numbers)
