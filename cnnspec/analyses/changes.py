"""What became of one network in another, as a tree: parts by the scopes that both have, with the figures of either side.

``analyses/alignment/`` says which layers correspond. Here they are put into the scopes around them, so that every layer of
both networks is in exactly one leaf, and the figures of a part are the sums of those inside.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

from ..ir import Graph, Scope, Shape, scopes_around
from ..source.values import Value
from .alignment import Alignment, Pair
from .alignment.differences import Difference
from .cost import cost
from .memory import kept_for_backward
from .receptive_field import Field, receptive_fields

State = Literal["same", "resized", "changed", "removed", "added"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Side(Value):
    """A part in one of the networks. ``paths`` are its own, more than one where several were folded; ``title`` is the call
    that made it, ``block`` the block that this is of. ``layers`` are those inside; an input is none.

    ``params`` leave out running statistics; ``memory`` are the bytes that training keeps of the batch (float32); ``output``
    and ``field`` are those of the last layer. ``each`` has the parts that were folded into this one, their own figures with
    them.
    """

    paths: tuple[str, ...]
    title: str
    block: str | None
    layers: int
    params: int
    macs: int
    memory: int
    output: Shape
    field: Field
    folded: tuple[Side, ...] = ()

    @property
    def each(self) -> tuple[Side, ...]:
        return self.folded or (self,)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Part(Value):
    """A layer or scope of the first network and what it is in the second; one of the sides is None where only the other
    has it. ``differences`` are a layer's; ``parts`` are inside.

    "resized": nothing differs but sizes that follow from what comes before. ``moved``: removed here or added here, and the
    same elsewhere in the other network. ``times``: so many alike were folded into this one, and its figures are their sums.
    """

    state: State
    first: Side | None
    second: Side | None
    differences: tuple[Difference, ...] = ()
    parts: tuple[Part, ...] = ()
    times: int = 1
    moved: bool = False

    @property
    def some(self) -> Side:
        """The second network's side where there is one."""
        side = self.second or self.first
        assert side is not None
        return side

    @property
    def is_layer(self) -> bool:
        return not self.parts

    def leaves(self) -> Iterator[Part]:
        """The layers inside, or the layer itself."""
        if self.is_layer:
            yield self
        for part in self.parts:
            yield from part.leaves()


def changes(alignment: Alignment, batch: int = 1) -> Part:
    """The whole networks as one part; memory is that of ``batch`` samples."""
    tree = _Tree(alignment, batch)
    names = alignment.first.name, alignment.second.name
    return tree.part(_ROOT, _ROOT, names, (None, None))


def runs(parts: Sequence[Part]) -> list[Part]:
    """Neighbours that changed alike as one part each; what is inside of them likewise, but no further."""
    found = [list(run) for _, run in groupby(parts, _likeness)]
    return [run[0] if len(run) == 1 else _one(run) for run in found]


def folded(parts: Sequence[Part]) -> Part:
    """Neighbours that are told alike as one, without what is inside of them."""
    joined = together(parts)
    sides = _folded([part.first for part in parts]), _folded([part.second for part in parts])
    return replace(joined, first=sides[0], second=sides[1])


def _likeness(part: Part) -> object:
    """Equal for parts that changed alike, whatever their names and figures are."""
    told = tuple(d for d in part.differences if d.kind != "size")
    sides = tuple(None if side is None else (side.title, side.block) for side in (part.first, part.second))
    return part.state, part.moved, sides, told, tuple(map(_likeness, part.parts)), part.times


def _one(run: Sequence[Part]) -> Part:
    """Parts that are alike as one; those inside likewise."""
    last = run[-1]
    return Part(
        last.state,
        _folded([part.first for part in run]),
        _folded([part.second for part in run]),
        last.differences,
        tuple(_one(inner) for inner in zip(*(part.parts for part in run), strict=True)),
        sum(part.times for part in run),
        last.moved,
    )


def _folded(sides: Sequence[Side | None]) -> Side | None:
    total = _sum(sides)
    return total and replace(total, folded=tuple(one for side in sides if side for one in side.each))


def _sum(sides: Sequence[Side | None]) -> Side | None:
    there = [side for side in sides if side is not None]
    if not there:
        return None
    return replace(
        there[-1],
        paths=tuple(path for side in there for path in side.paths),
        layers=sum(side.layers for side in there),
        params=sum(side.params for side in there),
        macs=sum(side.macs for side in there),
        memory=sum(side.memory for side in there),
        folded=(),
    )


Key = tuple[str | None, str | None]
"""Paths of a scope in both networks."""
_ROOT: Key = ("", "")


