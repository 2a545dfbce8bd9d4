"""Layers as calls: an expression where one is enough, else a function for all layers that are computed alike.

What differs between the layers of a function are its arguments.
"""

from __future__ import annotations

import inspect
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...ir import Node, Op, signature
from ..tracing.nodes import SIZES
from ..tracing.steps import Input, Operand, Parameter, Trace, Value
from .expressions import ATOM, INFIX, Leaf, Text, default, expression, form_of, kinds, leaves, literal
from .quoting import docstring

WIDTH = 88
"""Of an expression; longer ones are cut into several."""
INPUTS = ("x", "y", "z")
_LOCALS = ("y", "z", "u", "v")
_WEIGHTS = ("w", "name")
_INPUT = "input_"


@dataclass(frozen=True)
class Layer:
    """A node with its trace."""

    node: Node
    trace: Trace

    @property
    def is_alias(self) -> bool:
        """Whether it gives what it takes."""
        return not self.trace.steps

    @property
    def owns(self) -> bool:
        return bool(self.trace.parameters)


@dataclass(frozen=True)
class Argument:
    """``attribute`` is that of the step that takes it, "" for a number in an expression."""

    name: str
    attribute: str
    default: Any


@dataclass(frozen=True)
class Helper:
    """A function: its text, and by leaf which argument stands there."""

    name: str
    text: str
    arguments: Mapping[Leaf, Argument]

    def call(self, layer: Layer, inputs: Sequence[str], name: str) -> str:
        """The call for a layer; ``name`` is an expression of its name."""
        given = dict.fromkeys(self.arguments.values())
        values = leaves(layer.trace)
        told = []
        for argument in given:
            value = next(values[leaf] for leaf, each in self.arguments.items() if each == argument)
            if value == argument.default:
                continue
            each = argument.attribute == "groups" and value == layer.trace.inputs[0][1]
            text = f"{inputs[0]}.shape[1]" if each else literal(argument.attribute, value)
            told.append(f"{argument.name}={text}")
        weights = ["w", name] if layer.owns else []
        return f"{self.name}({', '.join([*inputs, *weights, *told])})"


def is_inline(layer: Layer) -> bool:
    """Whether a layer is one expression that needs no function: it owns nothing, and is one step or plain sums."""
    steps = layer.trace.steps
    plain = all(
        step.method in INFIX and not any(isinstance(o, float) for o in step.operands) for step in steps
    )
    return not layer.owns and (len(steps) == 1 or plain)


SIZES_USED = frozenset({"n", *(name for names in SIZES.values() for name in names)})


def _texts(trace: Trace) -> set[str]:
    """The words of the sizes that a trace's texts use."""
    found: set[str] = set()
    for step in trace.steps:
        for kind in kinds(trace, step):
            if isinstance(kind, tuple):
                found.update(word for text in kind[1:] for word in text.split())
    return found


def inline(layer: Layer, inputs: Sequence[str]) -> str:
    """The layer as an expression of its inputs' names."""
    own = tuple(f"{_INPUT}{i}" for i in range(len(inputs)))
    text = Body(layer.trace, own, {}, {}).result(limit=10**6).text
    sizes = enumerate(("n", *SIZES.get(len(layer.trace.inputs[0]) - 1, ())))
    words = {**dict(zip(own, inputs, strict=True)), **{name: f"{inputs[0]}.shape[{i}]" for i, name in sizes}}
    return re.sub(r"\w+", lambda word: words.get(word[0], word[0]), text)


def helpers(layers: Sequence[Layer], taken: set[str]) -> dict[str, Helper]:
    """The functions of all layers that need one, by the layer's name. ``taken`` are names that are used already."""
    groups: dict[Any, list[Layer]] = {}
    for layer in layers:
        if not layer.is_alias and not is_inline(layer):
            groups.setdefault((layer.node.op.call_name, _skeleton(layer.trace)), []).append(layer)
    found: dict[str, Helper] = {}
    for (call, _), group in groups.items():
        made = _helper(free_name(call, taken), group)
        found |= {layer.node.name: made for layer in group}
    return found


