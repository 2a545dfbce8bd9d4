"""Equal instances of a block are elaborated once: the others are copies under other names.

What a block makes follows from its arguments, the shapes of the tensors that it takes, and the defaults in force. So an
instance that went well is kept, and where those are the same again its nodes are copied. A network of fifty equal
blocks takes little longer than one of five.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..ir import Node, OpError, Scope, Shape
from ..source import Note
from . import values as _values
from .builtins import Defaults
from .frame import MAX_DEPTH, MAX_NODES, MAX_STEPS, Frame
from .layer_values import LayerValue
from .modules import Definition
from .values import Tensor

if TYPE_CHECKING:
    from .body import Builder

Key = tuple[Hashable, ...]


def key_of(definition: Definition, given: Mapping[str, Any], entry: Tensor, defaults: Defaults) -> Key | None:
    """What an instance of ``definition`` follows from but for shapes; None where that is more than can be compared.

    Tensors count by which of them are the same one.
    """
    tensors = _tensors(given, entry)
    if any(tensor.node is None for tensor in tensors):
        return None
    places = {node: place for place, node in reversed(list(enumerate(t.node for t in tensors)))}
    parts: list[Hashable] = [id(definition), id(defaults)]
    for name, value in given.items():
        if isinstance(value, Tensor):
            parts.append((name, places[value.node]))
        elif isinstance(value, LayerValue):
            if value.call.arguments:
                return None
            parts.append((name, value.call.name, id(value.module)))
        elif _holds_tensors(value):
            return None
        else:
            parts.append((name, repr(value)))  # 1, 1.0 and true are different
    return tuple(parts)


def _tensors(given: Mapping[str, Any], entry: Tensor) -> list[Tensor]:
    return [entry, *(value for value in given.values() if isinstance(value, Tensor))]


def _holds_tensors(value: Any) -> bool:
    """Whether a list holds what has no text of its own to be compared by."""
    if isinstance(value, tuple):
        return any(map(_holds_tensors, value))
    return not isinstance(value, bool | int | float | str)


@dataclass(eq=False, repr=False)
class Recording:
    """What an instance made: its nodes from number ``start``, the scopes in it, the tensor at its end.

    ``outside`` are the nodes that it took, ``used`` the definitions that it called, ``levels`` deep; the last ``around``
    notes of an origin are those of what is around the instance. ``kept`` keeps alive what the key knows by identity.
    """

    path: str
    start: int
    nodes: tuple[Node, ...]
    scopes: tuple[Scope, ...]
    end: Tensor
    outside: tuple[int | None, ...]
    around: int
    steps: int
    used: frozenset[int]
    levels: int
    kept: tuple[Any, ...]
    is_shaped: (
        bool  # whether a size of a tensor was read, so that the layers are those for these shapes alone
    )

    @property
    def is_closed(self) -> bool:
        """Whether all that the nodes take is their own or was given to the block."""
        return all(i >= self.start or i in self.outside for node in self.nodes for i in node.inputs)

    def copy_nodes(
        self,
        nodes: list[Node],
        scopes: list[Scope],
        path: str,
        given: tuple[int | None, ...],
        origin: tuple[Note, ...],
    ) -> Tensor | None:
        """Add the nodes once more, as those of an instance at ``path`` that took ``given``; the tensor at its end.

        None, and nothing added, where a layer does not fit the shapes.
        """
        start, cut, first = self.start, len(self.path), len(nodes)
        offset = first - start
        taken = dict(zip(self.outside, given, strict=True))
        origins: dict[int, tuple[Note, ...]] = {}
        for node in self.nodes:
            if (whole := origins.get(id(node.origin))) is None:
                whole = origins[id(node.origin)] = node.origin[: len(node.origin) - self.around] + origin
            inputs: tuple[int, ...] = tuple([i + offset if i >= start else taken[i] for i in node.inputs])  # type: ignore[misc]
            shape, parameters = node.shape, node.parameters
            if not self.is_shaped:
                shapes = [nodes[i].shape for i in inputs]
                try:
                    shape, parameters = node.op.output_shape(*shapes), node.op.parameters(*shapes)
                except OpError:
                    del nodes[first:]
                    return None
            nodes.append(Node(path + node.name[cut:], node.op, inputs, shape, parameters, node.span, whole))
        for scope in self.scopes:
            scopes.append(Scope(path + scope.path[cut:], scope.title, scope.block, scope.labelled))
        return _moved(self.end, nodes, start, offset, taken)


def _moved(
    tensor: Tensor, nodes: list[Node], start: int, offset: int, taken: Mapping[int | None, int | None]
) -> Tensor:
    """A tensor of the recorded instance as that of the copy."""
    assert tensor.node is not None
    node = tensor.node + offset if tensor.node >= start else taken[tensor.node]
    assert node is not None
    inner = {name: _moved(each, nodes, start, offset, taken) for name, each in tensor.inner.items()}
    return Tensor(node, nodes[node].shape, inner)


def _is_within(tensor: Tensor, start: int, outside: tuple[int | None, ...]) -> bool:
    """Whether a tensor, and those that its labels lead to, are the instance's own or were given to it."""
    if tensor.node is None or (tensor.node < start and tensor.node not in outside):
        return False
    return all(_is_within(each, start, outside) for each in tensor.inner.values())


