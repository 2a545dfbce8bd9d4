"""What must hold of an experiment before anything is compiled."""

from __future__ import annotations

from dataclasses import replace

from ..ir import GraphOutput, OpError
from ..source import Diagnostic, Diagnostics, SpecError
from .data.dataset import Dataset, Splits
from .errors import NoData, NoTrainingImages, SeveralOutputs, TargetsMissing, TooFewOutputs
from .experiment import Experiment
from .registries import DataSource, Loss


def need_data(experiment: Experiment, verb: str) -> DataSource:
    """The data source, or :class:`SpecError` where the spec has none."""
    if experiment.data is None:
        hint = "add one, e.g.: data digits"
        raise SpecError([NoData(model=experiment.graph.name, verb=verb, hints=(hint,))])
    return experiment.data


def check_outputs(experiment: Experiment) -> None:
    """One main output, and every output of a shape that the loss takes; raises :class:`SpecError`."""
    graph, found = experiment.graph, Diagnostics()
    main = graph.main_outputs
    if len(main) != 1:
        names = ", ".join(o.name for o in main)
        hints = ("mark the outputs that only help training as auxiliary",)
        problem = SeveralOutputs(model=graph.name, count=len(main), names=names, hints=hints)
        found.add(_at_output(experiment, main[-1] if main else graph.outputs[0], problem))
    with found.stage():
        check_losses(experiment)
    found.raise_errors()


def check_losses(experiment: Experiment) -> None:
    """Every output of a shape that the loss takes; raises :class:`SpecError`."""
    graph, found = experiment.graph, Diagnostics()
    for output in graph.outputs:
        try:
            experiment.loss.check(graph.nodes[output.node].shape)
        except OpError as error:
            found.add(_at_output(experiment, output, error.diagnostic))
    found.raise_errors()


def check_classes(experiment: Experiment, classes: int, training_images: int) -> None:
    """As many outputs as the data has classes, and something to learn from; raises :class:`SpecError`."""
    if not training_images:
        raise experiment.located("data", NoTrainingImages())
    for output in experiment.graph.outputs:
        head = experiment.graph.nodes[output.node]
        if head.shape[0] < classes:
            raise SpecError([TooFewOutputs.of(head, classes, experiment.span("data"))])


def check_targets(experiment: Experiment, splits: Splits) -> None:
    """The data has what the loss takes; raises :class:`SpecError`."""
    wanted, found = experiment.loss.target, splits.train.targets.kinds
    if wanted not in found:
        problem = TargetsMissing(
            loss=experiment.loss.call_name, wanted=wanted, found=" and ".join(found) or "none"
        )
        raise experiment.located("data", problem)


def fitted_loss(experiment: Experiment, train: Dataset) -> Loss:
    """The loss for the training targets, such as weights of classes that follow from their numbers."""
    output = experiment.graph.main_outputs[0]
    try:
        return experiment.loss.fitted(train.targets, experiment.graph.nodes[output.node].shape[0])
    except OpError as error:
        raise experiment.error("loss", error) from None


def unused_outputs(experiment: Experiment, classes: int) -> str | None:
    """A remark where the network has more outputs than there are classes."""
    output = experiment.graph.main_outputs[0]
    count = experiment.graph.nodes[output.node].shape[0]
    if count <= classes:
        return None
    return f"the data has {classes} classes and the network {count} outputs; the others learn to stay low"


def _at_output(experiment: Experiment, output: GraphOutput, diagnostic: Diagnostic) -> Diagnostic:
    node = experiment.graph.nodes[output.node]
    span = node.span or experiment.span("data")
    return (
        diagnostic
        if diagnostic.span
        else replace(diagnostic, span=span, notes=(*diagnostic.notes, *node.origin))
    )