def free_name(wanted: str, taken: set[str]) -> str:
    """``wanted``, or it with a number, whichever is not taken; it is from now on."""
    name, number = wanted, 2
    while name in taken:
        name, number = f"{wanted}_{number}", number + 1
    taken.add(name)
    return name


def _skeleton(trace: Trace) -> Any:
    """What traces of one function have in common: everything but values, and whether there is a bias."""
    steps = tuple(
        (step.method, _operand_kinds(step.method, step.operands), kinds(trace, step), len(step.shape))
        for step in trace.steps
    )
    return steps, tuple(map(len, trace.inputs)), trace.output


def _operand_kinds(method: str, operands: Sequence[Operand]) -> tuple[Any, ...]:
    kinds_of = ["number" if isinstance(o, float) else o for o in operands]
    if method in ("conv2d", "linear") and (operands[2] is None or isinstance(operands[2], Parameter)):
        kinds_of[2] = "number"
    return tuple(kinds_of)


def _helper(name: str, group: Sequence[Layer]) -> Helper:
    arguments = _arguments(group)
    model = max(group, key=lambda layer: len(layer.trace.parameters))  # it has the bias, if any has
    optional = {p for p in model.trace.parameters if any(p not in layer.trace.parameters for layer in group)}
    inputs = tuple(INPUTS[i] if i < len(INPUTS) else f"x{i}" for i in range(len(model.trace.inputs)))
    owned = {p: p if p.isidentifier() else f"p{i}" for i, p in enumerate(model.trace.parameters)}
    shown = {leaf: argument.name for leaf, argument in arguments.items()}
    body = Body(model.trace, inputs, owned, shown)
    body.taken.update(argument.name for argument in arguments.values())
    result = body.result(WIDTH)
    heads = _signature(inputs, bool(owned), list(dict.fromkeys(arguments.values())))
    lines = [f"def {name}({', '.join(heads)}):"]
    if doc := docstring((inspect.getdoc(type(model.node.op)) or "").partition("\n")[0]):
        lines.append(f"    {doc}")
    lines += [f"    {line}" for line in (*_loads(owned, optional), *_sizes(model.trace), *body.lines)]
    return Helper(name, "\n".join([*lines, f"    return {result.text}"]), arguments)


def _signature(inputs: Sequence[str], owns: bool, arguments: Sequence[Argument]) -> list[str]:
    required = [a.name for a in arguments if a.default is None]
    others = [f"{a.name}={literal(a.attribute, a.default)}" for a in arguments if a.default is not None]
    return [*inputs, *(_WEIGHTS if owns else ()), *required, *others]


def _loads(owned: Mapping[str, str], optional: set[str]) -> list[str]:
    """The parameters, two a line."""
    read = [
        (local, f'w.get(name + ".{p}")' if p in optional else f'w[name + ".{p}"]')
        for p, local in owned.items()
    ]
    pairs = [read[i : i + 2] for i in range(0, len(read), 2)]
    return [f"{', '.join(n for n, _ in pair)} = {', '.join(text for _, text in pair)}" for pair in pairs]


def _sizes(trace: Trace) -> list[str]:
    if not _texts(trace) & SIZES_USED:
        return []
    return [", ".join(("n", *SIZES[len(trace.inputs[0]) - 1])) + " = x.shape"]


