"""Where the arguments of a layer come from: their text in the spec, and the names in it followed to where they were given.

The spec is elaborated once more, and at the layers that are asked for the names in sight are kept, block by block. From
there on it is read like a person would: an argument is an expression in the layer's call, a name in it a ``let``, a loop
variable, or a parameter, which the call of the block gave or its head has as a default.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..ir import LAYERS, signature
from ..source import Span
from ..source.values import Value
from ..syntax import tree
from .body import Builder
from .builtins import Defaults
from .choice import chosen_model
from .frame import Frame
from .model import elaborate, parameter_values
from .modules import Definition, Module
from .replay import Recorder
from .values import Tensor

_LONGEST = 40


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Link(Value):
    """One step on the way of a number: what is written, and where; ``default``: what holds where nothing is given."""

    text: str
    span: Span | None
    default: bool = False


_Known = dict[tuple[str, int], list[Span | None]]
"""By name and level, the places that have been told already."""

Chain = tuple[Link, ...]
"""From the layer's call outwards."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _Seen(Value):
    """A layer's call, and what was in sight around it: ``calls`` are those of the blocks around, outermost first."""

    call: tree.Call
    definitions: tuple[Definition, ...]
    values: tuple[Mapping[str, Any], ...]  # of each definition, outermost first
    own: Mapping[str, Any]
    calls: tuple[tree.Call, ...]
    defaults: Defaults


class _Everything(Recorder):
    """Copies nothing, so that every layer's call is walked."""

    def ask(self, *_: Any) -> None:
        return None


@dataclass(slots=True, eq=False, repr=False)
class _Watcher(Builder):
    """Grows the graph, and keeps what was in sight at the layers ``wanted``."""

    wanted: frozenset[str] = frozenset()
    seen: dict[str, _Seen] = field(default_factory=dict)
    calls: list[tuple[tree.Call, Frame]] = field(default_factory=list)

    def _instance(self, call: tree.Call, frame: Frame, label: str | None) -> None:
        self.calls.append((call, frame))
        try:
            Builder._instance(self, call, frame, label)
        finally:
            self.calls.pop()

    def _add(self, name: str, op: Any, inputs: Any, call: tree.Call, frame: Frame) -> Tensor:
        if name in self.wanted:
            around = [dict(outer.environment.values) for _, outer in self.calls]
            own = dict(frame.environment.values)
            calls = tuple(outer for outer, _ in self.calls)
            values = (*around, own)
            self.seen[name] = _Seen(call, frame.definitions, values, own, calls, frame.defaults)
        return Builder._add(self, name, op, inputs, call, frame)


def argument_chains(module: Module, layers: Collection[str]) -> dict[str, dict[str, Chain]]:
    """For each of ``layers`` (names of nodes) its arguments that the spec gives, and where each comes from.

    An argument that is left out has no chain, unless a ``default(…)`` sets it. The input's one argument is ``shape``.
    Layers that another section put into the network are left out.
    Raises :class:`~cnnspec.source.SpecError` as ``elaborate`` does.
    """
    watcher = _Watcher(recorder=_Everything(), wanted=frozenset(layers))
    elaborate(module, watcher)
    found = {name: _Tracer(module, seen).arguments() for name, seen in watcher.seen.items()}
    if "input" in layers:
        found["input"] = _input_chain(module)
    return found


def _input_chain(module: Module) -> dict[str, Chain]:
    model = chosen_model(module).model
    values = parameter_values(module)
    seen = _Seen(tree.Call("input"), (model,), (values,), values, (), {})
    tracer = _Tracer(module, seen)
    more = [link for dimension in model.input for link in tracer.follow(dimension, 0)]
    text = model.input_span.text if model.input_span else "input"
    return {"shape": (Link(" ".join(text.split()), model.input_span), *dict.fromkeys(more))}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _Tracer(Value):
    """Follows names from one layer outwards. ``level`` is the place of a definition among those around the layer."""

    module: Module
    seen: _Seen

    def arguments(self) -> dict[str, Chain]:
        call, cls = self.seen.call, LAYERS.entries[self.seen.call.name]
        given = _matched(call.arguments, [a.name for a in signature(cls)])
        level = self._level_of(call.span)
        chains = {
            name: tuple(dict.fromkeys((Link(_text(value), value.span), *self.follow(value, level))))
            for name, value in given.items()
        }
        for name, default in self.seen.defaults.get(call.name, {}).items():
            if name not in chains:
                chains[name] = (Link(_text_of(default.span), default.span, True),)
        return chains

    def _level_of(self, span: Span | None) -> int:
        """The definition that a text stands in; a layer that was handed in as a value stands in one further out."""
        definitions = self.seen.definitions
        around = [i for i, d in enumerate(definitions) if span and d.span and _holds(d.span, span)]
        return around[-1] if around else len(definitions) - 1

    def follow(self, expression: tree.Tree, level: int, known: _Known | None = None) -> Iterator[Link]:
        """The links of the names in an expression, in their order, each once; names of tensors have none."""
        known = {} if known is None else known
        for name, span in _names(expression):
            if name in ("in", "here"):
                yield Link(f"{_text_of(span)}, of the tensor that is there", span)
                continue
            binding = self._binding(name, expression.span, level, (name, level) in known)
            if binding is None or binding[0].span in known.get((name, level), ()):
                continue
            link, source, outer = binding
            known.setdefault((name, level), []).append(link.span)
            yield link
            if source is not None:
                yield from self.follow(source, outer, known)

    def _binding(
        self, name: str, before: Span | None, level: int, again: bool
    ) -> tuple[Link, tree.Tree | None, int] | None:
        """What gave a name its value, the expression that it was given, and where that stands.

        ``again``: the name has been followed already, so that this is a value from before, which is not known.
        """
        values = self.seen.own if level == len(self.seen.definitions) - 1 else self._values(level)
        value = values.get(name)
        if isinstance(value, Tensor):
            return None
        value = None if again else value
        definition = self.seen.definitions[level]
        statement = _binder(definition.body, name, before)
        if isinstance(statement, tree.Let):
            return Link(_equation(name, statement.value, value), statement.span), statement.value, level
        if isinstance(statement, tree.For):
            head = f"{name} = {_shown(value)}, in a turn of 'for'"
            return Link(head, statement.values.span), _turns(statement, name), level
        return self._parameter(name, value, level)

    def _values(self, level: int) -> Mapping[str, Any]:
        return self.seen.values[level] if level < len(self.seen.values) else {}

    def _parameter(self, name: str, value: Any, level: int) -> tuple[Link, tree.Tree | None, int] | None:
        definition = self.seen.definitions[level]
        names = [p.name for p in definition.parameters]
        if name not in names:
            return None
        given = self._given(level, names)
        if name in given:
            source = given[name]
            outer = self._level_of(source.span) if level else -1
            return Link(_equation(name, source, value), source.span), source if level else None, outer
        default = definition.parameters[names.index(name)].default
        if default is None:
            return None
        spoken = default.span is not None and default.span.source.name.startswith(("<", "--set"))
        return Link(_equation(name, default, value), default.span, not spoken), default, level

    def _given(self, level: int, names: Sequence[str]) -> Mapping[str, tree.Expression]:
        """The arguments that a block, or the model, was called with."""
        if level > 0:
            return _matched(self.seen.calls[level - 1].arguments, names)
        given: dict[str, tree.Expression] = {}
        for group in chosen_model(self.module).groups:
            given |= _matched(group, names)
        return given


