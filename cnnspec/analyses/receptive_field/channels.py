"""Fields channel by channel, where a layer reads some channels of a tensor alone.

The union over a tensor's channels follows from the unions of the tensors before it, unless a layer drops channels. So
channels are told apart only on the way to such layers, back to the layers that mix all channels: in most networks nowhere.
A tensor whose channels have more than ``MOST_FIELDS`` different fields counts as one whose channels all have the union.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...ir import MIXED, Graph, Mixing, Node, Shape
from .field import Field, joined, through

MOST_FIELDS = 256


def joined_inputs(graph: Graph, node: Node) -> tuple[int, ...]:
    """The inputs of a join whose fields are united: all but channel gates."""
    if not node.op.takes_gates:
        return node.inputs
    pairs = zip(node.inputs, graph.input_shapes(node), strict=True)
    return tuple(i for i, shape in pairs if shape == node.shape or shape[1:] != (1, 1))


def told_apart(graph: Graph) -> set[int]:
    """The nodes whose channels are followed: those that drop some, and what they are computed from."""
    waiting = [index for index, node in enumerate(graph.nodes) if node.op.drops_channels]
    found: set[int] = set()
    while waiting:
        index = waiting.pop()
        if index not in found:
            found.add(index)
            node = graph.nodes[index]
            waiting += () if _mixing(graph, node) is MIXED else joined_inputs(graph, node)
    return found


def _mixing(graph: Graph, node: Node) -> Mixing:
    return node.op.mixing(*graph.input_shapes(node))


class ChannelFields:
    """Fields of the channels of nodes, added in the graph's order."""

    def __init__(self, graph: Graph, image: tuple[int, int]) -> None:
        self.graph, self.image = graph, image
        self._of: dict[int, tuple[Field, ...]] = {}
        self._known: dict[tuple[object, ...], Field] = {}

    def add(self, index: int, unions: Sequence[Field]) -> None:
        """A node after those that it is computed from; ``unions`` are the fields of nodes, over all their channels."""
        node = self.graph.nodes[index]
        inputs, mixing = joined_inputs(self.graph, node), _mixing(self.graph, node)
        if not inputs or mixing is MIXED:
            self._of[index] = (self.one(unions[index]),) * node.shape[0]
            return
        union = _Unions(self, node.shape)
        channels = self._seen(node, mixing.follow([self._of[i] for i in inputs], node.shape[0], union))
        few = len(set(map(id, channels))) <= MOST_FIELDS
        self._of[index] = channels if few else (union(channels),) * len(channels)

    def _seen(self, node: Node, mixed: Sequence[Field]) -> tuple[Field, ...]:
        """The fields of a node's channels from the fields of what each is computed from."""
        window = node.op.window(*self.graph.input_shapes(node))
        after = {id(f): self.one(through(f, window, self.image, node.shape)) for f in _distinct(mixed)}
        return tuple(after[id(f)] for f in mixed)

    def union(self, index: int) -> Field:
        """The field of a node: the union over its channels."""
        return joined(_distinct(self._of[index]), self.image, self.graph.nodes[index].shape)

    def one(self, made: Field) -> Field:
        """The object that stands for all fields equal to this one."""
        axes = ((a.lows, a.highs, a.jump, a.elements) for a in (made.height, made.width))
        return self._known.setdefault((made.whole, *axes), made)


class _Unions:
    """Unions of the fields of a tensor's channels, each made once."""

    def __init__(self, channels: ChannelFields, shape: Shape) -> None:
        self._channels, self._shape = channels, shape
        self._made: dict[frozenset[int], Field] = {}

    def __call__(self, fields: Sequence[Field]) -> Field:
        alike = frozenset(map(id, fields))
        if alike not in self._made:
            union = joined(_distinct(fields), self._channels.image, self._shape)
            self._made[alike] = self._channels.one(union)
        return self._made[alike]


def _distinct(fields: Sequence[Field]) -> list[Field]:
    return list({id(f): f for f in fields}.values())