class _Network:
    """One of the networks: figures by layer, and the scopes around layers and scopes."""

    def __init__(self, graph: Graph, batch: int) -> None:
        self.graph = graph
        costs = cost(graph)
        self.params, self.macs = costs.params, costs.macs
        self.memory = [batch * each for each in kept_for_backward(graph)]
        self.fields = receptive_fields(graph)
        chains = scopes_around((node.name for node in graph.nodes), graph.scopes)
        self.chains = [tuple(scope.path for scope in chain) for chain in chains]
        self.scopes = {scope.path: scope for scope in graph.scopes}
        outer = scopes_around(self.scopes, graph.scopes)
        self.around = {
            path: tuple(s.path for s in chain) for path, chain in zip(self.scopes, outer, strict=True)
        }

    def layer(self, index: int) -> Side:
        node = self.graph.nodes[index]
        title = f"{node.op.call_name} {node.op.label()}".strip()
        figures = self.params[index], self.macs[index], self.memory[index], node.shape, self.fields[index]
        return Side((node.name,), title, None, int(bool(node.inputs)), *figures)


class _Tree:
    """Layers in the scopes around them. A scope that only wraps what lies open in the other network is left out."""

    def __init__(self, alignment: Alignment, batch: int) -> None:
        self.networks = _Network(alignment.first, batch), _Network(alignment.second, batch)
        self._keys = self._scopes(alignment)
        self._inside: dict[Key, list[Key | Pair[int]]] = {_ROOT: []}
        for pair in alignment.layers:
            self._into(self._place(pair)).append(pair)

    def _scopes(self, alignment: Alignment) -> tuple[dict[str, Key], dict[str, Key]]:
        """Of either network the scopes that are shown, by their paths."""
        wraps: tuple[set[str], set[str]] = (set(), set())
        for pair in alignment.layers:
            if pair.first is not None and pair.second is not None:
                wraps[0].update(self.networks[0].chains[pair.first])
                wraps[1].update(self.networks[1].chains[pair.second])
        shown: tuple[dict[str, Key], dict[str, Key]] = ({}, {})
        for scopes in alignment.scopes:
            key = scopes.first, scopes.second
            alone = None in key
            for side, path in enumerate(key):
                if path is not None and not (alone and path in wraps[side]):
                    shown[side][path] = key
        return shown

    def _place(self, pair: Pair[int]) -> Key:
        indices = pair.first, pair.second
        return self._innermost(
            [None if i is None else n.chains[i] for n, i in zip(self.networks, indices, strict=True)]
        )

    def _innermost(self, chains: Sequence[tuple[str, ...] | None]) -> Key:
        """The innermost scope that holds what is in ``chains`` of scopes; None where a network does not have it."""
        side = 0 if chains[0] is not None else 1
        other = chains[1 - side]
        for path in reversed(chains[side] or ()):
            key = self._keys[side].get(path)
            if key is not None and (other is None or key[1 - side] in other):
                return key
        return _ROOT

    def _into(self, key: Key) -> list[Key | Pair[int]]:
        """What is in a scope; the scope is put into the one around it first."""
        if key not in self._inside:
            around = [None if p is None else n.around[p] for n, p in zip(self.networks, key, strict=True)]
            self._into(self._innermost(around)).append(key)
            self._inside[key] = []
        return self._inside[key]

    def part(self, key: Key, paths: Key, titles: Key, blocks: Key) -> Part:
        parts = tuple(
            self._layer(each) if isinstance(each, Pair) else self._scope(each) for each in self._inside[key]
        )
        first, second = (
            None
            if path is None
            else _total([p.first if side == 0 else p.second for p in parts], path, title, block)
            for side, (path, title, block) in enumerate(zip(paths, titles, blocks, strict=True))
        )
        return Part(_state(first, second, parts), first, second, parts=parts, moved=_moved(parts))

    def _scope(self, key: Key) -> Part:
        scopes = [None if p is None else n.scopes[p] for n, p in zip(self.networks, key, strict=True)]
        titles = tuple(scope and _title(scope) for scope in scopes)
        blocks = tuple(scope and scope.block for scope in scopes)
        return self.part(key, key, titles, blocks)  # type: ignore[arg-type]

    def _layer(self, pair: Pair[int]) -> Part:
        first = None if pair.first is None else self.networks[0].layer(pair.first)
        second = None if pair.second is None else self.networks[1].layer(pair.second)
        state: State = "resized" if pair.only_shape else pair.change
        return Part(state, first, second, pair.differences, moved=pair.moved is not None)


def _title(scope: Scope) -> str:
    """The block call; "" where it only has a label."""
    return scope.title if scope.block else ""


def _total(sides: Sequence[Side | None], path: str, title: str | None, block: str | None) -> Side | None:
    total = _sum(sides)
    return total and replace(total, paths=(path,), title=title or "", block=block)


def _state(first: Side | None, second: Side | None, parts: Sequence[Part]) -> State:
    if first is None or second is None:
        return "added" if first is None else "removed"
    states = {part.state for part in parts}
    if states == {"same"}:
        return "same"
    return "resized" if states <= {"same", "resized"} else "changed"


def together(parts: Sequence[Part]) -> Part:
    """Several parts as one, without what is inside of them."""
    first, second = _sum([part.first for part in parts]), _sum([part.second for part in parts])
    times = sum(part.times for part in parts)
    return Part(_state(first, second, parts), first, second, times=times, moved=_moved(parts))


def _moved(parts: Sequence[Part]) -> bool:
    """Whether all of it was, in one direction."""
    return all(part.moved for part in parts) and len({part.state for part in parts}) == 1