def _matched(arguments: Sequence[tree.Argument], names: Sequence[str]) -> dict[str, tree.Expression]:
    return {
        argument.name or names[place]: argument.value
        for place, argument in enumerate(arguments)
        if argument.name or place < len(names)
    }


def _holds(outer: Span, inner: Span) -> bool:
    return outer.source is inner.source and outer.start <= inner.start and inner.end <= outer.end


def _children(node: tree.Tree) -> Iterator[tree.Tree]:
    """What a tree is made of, in the order of its text."""
    for name in node.__dataclass_fields__:
        yield from _trees(getattr(node, name))


def _trees(value: Any) -> Iterator[tree.Tree]:
    if isinstance(value, tree.Tree):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from _trees(each)


def _names(node: tree.Tree) -> Iterator[tuple[str, Span | None]]:
    """The names that an expression reads; an attribute of the tensor on the path as a whole."""
    if isinstance(node, tree.Attribute) and isinstance(node.of, tree.Name):
        yield node.of.name, node.span
    elif isinstance(node, tree.Name):
        yield node.name, node.span
    else:
        for child in _children(node):
            yield from _names(child)


def _binder(body: tree.Body, name: str, before: Span | None) -> tree.Let | tree.For | None:
    """The last ``let`` before a place, or loop around it, that gives ``name`` a value; as a last resort a later ``let``,
    whose value a loop carries on."""
    found = [
        node
        for node in _walk(body)
        if (isinstance(node, tree.Let) and node.name == name)
        or (isinstance(node, tree.For) and name in node.names)
    ]
    if before is None:
        return found[-1] if found else None
    earlier = [
        node for node in found if node.span and node.span.start < before.start and _reaches(node, before)
    ]
    candidates = earlier or [node for node in found if isinstance(node, tree.Let)]
    return candidates[-1] if candidates else None


def _reaches(node: tree.Let | tree.For, before: Span) -> bool:
    """Whether a name is there at a place: after its ``let``, or in its loop's body."""
    if isinstance(node, tree.For):
        return node.span is not None and _holds(node.span, before)
    return node.span is not None and node.span.end <= before.start


def _walk(body: Any) -> Iterator[Any]:
    for node in _trees(body):
        yield node
        yield from _walk(tuple(_children(node)))


def _turns(statement: tree.For, name: str) -> tree.Tree:
    """The list that a loop's variable goes through: of ``zip(a, b)`` the one of its place."""
    values, place = statement.values, statement.names.index(name)
    if (
        isinstance(values, tree.Call)
        and values.name == "zip"
        and len(values.arguments) == len(statement.names)
    ):
        return values.arguments[place].value
    return values


def _equation(name: str, source: tree.Tree, value: Any) -> str:
    """``width = 64``, or ``out = width * 4 = 256``."""
    text = _text(source)
    shown = _shown(value)
    if text == name:
        return f"{name} = {shown}" if shown else f"{name}, handed on"
    return f"{name} = {text}" if shown in ("", text) else f"{name} = {text} = {shown}"


def _text(expression: tree.Tree) -> str:
    return _text_of(expression.span)


def _text_of(span: Span | None) -> str:
    text = " ".join(span.text.split()) if span else ""
    return text if len(text) <= _LONGEST else text[: _LONGEST - 2] + " …"


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"{value:.6g}" if isinstance(value, float) else str(value)
    return ""
