"""In what two layers that correspond differ. Arguments are read from the ops' signatures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ...ir import Entry, Graph, Initialiser, Node, Op, show, signature
from ...source.values import Value
from ..freezing import starts_of, told

_SIDES = 4
Kind = Literal["op", "argument", "inputs", "size", "start", "training"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Difference(Value):
    """``what`` was ``before`` in the first network and is ``after`` in the second; ``str`` gives ``channels 64 → 128``.

    ``kind`` "op": another layer; "argument": one of its arguments; "inputs": their number, or what the layer takes; "size":
    the output's shape or that of a tensor of the layer, which follows from what comes before where nothing else differs;
    "start": its initialisers; "training": whether it is frozen, or till when.
    """

    kind: Kind
    what: str
    before: str
    after: str

    @property
    def starts(self) -> bool:
        """Whether it is about how the layer starts in training alone, not about what it computes."""
        return self.kind in ("start", "training")

    def __str__(self) -> str:
        return f"{self.what} {self.before} → {self.after}".strip()


class Comparison:
    """Compares layers of two networks of which the ``pairs`` (indices, rising) correspond."""

    def __init__(self, first: Graph, second: Graph, pairs: Mapping[int, int]) -> None:
        self.first, self.second, self.pairs = first, second, pairs
        self._firsts = {j: i for i, j in pairs.items()}
        self._sources = _sources(first, pairs.keys()), _sources(second, self._firsts.keys())

    def differences(self, first: int, second: int) -> tuple[Difference, ...]:
        """What differs, () where the layers do the same to the same."""
        one, other = self.first.nodes[first], self.second.nodes[second]
        ops = [] if one.op is other.op else list(self._of_ops(one, other))
        starts = [d for d in ops if d.kind == "start"]
        what = [d for d in ops if d.kind != "start"]
        return (
            *what,
            *self._of_inputs(one, other),
            *_of_shapes(one, other),
            *starts,
            *_of_freezing(one, other),
        )

    def _of_ops(self, one: Node, other: Node) -> Iterator[Difference]:
        """Arguments that differ as they are given, and in what they come to."""
        if type(one.op) is not type(other.op):
            yield Difference("op", "", one.op.call_name, other.op.call_name)
        filled = tuple(
            node.op.filled_in(*graph.input_shapes(node))
            for graph, node in ((self.first, one), (self.second, other))
        )
        for name in _shared_arguments(one.op, other.op):
            given = getattr(one.op, name), getattr(other.op, name)
            come_to = getattr(filled[0], name), getattr(filled[1], name)
            if given[0] != given[1] and come_to[0] != come_to[1] and given != (one.shape, other.shape):
                kind: Kind = "start" if isinstance(given[0], Initialiser) else "argument"
                before, after = come_to if None in given else given
                yield Difference(kind, name.replace("_", " "), told_value(before), told_value(after))

    def _of_inputs(self, one: Node, other: Node) -> Iterator[Difference]:
        if len(one.inputs) != len(other.inputs):
            yield Difference("inputs", "inputs", str(len(one.inputs)), str(len(other.inputs)))
        elif self._rewired(one, other):
            before, after = _names(self.first, one.inputs), _names(self.second, other.inputs)
            if before == after:
                after = ", ".join(map(self._name_in_first, other.inputs))
            yield Difference("inputs", "takes", before, after)

    def _name_in_first(self, index: int) -> str:
        """What the first network calls a node of the second; its own name where it has no counterpart."""
        counterpart = self._firsts.get(index)
        return self.second.nodes[index].name if counterpart is None else self.first.nodes[counterpart].name

    def _rewired(self, one: Node, other: Node) -> bool:
        """Whether two layers take what does not correspond, and no layer that was added or removed accounts for it."""
        before = [None if (s := self._sources[0][i]) is None else self.pairs[s] for i in one.inputs]
        after = [self._sources[1][j] for j in other.inputs]
        if one.op.commutative:
            return not _can_match(before, after)
        return any(a != b and None not in (a, b) for a, b in zip(before, after, strict=True))


def _can_match(before: Sequence[int | None], after: Sequence[int | None]) -> bool:
    """Whether, in some order, each is the same as its counterpart; None may be any."""
    left = Counter(before) - Counter(after), Counter(after) - Counter(before)
    known = [side.total() - side[None] for side in left]
    return known[0] <= after.count(None) and known[1] <= before.count(None)


def _sources(graph: Graph, paired: Collection[int]) -> list[int | None]:
    """For each node the nearest one before it that has a counterpart; None where tracks join before that."""
    found: list[int | None] = []
    for index, node in enumerate(graph.nodes):
        if index in paired:
            found.append(index)
        else:
            found.append(found[node.inputs[0]] if len(node.inputs) == 1 else None)
    return found


def _names(graph: Graph, indices: Sequence[int]) -> str:
    return ", ".join(graph.nodes[i].name for i in indices)


def _shared_arguments(one: Op, other: Op) -> list[str]:
    names = [a.name for a in signature(type(one))]
    if type(one) is type(other):
        return names
    there = {a.name for a in signature(type(other))}
    return [name for name in names if name in there]


def _of_shapes(one: Node, other: Node) -> Iterator[Difference]:
    if one.shape != other.shape:
        own = one.op.inputs == (0, 0)  # the network's input: nothing comes before it
        yield Difference("argument" if own else "size", "output", show(one.shape), show(other.shape))
    if one.parameters == () == other.parameters:
        return
    after = {spec.name: spec.shape for spec in other.parameters}
    for spec in one.parameters:
        if after.get(spec.name, spec.shape) != spec.shape:
            name = spec.name.replace("_", " ")
            yield Difference("size", name, show(spec.shape), show(after[spec.name]))


def _of_freezing(one: Node, other: Node) -> Iterator[Difference]:
    if not one.parameters or not other.parameters:
        return
    before, after = starts_of(one), starts_of(other)
    if before != after and before and after:
        yield Difference("training", "", told(before) or "trained", told(after) or "trained")


def told_value(value: Any) -> str:
    """An argument as one reads it: ``3x3``, ``true``, ``kaiming_normal(mode = fan_out)``."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "default"
    if isinstance(value, tuple):
        return _told_items(value)
    if isinstance(value, Entry):
        return _told_call(value)
    return number_text(value) if isinstance(value, float) else str(value)


def number_text(value: float) -> str:
    """As a person writes it: ``0.015``, ``1e-5``."""
    mantissa, sign, exponent = f"{value:g}".partition("e")
    return f"{mantissa}e{int(exponent)}" if sign else mantissa


def _told_items(values: tuple[Any, ...]) -> str:
    told_each = [told_value(v) for v in values]
    if len(values) == _SIDES:
        return _told_sides(told_each)
    return "x".join(told_each)


def _told_sides(sides: list[str]) -> str:
    """Left, right, top and bottom of a padding as one writes them: one number, (height, width), or all."""
    left, right, top, bottom = sides
    if (top, left) != (bottom, right):
        return f"({', '.join(sides)})"
    return top if top == left else f"({top}, {left})"


def _told_call(entry: Entry) -> str:
    arguments = ((a, getattr(entry, a.name)) for a in signature(type(entry)))
    given = ", ".join(f"{a.name} = {told_value(v)}" for a, v in arguments if v != a.default)
    return f"{entry.call_name}({given})" if given else entry.call_name