@dataclass(eq=False, repr=False)
class Asked:
    """A question for a recording: the key, the answer, and how much there was of everything at that time."""

    key: Key
    shapes: tuple[Shape, ...]
    recording: Recording | None
    definition: Definition
    marks: tuple[int, ...]


@dataclass(eq=False, repr=False)
class Recorder:
    """The recordings of one network, and the definitions entered so far (their id) with how deep they stood."""

    recordings: dict[Key, Recording] = field(default_factory=dict)
    entered: list[tuple[int, int]] = field(default_factory=list)

    def ask(
        self, definition: Definition, given: Mapping[str, Any], frame: Frame, builder: Builder
    ) -> Asked | None:
        """Whether an instance of ``definition`` in ``frame`` may be a copy; None where it cannot be known."""
        self.entered.append((id(definition), len(frame.definitions)))
        key = key_of(definition, given, frame.current, frame.defaults)
        if key is None:
            return None
        shapes = tuple(tensor.shape for tensor in _tensors(given, frame.current))
        recording = self.recordings.get((*key, shapes)) or self.recordings.get((*key, None))
        if recording is not None and not _may_copy(recording, frame, builder):
            recording = None
        if recording is not None:
            deepest = len(frame.definitions) + recording.levels - 1
            self.entered.extend((each, deepest) for each in recording.used)
        return Asked(key, shapes, recording, definition, self._marks(builder))

    def _marks(self, builder: Builder) -> tuple[int, ...]:
        """How much there is of everything that an instance can add to."""
        return (
            len(builder.nodes),
            len(builder.scopes),
            len(self.entered),
            len(builder.found.found),
            len(builder.parts),
            len(builder.inside_blocks),
            _values.labels_read,
            builder.steps,
            _values.shapes_read,
        )

    def keep(
        self,
        asked: Asked,
        builder: Builder,
        path: str,
        given: tuple[int | None, ...],
        frame: Frame,
        around: int,
    ) -> None:
        """Record an instance that went well, and made nothing that a copy could not make again."""
        before, after = asked.marks, self._marks(builder)
        start, scopes, entered = before[:3]
        if after[3:7] != before[3:7] or not _is_within(frame.current, start, given):
            return
        inside = self.entered[entered:]
        depth = len(frame.definitions)
        recording = Recording(
            path=path,
            start=start,
            nodes=tuple(builder.nodes[start:]),
            scopes=tuple(builder.scopes[scopes:]),
            end=frame.current,
            outside=given,
            around=around,
            steps=after[7] - before[7],
            used=frozenset(each for each, _ in inside),
            levels=max((level for _, level in inside), default=depth) + 1 - depth,
            kept=(asked.definition, frame.defaults),
            is_shaped=after[8] != before[8],
        )
        if recording.is_closed:
            self.recordings[(*asked.key, asked.shapes if recording.is_shaped else None)] = recording


def _may_copy(recording: Recording, frame: Frame, builder: Builder) -> bool:
    """Whether a copy keeps the bounds, and calls nothing that is being built."""
    return (
        all(id(definition) not in recording.used for definition in frame.definitions)
        and len(frame.definitions) + recording.levels <= MAX_DEPTH
        and len(builder.nodes) + len(recording.nodes) <= MAX_NODES
        and builder.steps + recording.steps <= MAX_STEPS
    )
