"""A spec with weights that were trained elsewhere, as a network that says what is on images."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..ir import GraphOutput
from ..source import Diagnostic, SpecError
from .data.normalization import Normalization, stated
from .experiment import Experiment
from .heads import check_heads
from .named import Named, as_measured, chosen_weights, named_experiment, read_weights
from .network import Trained
from .preparation import prepare
from .tasks import ClassTask, LabelTask, Task
from .weights import registry
from .weights.class_names import numbered, read_names
from .weights.registry_errors import ClassNamesMissing, NormalizationUnknown, OutputsNotClasses
from .weights.sources import WeightSource


def pretrained(named: Named, classes: Path | None = None) -> Trained:
    """The network, with the names of classes in the file ``classes``.

    Raises :class:`SpecError` where the spec, the weights, or one of them for the other, are at fault.
    """
    experiment = named_experiment(named)
    chosen = chosen_weights(named, experiment)
    experiment, _ = as_measured(experiment, registry.find(chosen.text))
    check_heads(experiment, None)
    source, arrays = read_weights(experiment, chosen)
    mode = {1: "gray", 3: "rgb"}.get(experiment.graph.input_shape[0], "as_is")
    names = _names(experiment, source, classes)
    return Trained(
        experiment,
        _tasks(experiment, names),
        arrays,
        _normalization(experiment, source, mode),
        mode=mode,
        remarks=_remarks(source, names),
    )


def _normalization(experiment: Experiment, source: WeightSource, mode: str) -> Normalization:
    """The spec's, else that of the weights; raises :class:`SpecError` where neither says."""
    said = stated(prepare(experiment, None, mode).evaluation)
    found = said or source.normalization_of(experiment.graph.input_shape[0])
    if found is None:
        hints = ("say it in the spec: evaluation { normalize(mean = […], std = […]) }",)
        raise SpecError([NormalizationUnknown(weights=source.text, hints=hints)])
    return found


def _names(experiment: Experiment, source: WeightSource, file: Path | None) -> tuple[str, ...]:
    """Names of the first output's numbers: those of ``file``, else those known with the weights, else none."""
    outputs = _features(experiment, experiment.graph.main_outputs[0])
    if file is not None:
        return read_names(file, outputs)
    return source.classes if len(source.classes) == outputs else ()


def _remarks(source: WeightSource, names: Sequence[str]) -> tuple[Diagnostic, ...]:
    entry = registry.find(source.text)
    if entry is None or names:
        return ()
    return (ClassNamesMissing(name=entry.name, hints=(entry.class_names.origin.how(entry.name),)),)


def _tasks(experiment: Experiment, names: tuple[str, ...]) -> tuple[Task, ...]:
    outputs = experiment.graph.main_outputs
    known = [names, *[()] * (len(outputs) - 1)]
    return tuple(_task(experiment, output, each) for output, each in zip(outputs, known, strict=True))


def _task(experiment: Experiment, output: GraphOutput, names: tuple[str, ...]) -> Task:
    """What an output says, by its loss: one of several classes, or which labels apply."""
    loss = next(each for each in experiment.losses if each.of in (None, output.name))
    kind = getattr(loss, "target", None) or loss.kinds[0]
    names = names or numbered(_features(experiment, output))
    if kind == "classes":
        return ClassTask(output.name, names, len(names))
    if kind == "labels":
        return LabelTask(output.name, names)
    problem = OutputsNotClasses(output=output.name, model=experiment.graph.name, kind=kind)
    raise SpecError([problem])


def _features(experiment: Experiment, output: GraphOutput) -> int:
    return experiment.graph.nodes[output.node].shape[0]
