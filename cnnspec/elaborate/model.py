"""A model and its arguments to a graph."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..ir import Graph, GraphOutput, Node, describe_value
from ..ops.input import Input
from ..source import Diagnostics, Note, SpecError
from ..syntax import tree
from .bind import Slot, match
from .body import Builder
from .choice import Choice, chosen_model
from .errors import BadInput, Failure, Poisoned, UnusedLayer
from .evaluate import Environment, evaluate
from .frame import Frame, NamedOutput, TooLarge
from .layer_values import parameter_value
from .modules import Module
from .names import Container, labels_of
from .spoken import with_spoken
from .static import check_unreached
from .values import Tensor


def elaborate(module: Module, builder: Builder | None = None) -> Graph:
    """The graph of a spec's model; raises :class:`SpecError` with everything that is wrong.

    ``builder`` is one that watches how the graph grows, where that is wanted.
    """
    builder = builder or Builder()
    choice = chosen_model(module)
    model = choice.model
    frame = Frame(choice.owner, Environment(), Container("", frozenset(labels_of(model.body))), (model,))
    if choice.uses and choice.span is not None:
        frame.origin = (Note(f"in model '{model.name}', used here", choice.span),)
    try:
        frame.environment.values = _model_values(choice, builder, frame, module)
        _enter(model, frame, builder)
        builder.run(model.body, frame)
    except Failure as failure:
        builder.report(failure.diagnostic, frame)
    except (Poisoned, TooLarge):
        pass  # what went wrong has been reported
    except RecursionError:
        raise SpecError([_too_deep(model)]) from None
    _check_rest(module, builder)
    builder.found.found = with_spoken(builder.found.found, choice)
    builder.found.raise_errors()
    name = module.path.stem if choice.uses and module.path else model.name
    return _graph(name, builder, frame.current)


def check_blocks(module: Module) -> None:
    """What can be told of a spec of blocks alone; raises :class:`SpecError` with everything that is wrong."""
    found = Diagnostics()
    found.found.extend(check_unreached(module))
    found.raise_errors()


def parameter_values(module: Module) -> dict[str, Any]:
    """The values that the parameters of a spec's model have."""
    builder, choice = Builder(), chosen_model(module)
    frame = Frame(choice.owner, Environment(), Container(), (choice.model,))
    try:
        return _model_values(choice, builder, frame, module)
    except Failure as failure:
        raise SpecError([failure.diagnostic]) from None
    except Poisoned:
        raise SpecError(builder.found.found) from None


def _too_deep(model: tree.Model) -> BadInput:
    return BadInput(problem="the model is nested too deeply", span=model.name_span or model.span)


def _check_rest(module: Module, builder: Builder) -> None:
    reported = {d.span for d in builder.found.found}
    for diagnostic in check_unreached(module):
        if diagnostic.span not in reported:
            builder.found.add(diagnostic)


def _model_values(choice: Choice, builder: Builder, frame: Frame, module: Module) -> dict[str, Any]:
    """The model's parameters: each ``use`` on the way may set some, defaults fill the rest."""
    model, found = choice.model, Diagnostics()
    matched: dict[str, tree.Argument] = {}
    for group in choice.groups:
        matched |= match(
            model.name, choice.span, group, [Slot(p.name, False) for p in model.parameters], found
        )
    given = tuple(replace(argument, name=name) for name, argument in matched.items())
    match(model.name, choice.span, given, [Slot(p.name, p.default is None) for p in model.parameters], found)
    for diagnostic in found.found:
        builder.report(diagnostic, frame)
    if found.found:
        raise Poisoned
    values = {
        name: parameter_value(argument.value, Environment(), module, choice.owner)
        for name, argument in matched.items()
    }
    for parameter in model.parameters:
        if parameter.name not in values and parameter.default is not None:
            values[parameter.name] = parameter_value(parameter.default, Environment(values), choice.owner)
    return values


def _enter(model: tree.Model, frame: Frame, builder: Builder) -> None:
    """The input node."""
    shape = []
    for dimension in model.input:
        value = evaluate(dimension, frame.environment)
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            problem = f"each size of 'input' is a whole number of at least 1, not {describe_value(value)}"
            raise Failure(BadInput(problem=problem, span=dimension.span))
        shape.append(value)
    tensor = Tensor(0, tuple(shape))
    builder.nodes.append(Node("input", Input(tensor.shape), (), tensor.shape, (), model.input_span))
    frame.container.taken["input"] = model.input_span
    frame.environment.entry = frame.environment.current = tensor


def _graph(name: str, builder: Builder, end: Tensor) -> Graph:
    outputs = list(builder.outputs)
    if all(output.auxiliary for output in outputs):
        outputs.insert(0, NamedOutput("output", end, False, None))
    assert all(output.tensor.node is not None for output in outputs)
    named = tuple(GraphOutput(o.name, o.tensor.node or 0, o.auxiliary) for o in outputs)
    graph = Graph(name, tuple(builder.nodes), named, tuple(builder.scopes))
    needed = graph.needed_by(graph.outputs)
    unused = [i for i in range(1, len(graph.nodes)) if i not in needed]
    _refuse_unused(graph, [i for i in unused if i not in builder.parts], builder)
    return graph.keep(needed, named) if unused else graph


def _refuse_unused(graph: Graph, unused: list[int], builder: Builder) -> None:
    """Report the ends of unused chains: a layer whose result no other layer takes."""
    taken = {i for node in graph.nodes for i in node.inputs}
    for index in unused:
        if index not in taken:
            node = graph.nodes[index]
            hints = ("end a path that is wanted with 'output NAME: …'",) if builder.outputs else ()
            if index in builder.inside_blocks:
                hints = ("outputs belong to a model: name this one there, 'auxiliary NAME: BLOCK'",)
            builder.found.add(UnusedLayer(name=node.name, span=node.span, notes=node.origin, hints=hints))
    builder.found.raise_errors()
