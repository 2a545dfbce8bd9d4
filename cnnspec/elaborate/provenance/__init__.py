"""Where the arguments of a layer come from: their text in the spec, and the names in it followed to where they were given.

The spec is elaborated once more, and at the layers that are asked for the names in sight are kept, block by block. From
there on it is read like a person would: an argument is an expression in the layer's call, a name in it a ``let``, a loop
variable, or a parameter, which the call of the block gave or its head has as a default.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...ir import LAYERS, signature
from ...source import Span
from ...source.values import Value
from ...syntax import tree
from ..choice import chosen_model
from ..errors import Failure
from ..evaluate import RESERVED, Environment
from ..model import elaborate, parameter_values
from ..modules import Module
from ..values import Tensor, attribute
from .bindings import binder, holds, matched, names, turns
from .links import Chain, Link, bound, shown, text, text_of
from .watching import Everything, Seen, Watcher

__all__ = ["Chain", "Link", "argument_chains"]

_Known = dict[tuple[str, int], list[Span | None]]
"""By name and level, the places that have been told already."""


def argument_chains(module: Module, layers: Collection[str]) -> dict[str, dict[str, Chain]]:
    """For each of ``layers`` (names of nodes) its arguments that the spec gives, and where each comes from.

    An argument that is left out has no chain, unless a ``default(…)`` sets it. The input's one argument is ``shape``.
    Layers that another section put into the network are left out.
    Raises :class:`~cnnspec.source.SpecError` as ``elaborate`` does.
    """
    watcher = Watcher(recorder=Everything(), wanted=frozenset(layers))
    elaborate(module, watcher)
    found = {name: _Tracer(module, seen).arguments() for name, seen in watcher.seen.items()}
    if "input" in layers:
        found["input"] = _input_chain(module)
    return found


def _input_chain(module: Module) -> dict[str, Chain]:
    model = chosen_model(module).model
    environment = Environment(dict(parameter_values(module)))
    seen = Seen(tree.Call("input"), (model,), (environment,), (), {})
    tracer = _Tracer(module, seen)
    more = [link for dimension in model.input for link in tracer.follow(dimension, 0)]
    written = text_of(model.input_span) or "input"
    return {"shape": (Link(written, model.input_span), *dict.fromkeys(more))}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _Tracer(Value):
    """Follows names from one layer outwards. ``level`` is the place of a definition among those around the layer."""

    module: Module
    seen: Seen

    def arguments(self) -> dict[str, Chain]:
        call, cls = self.seen.call, LAYERS.entries[self.seen.call.name]
        given = matched(call.arguments, [a.name for a in signature(cls)])
        level = self._level_of(call.span)
        chains = {
            name: tuple(dict.fromkeys((Link(text(value), value.span), *self.follow(value, level))))
            for name, value in given.items()
        }
        for name, default in self.seen.defaults.get(call.name, {}).items():
            if name not in chains:
                chains[name] = (Link(text_of(default.span), default.span, True),)
        return chains

    def _level_of(self, span: Span | None) -> int:
        """The definition that a text stands in; a layer that was handed in as a value stands in one further out."""
        definitions = self.seen.definitions
        around = [i for i, d in enumerate(definitions) if span and d.span and holds(d.span, span)]
        return around[-1] if around else len(definitions) - 1

    def follow(
        self, expression: tree.Tree, level: int, known: _Known | None = None, now: bool = True
    ) -> Iterator[Link]:
        """The links of the names in an expression, in their order, each once.

        ``now``: it was computed for the layer's own call, or for that of a block around it, so that tensors are still
        those that it saw; a ``let`` or a loop may have seen others.
        """
        known = {} if known is None else known
        for name, whole in names(expression):
            if isinstance(_value_of(tree.Name(name), self._environment(level)), Tensor) or name in RESERVED:
                yield from self._of_tensor(name, whole, level, now)
                continue
            binding = self._binding(name, expression.span, level, (name, level) in known)
            if binding is None or binding[0].span in known.get((name, level), ()):
                continue
            link, source, outer = binding
            known.setdefault((name, level), []).append(link.span)
            yield link
            if source is not None:
                yield from self.follow(source, outer, known, now and outer < level)

    def _of_tensor(self, name: str, whole: tree.Tree, level: int, now: bool) -> Iterator[Link]:
        """``in.channels = 64``; a tensor itself is no number, and has no link."""
        if not isinstance(whole, tree.Attribute):
            return
        written, number = text(whole), ""
        if now or name == "in":
            number = shown(_value_of(whole, self._environment(level)))
        told = f"{written} = {number}" if number else f"{written}, of the tensor there"
        yield Link(told, whole.span, measured=bool(number))

    def _environment(self, level: int) -> Environment:
        environments = self.seen.environments
        return environments[level] if 0 <= level < len(environments) else Environment()

    def _binding(
        self, name: str, before: Span | None, level: int, again: bool
    ) -> tuple[Link, tree.Tree | None, int] | None:
        """What gave a name its value, the expression that it was given, and where that stands.

        ``again``: the name has been followed already, so that this is a value from before, which is not known.
        """
        value = None if again else self._environment(level).values.get(name)
        definition = self.seen.definitions[level]
        statement = binder(definition.body, name, before)
        if isinstance(statement, tree.Let):
            return bound(name, statement.value, value, statement.span), statement.value, level
        if isinstance(statement, tree.For):
            head = f"{name} = {shown(value)}, in a turn of 'for'"
            return Link(head, statement.values.span), turns(statement, name), level
        return self._parameter(name, value, level)

    def _parameter(self, name: str, value: Any, level: int) -> tuple[Link, tree.Tree | None, int] | None:
        definition = self.seen.definitions[level]
        names = [p.name for p in definition.parameters]
        if name not in names:
            return None
        given = self._given(level, names)
        if name in given:
            source = given[name]
            outer = self._level_of(source.span) if level else -1
            return bound(name, source, value, source.span), source if level else None, outer
        default = definition.parameters[names.index(name)].default
        if default is None:
            return None
        spoken = default.span is not None and default.span.source.name.startswith(("<", "--set"))
        return bound(name, default, value, default.span, not spoken), default, level

    def _given(self, level: int, names: Sequence[str]) -> Mapping[str, tree.Expression]:
        """The arguments that a block, or the model, was called with."""
        if level > 0:
            return matched(self.seen.calls[level - 1].arguments, names)
        given: dict[str, tree.Expression] = {}
        for group in chosen_model(self.module).groups:
            given |= matched(group, names)
        return given


def _value_of(expression: tree.Tree, environment: Environment) -> Any:
    """What a name with attributes is in an environment; None where it has no value there."""
    if isinstance(expression, tree.Name):
        return environment.lookup(expression.name) if environment.has(expression.name) else None
    assert isinstance(expression, tree.Attribute)
    of = _value_of(expression.of, environment)
    try:
        return attribute(of, expression.name)
    except Failure:
        return None
