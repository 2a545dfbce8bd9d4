"""The outputs of a network with what each one learns, and by which losses."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..analyses.output_range import limited
from ..ir import Graph, GraphOutput, Node, OpError, show
from ..source import Diagnostic, Diagnostics, Note, SpecError, did_you_mean
from .data.targets import Known
from .errors import TargetsMissing
from .experiment import Experiment
from .registries import Loss
from .task_errors import (
    ClassesDoNotFit,
    LossesDisagree,
    NotAVector,
    OutputNotNamed,
    OutputWithoutLoss,
    RawScoresWanted,
    TargetOutOfRange,
    TargetUnclear,
    UnknownOutput,
)
from .tasks.base import Task
from .tasks.classes import ClassTask, output_names
from .tasks.making import Wanted, make_task
from .wording import printable

if TYPE_CHECKING:
    from .data.dataset import Splits

Placed = tuple[int, Loss]
"""A loss and its number in the section ``loss``."""


@dataclass(frozen=True)
class Head:
    """An output: what it learns, the losses whose weighted sum teaches it, and what that sum counts."""

    output: str
    task: Task
    losses: tuple[Loss, ...]
    factor: float = 1.0
    auxiliary: bool = False


def known_of(splits: Splits) -> Known:
    """What is known of data that was read."""
    return Known(splits.train.targets.kinds, splits.names, splits.train.targets)


def check_heads(experiment: Experiment, known: Known | None) -> tuple[Head, ...]:
    """Raise :class:`SpecError` with all that is wrong between losses, outputs and (where it is known) the data; the heads
    as far as they can be told, none without knowing the data."""
    found = Diagnostics()
    with found.stage():
        shares = losses_of(experiment)
        for output in experiment.graph.outputs:
            for placed in shares[output.name]:
                with found.stage():
                    _check_shape(experiment, output, placed)
    found.raise_errors()
    return () if known is None else make_heads(experiment, known)


def make_heads(experiment: Experiment, known: Known) -> tuple[Head, ...]:
    """A head an output, in the graph's order; raises :class:`SpecError` with all that does not fit."""
    found, heads, shares = Diagnostics(), [], losses_of(experiment)
    for output in experiment.graph.outputs:
        with found.stage():
            heads.append(_head(experiment, output, shares[output.name], known))
    found.raise_errors()
    return tuple(heads)


def main_heads(heads: Sequence[Head]) -> tuple[Head, ...]:
    """Those that exist outside of training."""
    return tuple(head for head in heads if not head.auxiliary)


def class_heads(graph: Graph, loss: Loss, auxiliary_weight: float = 0.3) -> tuple[Head, ...]:
    """Heads of a network that sorts images into as many classes as it has outputs, all by ``loss``."""
    made = []
    for output in graph.outputs:
        count = graph.nodes[output.node].shape[0]
        task = ClassTask(output.name, output_names((), count), count)
        factor = auxiliary_weight if output.auxiliary else 1.0
        made.append(Head(output.name, task, (loss,), factor, output.auxiliary))
    return tuple(made)


def described(head: Head) -> str:
    """What an output learns, in a line: ``box learns boxes (left, top, right, bottom), by huber``."""
    names = [printable(name) for name in head.task.names]
    shown = ", ".join(names[:6]) + (f" … ({len(names)})" if len(names) > 6 else "")
    if isinstance(head.task, ClassTask) and head.task.binary:
        shown += f"; positive: {names[head.task.positive]}"
    by = " + ".join(
        f"{loss.weight:g} {loss.call_name}" if loss.weight != 1 else loss.call_name for loss in head.losses
    )
    return f"{head.output} learns {head.task.kind} ({shown}), by {by}"


def losses_of(experiment: Experiment) -> Mapping[str, list[Placed]]:
    """The losses of each output; raises :class:`SpecError` where it is not clear which is about which."""
    graph, found = experiment.graph, Diagnostics()
    main = [output.name for output in graph.main_outputs]
    shares: dict[str, list[Placed]] = {output.name: [] for output in graph.outputs}
    for placed in enumerate(experiment.losses):
        with found.stage():
            for name in _about(experiment, placed, main):
                shares[name].append(placed)
    for output in graph.outputs:
        if output.auxiliary and not shares[output.name] and len(main) == 1:
            shares[output.name] = shares[main[0]]
    if not found.errors:
        _check_taught(experiment, shares, found)
    found.raise_errors()
    return shares


