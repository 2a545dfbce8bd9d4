"""Bodies to nodes: a small interpreter that walks the statements and grows the graph."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from ..ir import LAYERS, Node, Op, OpError, Scope, describe_value
from ..source import Diagnostic, Diagnostics, Note, Span
from ..syntax import tree
from .bind import Slot, argument_span, bind, match, place_error
from .builtins import BUILTINS, require, with_defaults
from .errors import (
    BadCount,
    ExpansionTooLarge,
    Failure,
    NotATensor,
    Poisoned,
    Recursion,
    RequirementFailed,
)
from .evaluate import Environment, evaluate, located
from .frame import MAX_DEPTH, MAX_NODES, MAX_STEPS, Frame, NamedOutput, TooLarge
from .layer_values import LayerValue, parameter_value
from .modules import Definition
from .names import Container, labels_of
from .replay import Recorder
from .values import UNKNOWN, Tensor, truth
from .wording import (
    call_title,
    check_label,
    check_name,
    index_of,
    layer_in_expression,
    loop_head,
    unknown_layer,
    unpack,
    wrong_input_count,
)

MAX_AT_ONE_PLACE = 3
"""Diagnostics of one kind at one place, which each turn of a loop may word anew."""


@dataclass(slots=True, eq=False, repr=False)
class Builder:
    """The graph so far, and everything found wrong."""

    nodes: list[Node] = field(default_factory=list)
    scopes: list[Scope] = field(default_factory=list)
    outputs: list[NamedOutput] = field(default_factory=list)
    found: Diagnostics = field(default_factory=Diagnostics)
    steps: int = 0
    parts: set[int] = field(default_factory=set)  # nodes that came with a model used as a part
    recorder: Recorder = field(default_factory=Recorder)
    _labels: dict[int, frozenset[str]] = field(default_factory=dict)
    _plain: dict[tuple[str, int], tuple[Op, Any]] = field(default_factory=dict)
    inside_blocks: set[int] = field(default_factory=set)  # nodes that blocks named as outputs
    _reported: set[tuple[str, Span | None, str]] = field(default_factory=set)
    _places: Counter[tuple[str, Span | None]] = field(default_factory=Counter)

    def report(self, diagnostic: Diagnostic, frame: Frame) -> None:
        """Keep a diagnostic, with the chain of instances that led to it; each place once."""
        key = (diagnostic.code, diagnostic.span, diagnostic.text)
        place = (diagnostic.code, diagnostic.span)
        if key not in self._reported and self._places[place] < MAX_AT_ONE_PLACE:
            self._places[place] += 1
            self._reported.add(key)
            self.found.add(replace(diagnostic, notes=(*diagnostic.notes, *frame.origin)))

    def run(self, body: Iterable[tree.Statement], frame: Frame) -> Tensor:
        """Walk a body from ``frame.current``; the tensor at its end."""
        for statement in body:
            self.step(statement, frame)
            if frame.stopped:
                frame.current = UNKNOWN
                break
        return frame.current

    def step(self, statement: tree.Statement, frame: Frame) -> None:
        """One statement; whatever is wrong with it is kept, and the path goes on unknown."""
        self.steps += 1
        if self.steps > MAX_STEPS:
            self._too_large(f"{MAX_STEPS:,} steps", statement, frame)
        try:
            _STATEMENTS[type(statement)](self, statement, frame, None)
        except Failure as failure:
            self.report(failure.diagnostic, frame)
            frame.current = UNKNOWN
        except Poisoned:
            frame.current = UNKNOWN

    def _too_large(self, limit: str, statement: tree.Tree, frame: Frame) -> None:
        self.report(ExpansionTooLarge(limit=limit, span=statement.span), frame)
        raise TooLarge

    # Calls

    def call(self, call: tree.Call, frame: Frame, label: str | None) -> None:
        """``relu``, ``conv(64, 3)``, ``bottleneck(64)``, or a tensor's name."""
        value = None if call.arguments else self._named(call.name, frame)
        if isinstance(value, Tensor):
            frame.current = value
        elif isinstance(value, LayerValue):
            self._apply_value(value, call, frame, label)
        elif call.name in frame.module.names:
            self._instance(call, frame, label)
        elif call.name in LAYERS.entries:
            frame.current = self.apply(call, (frame.current,), frame, label)
        elif call.name in BUILTINS:
            self._builtin(call, frame)
        else:
            raise Failure(unknown_layer(call, frame.environment, frame.module.names))

    def _named(self, name: str, frame: Frame) -> Any:
        """What a name alone stands for; a label does not hide a layer or block of its name."""
        environment = frame.environment
        is_call = name in frame.module.names or name in LAYERS.entries
        if is_call and name not in environment.values:
            return None
        return environment.lookup(name) if environment.has(name) else None

    def _apply_value(self, value: LayerValue, call: tree.Call, frame: Frame, label: str | None) -> None:
        """The layer or block that a parameter holds, applied to the current tensor."""
        environment = replace(value.environment, current=frame.current)
        origin = (Note(f"'{call.name}' is called here", call.span), *frame.origin)
        inner = replace(frame, module=value.module, environment=environment, origin=origin)
        self.call(value.call, inner, label)
        frame.current = inner.current

    def _builtin(self, call: tree.Call, frame: Frame) -> None:
        found = Diagnostics()
        try:
            if call.name == "require":
                require(call, frame.environment, found)
            else:
                frame.defaults = with_defaults(call, frame.defaults, frame.environment, found)
        except Failure as failure:
            # What follows relies on what is required.
            frame.stopped = isinstance(failure.diagnostic, RequirementFailed)
            raise
        finally:
            for diagnostic in found.found:
                self.report(diagnostic, frame)

    def apply(self, call: tree.Call, inputs: tuple[Tensor, ...], frame: Frame, label: str | None) -> Tensor:
        """The node of a layer applied to ``inputs``."""
        cls = LAYERS.entries[call.name]
        least, most = cls.inputs
        if len(inputs) < least or (most is not None and len(inputs) > most):
            raise Failure(wrong_input_count(call, cls, len(inputs)))
        op = self._op(call, cls, frame)
        name = self._node_name(call, frame, label)
        if op is None or any(tensor.node is None for tensor in inputs):
            return UNKNOWN
        return self._add(name, op, inputs, call, frame)

    def _op(self, call: tree.Call, cls: type[Op], frame: Frame) -> Op | None:
        """The layer with its arguments; one without any is the same wherever the same defaults hold."""
        defaults = frame.defaults.get(call.name)
        key = (call.name, id(defaults))
        if not call.arguments and key in self._plain:
            return self._plain[key][0]
        found = Diagnostics()
        known = {name: default.value for name, default in defaults.items()} if defaults else None
        op = bind(call.name, cls, call, frame.environment, found, known)
        for diagnostic in found.found:
            self.report(diagnostic, frame)
        if op is not None and not call.arguments:
            self._plain[key] = (op, defaults)  # which keeps its identity while it is kept
        return op

    def _add(self, name: str, op: Op, inputs: tuple[Tensor, ...], call: tree.Call, frame: Frame) -> Tensor:
        shapes = [tensor.shape for tensor in inputs]
        try:
            shape = op.output_shape(*shapes)
        except OpError as error:
            failure = place_error(error, call, type(op))
            default = frame.defaults.get(call.name, {}).get(error.argument or "")
            if default is not None and argument_span(error.argument, call, type(op)) is None:
                note = Note(f"'{error.argument}' is set here", default.span)
                failure = Failure(replace(failure.diagnostic, notes=(*failure.diagnostic.notes, note)))
            raise failure from None
        if len(self.nodes) >= MAX_NODES:
            self._too_large(f"{MAX_NODES:,} layers", call, frame)
        indices = tuple(t.node for t in inputs if t.node is not None)
        self.nodes.append(Node(name, op, indices, shape, op.parameters(*shapes), call.span, frame.origin))
        return Tensor(len(self.nodes) - 1, shape)

    def _node_name(self, call: tree.Call, frame: Frame, label: str | None) -> str:
        return frame.container.full(label or frame.container.numbered(call.name, call.span))

    # Blocks and models as parts

    def _instance(self, call: tree.Call, frame: Frame, label: str | None) -> None:
        module, definition = frame.module.names[call.name]
        self._check_depth(call, definition, frame)
        values = self._block_values(call, definition, frame)
        name = label or frame.container.numbered(call.name, call.span)
        path = frame.container.full(name)
        kind = "block" if isinstance(definition, tree.Block) else "model"
        self.scopes.append(Scope(path, call_title(call, definition, values), call.name, label is not None))
        origin = (Note(f"in {kind} '{call.name}', called here", call.span), *frame.origin)
        given = (frame.current.node, *(v.node for v in values.values() if isinstance(v, Tensor)))
        asked = self.recorder.ask(definition, values, frame, self) if kind == "block" else None
        if asked is not None and asked.recording is not None:
            copy = asked.recording.copy_nodes(self.nodes, self.scopes, path, given, origin)
            if copy is not None:
                self.steps += asked.recording.steps
                frame.current = copy
                return
        inner = Frame(
            module,
            Environment(values, {}, frame.current, frame.current),
            Container(path, self._labels_of(definition)),
            (*frame.definitions, definition),
            origin,
            defaults=frame.defaults,
        )
        self._fill_defaults(definition, inner)
        frame.current = self._run_part(definition, inner)
        if asked is not None:
            self.recorder.keep(asked, self, path, given, frame, len(origin))

    def _labels_of(self, definition: Definition) -> frozenset[str]:
        if id(definition) not in self._labels:
            self._labels[id(definition)] = frozenset(labels_of(definition.body))
        return self._labels[id(definition)]

    def _run_part(self, definition: Definition, inner: Frame) -> Tensor:
        outputs, first = self.outputs, len(self.nodes)
        self.outputs = []
        end = self.run(definition.body, inner)
        named = {output.name: output.tensor for output in self.outputs}
        if isinstance(definition, tree.Block):
            self.inside_blocks.update(t.node for t in named.values() if t.node is not None)
        self.outputs = outputs
        if isinstance(definition, tree.Model):
            self.parts.update(range(first, len(self.nodes)))
        return replace(end, inner={**inner.environment.labels, **named}) if end.node is not None else end

    def _check_depth(self, call: tree.Call, definition: Definition, frame: Frame) -> None:
        if any(definition is active for active in frame.definitions):
            between = [d.name for d in frame.definitions[index_of(definition, frame.definitions) + 1 :]]
            through = " through " + " and ".join(f"'{name}'" for name in between) if between else ""
            raise Failure(Recursion(name=call.name, through=through, span=call.name_span or call.span))
        if len(frame.definitions) >= MAX_DEPTH:
            raise Failure(ExpansionTooLarge(limit=f"{MAX_DEPTH} blocks inside each other", span=call.span))

    def _block_values(self, call: tree.Call, definition: Definition, frame: Frame) -> dict[str, Any]:
        slots = [Slot(p.name, p.default is None) for p in definition.parameters]
        found = Diagnostics()
        matched = match(call.name, call.span, call.arguments, slots, found)
        for diagnostic in found.found:
            self.report(diagnostic, frame)
        values = {
            name: parameter_value(argument.value, frame.environment, frame.module)
            for name, argument in matched.items()
        }
        if found.found:
            raise Poisoned
        return values

    def _fill_defaults(self, definition: Definition, inner: Frame) -> None:
        for parameter in definition.parameters:
            if parameter.name not in inner.environment.values and parameter.default is not None:
                value = parameter_value(parameter.default, inner.environment, inner.module)
                inner.environment.values[parameter.name] = value

    # Labels, groups, outputs

    def label(self, statement: tree.Label, frame: Frame, label: str | None) -> None:
        """``stem: conv(64, 7)``: a name for a layer, or a container for anything longer."""
        check_label(statement)
        span = statement.name_span or statement.span
        name = frame.container.labelled(statement.name, span, frame.in_loop)
        self._labelled(name, statement.statement, frame)
        for known in {name, statement.name}:
            frame.environment.labels[known] = frame.current

    def _labelled(self, name: str, statement: tree.Statement, frame: Frame) -> None:
        if isinstance(statement, tree.Call):
            _STATEMENTS[tree.Call](self, statement, frame, name)
            return
        path = frame.container.full(name)
        inner = Container(path, frozenset(labels_of((statement,))))
        self.scopes.append(Scope(path, name))
        labels = dict(frame.environment.labels)
        with self._inside(frame, inner):
            self.step(statement, frame)
        own = {k: v for k, v in frame.environment.labels.items() if labels.get(k) is not v}
        frame.environment.labels = labels
        if frame.current.node is not None:
            frame.current = replace(frame.current, inner=own)

    @contextmanager
    def _inside(self, frame: Frame, container: Container) -> Iterator[None]:
        outer, in_loop = frame.container, frame.in_loop
        frame.container, frame.in_loop = container, False
        try:
            yield
        finally:
            frame.container, frame.in_loop = outer, in_loop

    def group(self, statement: tree.Group, frame: Frame, label: str | None) -> None:
        self.run(statement.body, frame)

    def output(self, statement: tree.Output, frame: Frame, label: str | None) -> None:
        """``output box: linear(4)`` branches off; the path goes on from where it was."""
        span = statement.name_span or statement.span
        check_name(statement.name, span)
        before = frame.current
        name = frame.container.labelled(statement.name, span, frame.in_loop)
        self._labelled(name, statement.statement, frame)
        frame.environment.labels[statement.name] = frame.current
        self.outputs.append(NamedOutput(name, frame.current, statement.auxiliary, span))
        frame.current = before

    # Values and paths

    def let(self, statement: tree.Let, frame: Frame, label: str | None) -> None:
        """A value or tensor under a name, until the block ends or the name gets a new one."""
        environment = frame.environment
        check_name(statement.name, statement.name_span or statement.span)
        if isinstance(statement.value, tree.Path):
            before = frame.current
            self.step(statement.value, frame)
            environment.values[statement.name], frame.current = frame.current, before
            return
        value: Any = UNKNOWN
        try:
            value = evaluate(statement.value, environment)
        except Failure as failure:
            self.report(layer_in_expression(failure.diagnostic), frame)
        except Poisoned:
            pass  # what it depends on has been reported
        environment.values[statement.name] = value

    def path(self, statement: tree.Path, frame: Frame, label: str | None) -> None:
        try:
            start = evaluate(statement.start, frame.environment)
        except Failure as failure:
            raise Failure(layer_in_expression(failure.diagnostic)) from None
        if not isinstance(start, Tensor):
            span = statement.start.span
            written = span.text if span else "this"
            raise Failure(NotATensor(written=written, found=describe_value(start), span=span))
        frame.current = start
        self.run(statement.steps, frame)

    def join(self, statement: tree.Join, frame: Frame, label: str | None) -> None:
        """Parallel tracks from one tensor, joined by the call."""
        call = statement.call
        if call.name not in LAYERS.entries:
            raise Failure(unknown_layer(call, frame.environment, frame.module.names))
        start, ends = frame.current, []
        for track in statement.tracks:
            frame.current = start
            ends.append(self.run(track, frame))
        frame.current = self.apply(call, tuple(ends), frame, None)

    # Control

    def repeat(self, statement: tree.Repeat, frame: Frame, label: str | None) -> None:
        count = evaluate(statement.count, frame.environment)
        if isinstance(count, bool) or not isinstance(count, int) or count < 0:
            problem = f"repeat takes a whole number of at least 0, not {describe_value(count)}"
            raise Failure(BadCount(problem=problem, span=statement.count.span))
        if count > MAX_STEPS:
            self._too_large(f"{MAX_STEPS:,} steps", statement.count, frame)
        for turn in range(count):
            self._turn(statement, turn, frame)

    def loop(self, statement: tree.For, frame: Frame, label: str | None) -> None:
        values = evaluate(statement.values, frame.environment)
        if not isinstance(values, tuple):
            problem = f"for goes through a list, not {describe_value(values)}"
            raise Failure(BadCount(problem=problem, span=statement.values.span))
        for turn, value in enumerate(values):
            with located(statement.values.span):
                frame.environment.values.update(unpack(statement.names, value))
            self._turn(statement, turn, frame)

    def _turn(self, statement: tree.Repeat | tree.For, turn: int, frame: Frame) -> None:
        self.steps += 1
        if self.steps > MAX_STEPS:
            self._too_large(f"{MAX_STEPS:,} steps", statement, frame)
        word = "repeat" if isinstance(statement, tree.Repeat) else "for"
        outer, in_loop = frame.origin, frame.in_loop
        frame.origin = (Note(f"in turn {turn + 1} of this '{word}'", loop_head(statement)), *outer)
        frame.in_loop = True
        try:
            self.run(statement.body, frame)
        finally:
            frame.origin, frame.in_loop = outer, in_loop

    def branch(self, statement: tree.If, frame: Frame, label: str | None) -> None:
        condition = evaluate(statement.condition, frame.environment)
        with located(statement.condition.span):
            chosen = statement.body if truth(condition) else statement.orelse
        self.run(chosen or (), frame)


_STATEMENTS: dict[type, Callable[[Builder, Any, Frame, str | None], None]] = {
    tree.Call: Builder.call,
    tree.Label: Builder.label,
    tree.Group: Builder.group,
    tree.Output: Builder.output,
    tree.Let: Builder.let,
    tree.Path: Builder.path,
    tree.Join: Builder.join,
    tree.Repeat: Builder.repeat,
    tree.For: Builder.loop,
    tree.If: Builder.branch,
}