def _arguments(group: Sequence[Layer]) -> dict[Leaf, Argument]:
    """Which values are arguments: those that differ, and what tinygrad would take by default otherwise."""
    values = [leaves(layer.trace) for layer in group]
    found: dict[Leaf, Argument] = {}
    known: dict[Any, Argument] = {}
    taken = {
        *INPUTS,
        *_LOCALS,
        *_WEIGHTS,
        *SIZES_USED,
        *(p for layer in group for p in layer.trace.parameters),
    }
    for leaf in values[0]:
        column = tuple(each[leaf] for each in values)
        step = group[0].trace.steps[leaf[0]]
        usual = default(step, leaf[1]) if step.method in ("conv2d",) else None
        if len(set(column)) == 1 and (usual is None or column[0] == usual):
            continue
        attribute = leaf[1] if leaf[2] == -1 else ""
        key = (attribute, column)
        if key not in known:
            wanted = attribute or _field([layer.node.op for layer in group], column) or "value"
            known[key] = Argument(free_name(wanted, taken), form_of(step, attribute), usual)
        found[leaf] = known[key]
    return found


def _field(ops: Sequence[Op], column: Sequence[Any]) -> str | None:
    """The layer's own argument that has these values."""
    names = (argument.name for argument in signature(type(ops[0])))
    return next(
        (name for name in names if all(getattr(op, name) == v for op, v in zip(ops, column, strict=True))),
        None,
    )


class Body:
    """A trace as lines and a last expression; what is used once stands where it is used."""

    def __init__(
        self, trace: Trace, inputs: tuple[str, ...], owned: Mapping[str, str], shown: Mapping[Leaf, str]
    ) -> None:
        self.trace, self.inputs, self.owned, self.shown = trace, inputs, owned, shown
        self.lines: list[str] = []
        self.taken = {*inputs, *owned.values(), *_WEIGHTS, *SIZES_USED}
        self._texts: dict[int, Text] = {}
        uses = Counter(o.step for step in trace.steps for o in step.operands if isinstance(o, Value))
        self._often = {number for number, count in uses.items() if count > 1}

    def result(self, limit: int) -> Text:
        """The expression that the trace gives, after ``lines``."""
        for number in range(len(self.trace.steps)):
            text = self._made(number, limit)
            self._texts[number] = self._named(text) if number in self._often else text
        found = self._operand(self.trace.output)
        assert found is not None
        return found

    def _made(self, number: int, limit: int) -> Text:
        step = self.trace.steps[number]
        while True:
            operands = enumerate(step.operands)
            texts = [self._operand(operand, (number, "", place)) for place, operand in operands]
            made = expression(self.trace, step, texts, lambda name, place: self._shown(number, name, place))
            if len(made.text) <= limit or not self._cut(step.operands):
                return made

    def _cut(self, operands: Sequence[Operand]) -> bool:
        """Give the longest operand a name of its own, if any has none yet."""
        steps = {o.step for o in operands if isinstance(o, Value)}
        long = [number for number in steps if not self._texts[number].text.isidentifier()]
        if not long:
            return False
        longest = max(long, key=lambda number: len(self._texts[number].text))
        self._texts[longest] = self._named(self._texts[longest])
        return True

    def _named(self, text: Text) -> Text:
        name = next((each for each in _LOCALS if each not in self.taken), None) or free_name("t", self.taken)
        self.taken.add(name)
        self.lines.append(f"{name} = {text.text}")
        return Text(name)

    def _operand(self, operand: Operand, leaf: Leaf | None = None) -> Text | None:
        if leaf is not None and leaf in self.shown:
            return Text(self.shown[leaf])
        if isinstance(operand, Value):
            return self._texts[operand.step]
        if isinstance(operand, Input):
            return Text(self.inputs[operand.number])
        if isinstance(operand, Parameter):
            return Text(self.owned[operand.name])
        return None if operand is None else Text(literal("", operand), ATOM)

    def _shown(self, number: int, name: str, place: int) -> str | None:
        leaf = (number, name, place)
        if leaf in self.shown:
            return self.shown[leaf]
        step = self.trace.steps[number]
        value = leaves(self.trace)[leaf]
        if name == "axis" and isinstance(value, tuple) and len(value) == 1:
            return repr(value[0])
        return None if place == -1 and value == default(step, name) else literal(form_of(step, name), value)