def _about(experiment: Experiment, placed: Placed, main: Sequence[str]) -> list[str]:
    """The outputs that a loss names, or the only one."""
    (place, loss), graph = placed, experiment.graph
    names = [output.name for output in graph.outputs]
    if loss.of is not None:
        if loss.of not in names:
            hints = did_you_mean(loss.of, names)
            problem = UnknownOutput(call=loss.call_name, name=loss.of, model=graph.name, hints=hints)
            raise experiment.located(f"loss.{place}", problem, "of")
        return [loss.of]
    if len(main) == 1:
        return list(main)
    example = "  ".join(f"{loss.call_name}(of = {name})" for name in main[:2])
    not_named = OutputNotNamed(
        model=graph.name,
        count=len(main),
        names=", ".join(main),
        call=loss.call_name,
        hints=(
            f"give each a loss, e.g.: loss {{ {example} }}",
            "outputs that only help training are auxiliary",
        ),
    )
    if experiment.span(f"loss.{place}") is not None:
        raise experiment.located(f"loss.{place}", not_named)
    raise _at(experiment, "", graph.main_outputs[-1], not_named)


def _check_taught(experiment: Experiment, shares: Mapping[str, list[Placed]], found: Diagnostics) -> None:
    for output in experiment.graph.outputs:
        if not shares[output.name]:
            hints = (
                f"add one, such as cross_entropy(of = {output.name}), or huber(of = {output.name}) for numbers",
            )
            problem = OutputWithoutLoss(output=output.name, hints=hints)
            found.found.extend(_at(experiment, "", output, problem).diagnostics)


def _check_shape(experiment: Experiment, output: GraphOutput, placed: Placed) -> None:
    """Raise :class:`SpecError` where an output is no vector, or limited where raw scores are wanted."""
    (place, loss), graph = placed, experiment.graph
    node = graph.nodes[output.node]
    section = f"loss.{place}"
    if len(node.shape) != 1:
        hints = ("end the network with 'flatten  linear(classes)' or 'global_avgpool  flatten'",)
        shown = NotAVector(loss=loss.call_name, output=output.name, found=show(node.shape), hints=hints)
        raise _at(experiment, section, output, shown)
    limit = limited(graph, output.node)
    if limit is not None and (limit.node.op.sums_to_one or (loss.bounded and math.isfinite(limit.high))):
        raise _at_node(experiment, section, limit.node, _not_raw(loss, output.name, limit.node))


def _not_raw(loss: Loss, output: str, node: Node) -> RawScoresWanted:
    name = node.op.call_name
    applied = f"'{loss.call_name}' applies itself"
    low, high = node.op.output_range or (0.0, 0.0)
    limits = f"gives only values from {low:g} to {high:g}" + (
        ", which sum to 1" if node.op.sums_to_one else ""
    )
    return RawScoresWanted(
        loss=loss.call_name,
        output=output,
        layer=node.name,
        problem=applied if name == loss.bounded else limits,
        hints=(
            f"leave '{name}' out{': predictions are given as probabilities all the same' if loss.bounded else ''}",
        ),
    )


def _head(experiment: Experiment, output: GraphOutput, shares: Sequence[Placed], known: Known) -> Head:
    tasks = [_task(experiment, output, placed, known) for placed in shares]
    for (place, loss), task in zip(shares[1:], tasks[1:], strict=True):
        if task != tasks[0]:
            _disagree(
                experiment,
                output,
                shares[0][1],
                (place, loss),
                "target" if task.kind != tasks[0].kind else "scale",
            )
    losses = tuple(_fitted(experiment, placed, tasks[0], known) for placed in shares)
    factor = experiment.settings.auxiliary_weight if output.auxiliary else 1.0
    return Head(output.name, tasks[0], losses, factor, output.auxiliary)


def _disagree(experiment: Experiment, output: GraphOutput, first: Loss, second: Placed, what: str) -> None:
    problem = LossesDisagree(first=first.call_name, second=second[1].call_name, output=output.name, what=what)
    raise experiment.located(f"loss.{second[0]}", problem)


