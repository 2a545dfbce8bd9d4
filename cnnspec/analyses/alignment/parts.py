"""A network as a tree of parts, and numbers that are equal where parts hold the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ...ir import Graph, Node, Op, Scope, Shape, scopes_around
from ..depth import has_weights


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A layer, or a scope with the parts in it: the nodes from ``start`` up to ``stop``.

    ``content`` numbers the ops inside, without names and shapes; ``key`` that, the shapes that enter and leave, the
    block, and whether it is a layer that gives an ``output`` of the network.
    ``mark`` is its name, as seen from inside the scope around it, or only the number where that was counted, not
    ``labelled`` by a person.
    """

    start: int
    stop: int
    mark: str
    labelled: bool
    content: int
    key: int
    enters: Shape
    shape: Shape
    output: bool = False
    scope: Scope | None = None
    parts: tuple[Part, ...] = ()

    @property
    def size(self) -> int:
        return self.stop - self.start

    @property
    def indices(self) -> range:
        """Of the layers inside, or of the layer."""
        return range(self.start, self.stop)


Parts = Sequence[Part]


@dataclass(frozen=True, slots=True, eq=False)
class Bag:
    """What a content holds, whatever its order; a layer with weights weighs two, any other one."""

    weight: int
    kinds: Counter[type[Op]]
    layers: Counter[int]

    @staticmethod
    def of(bags: Iterable[Bag]) -> Bag:
        weight, kinds, layers = 0, Counter[type[Op]](), Counter[int]()
        for bag in bags:
            weight += bag.weight
            kinds.update(bag.kinds)
            layers.update(bag.layers)
        return Bag(weight, kinds, layers)


@dataclass(frozen=True, slots=True, eq=False)
class Contents:
    """Numbers for contents, the same for both networks; ``ops`` and ``bags`` say what is behind a number."""

    ops: dict[int, Op] = field(default_factory=dict)
    bags: dict[int, Bag] = field(default_factory=dict)
    _numbers: dict[object, int] = field(default_factory=dict)
    _seen: dict[tuple[int, int], int] = field(default_factory=dict)

    def number(self, thing: object) -> int:
        return self._numbers.setdefault(thing, len(self._numbers))

    def layer(self, node: Node) -> int:
        """The content of one layer: its op and how many inputs that takes."""
        same_object = id(node.op), len(node.inputs)  # copies of a block share ops; a hash of one takes long
        if same_object not in self._seen:
            op = node.op.filled_in()
            content = self._seen[same_object] = self.number((op, len(node.inputs)))
            weight = 1 + has_weights(node)
            self.ops[content] = op
            self.bags[content] = Bag(weight, Counter({type(node.op): weight}), Counter({content: weight}))
        return self._seen[same_object]

    def scope(self, parts: Parts) -> int:
        content = self.number(tuple(p.content for p in parts))
        if content not in self.bags:
            self.bags[content] = Bag.of(self.bags[p.content] for p in parts)
        return content


def parts_of(graph: Graph, contents: Contents) -> tuple[Part, ...]:
    """The outermost parts of a network in its order."""
    chains = scopes_around((node.name for node in graph.nodes), graph.scopes)
    outputs = frozenset(o.node for o in graph.outputs)
    return _Reader(graph, chains, outputs, contents).read(0, len(graph.nodes), 0)


@dataclass(frozen=True, slots=True, eq=False)
class _Reader:
    graph: Graph
    chains: list[tuple[Scope, ...]]
    outputs: frozenset[int]
    contents: Contents

    def read(self, start: int, stop: int, depth: int) -> tuple[Part, ...]:
        """The parts among nodes that lie in the same scope ``depth`` deep."""
        parts = []
        while start < stop:
            end = self._end(start, stop, depth)
            scope = self.chains[start][depth] if len(self.chains[start]) > depth else None
            parts.append(
                self._layer(start, depth) if scope is None else self._scope(scope, start, end, depth)
            )
            start = end
        return tuple(parts)

    def _end(self, start: int, stop: int, depth: int) -> int:
        here = self.chains[start][: depth + 1]
        end = start + 1
        while len(here) > depth and end < stop and self.chains[end][depth : depth + 1] == here[depth:]:
            end += 1
        return end

    def _layer(self, index: int, depth: int) -> Part:
        node = self.graph.nodes[index]
        content = self.contents.layer(node)
        mark, labelled = _mark(node.name, self.chains[index][:depth], node.op.call_name)
        enters = self.graph.nodes[node.inputs[0]].shape if node.inputs else ()
        output = index in self.outputs
        key = self.contents.number((content, enters, node.shape, output))
        return Part(index, index + 1, mark, labelled, content, key, enters, node.shape, output)

    def _scope(self, scope: Scope, start: int, stop: int, depth: int) -> Part:
        parts = self.read(start, stop, depth + 1)
        content, enters, shape = self.contents.scope(parts), parts[0].enters, parts[-1].shape
        mark, labelled = _mark(scope.path, self.chains[start][:depth], scope.block)
        key = self.contents.number((content, enters, shape, scope.block))
        return Part(start, stop, mark, labelled, content, key, enters, shape, False, scope, parts)


def _mark(path: str, outer: tuple[Scope, ...], what: str | None) -> tuple[str, bool]:
    """The mark of a part, and whether it is a label: its name is not that of its op or block ``what`` and a number."""
    name = path[len(outer[-1].path) + 1 :] if outer else path
    number = name.removeprefix(what) if what else name
    return (number, False) if what and name.startswith(what) and number.isdecimal() else (name, True)