def _task(experiment: Experiment, output: GraphOutput, placed: Placed, known: Known) -> Task:
    (place, loss), node = placed, experiment.graph.nodes[output.node]
    with _placed(experiment, f"loss.{place}", output):
        return make_task(
            Wanted(output.name, node.name, node.shape[0], loss, known, experiment.graph.input_shape)
        )


def _fitted(experiment: Experiment, placed: Placed, task: Task, known: Known) -> Loss:
    (place, loss), targets = placed, known.targets
    if targets is None or not len(targets):
        return loss
    with _placed(experiment, f"loss.{place}", None):
        return loss.fitted(task, targets)


def check_reach(experiment: Experiment, heads: Sequence[Head], splits: Splits) -> None:
    """Raise :class:`SpecError` where the last layer cannot give the numbers that an output is to learn."""
    found, outputs = Diagnostics(), {output.name: output for output in experiment.graph.outputs}
    for head in heads:
        limit = limited(experiment.graph, outputs[head.output].node)
        if limit is None or head.losses[0].bounded or not len(splits.train):
            continue
        encoded = head.task.encoded(splits.train.targets_as_seen())
        least, most = float(encoded.min()), float(encoded.max())
        if least < limit.low - 1e-6 or most > limit.high + 1e-6:
            problem = _out_of_range(head, limit.node, (limit.low, limit.high), (least, most))
            found.found.extend(_at_node(experiment, "loss", limit.node, problem).diagnostics)
    found.raise_errors()


def _out_of_range(
    head: Head, node: Node, limits: tuple[float, float], reach: tuple[float, float]
) -> TargetOutOfRange:
    low, high, least, most = (f"{value:.4g}" for value in (*limits, *reach))
    scaled = getattr(head.losses[0], "scaled", False) and head.task.kind == "numbers"
    hints = [f"leave '{node.op.call_name}' out"]
    if scaled:
        hints.append(
            "numbers are learnt scaled to mean 0 and deviation 1, unless the loss says scaled = false"
        )
    return TargetOutOfRange(
        layer=node.name,
        low=low,
        high="any size" if high == "inf" else high,
        loss=head.losses[0].call_name,
        least=least,
        most=most,
        hints=tuple(hints),
    )


@contextmanager
def _placed(experiment: Experiment, section: str, output: GraphOutput | None) -> Iterator[None]:
    """``OpError`` as a diagnostic: at its argument, else at the loss, else at the layer of the output."""
    try:
        yield
    except OpError as error:
        if error.argument or output is None:
            raise experiment.error(section, error) from None
        raise _between(experiment, section, output, error.diagnostic) from None


def _between(experiment: Experiment, section: str, output: GraphOutput, diagnostic: Diagnostic) -> SpecError:
    """About a loss and the data, or about an output and the data: placed at the first, with a note of the other."""
    data, loss = experiment.span("data"), experiment.span(section)
    note = (Note("the data is given here", data),) if data else ()
    assumed = (_ASSUMED,) if loss is None and isinstance(diagnostic, _OF_THE_LOSS) else ()
    noted = replace(diagnostic, notes=(*diagnostic.notes, *note), hints=(*diagnostic.hints, *assumed))
    if isinstance(diagnostic, _OF_THE_LOSS) and loss is not None:
        return SpecError([replace(noted, span=loss)])
    return _at(experiment, section, output, noted if experiment.graph.nodes[output.node].span else diagnostic)


_ASSUMED = "the spec has no section 'loss', so it is cross_entropy"
_OF_THE_LOSS = (TargetsMissing, TargetUnclear, ClassesDoNotFit)


def _at(experiment: Experiment, section: str, output: GraphOutput, diagnostic: Diagnostic) -> SpecError:
    return _at_node(experiment, section, experiment.graph.nodes[output.node], diagnostic)


def _at_node(experiment: Experiment, section: str, node: Node, diagnostic: Diagnostic) -> SpecError:
    """Placed at a layer, where the spec has it, else at a section."""
    span = node.span or experiment.span(section) or experiment.span("data")
    notes = (*diagnostic.notes, *(node.origin if node.span else ()))
    return SpecError([replace(diagnostic, span=diagnostic.span or span, notes=notes)])
