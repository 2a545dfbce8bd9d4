"""A spec with weights that were trained elsewhere, as a network that says what is on images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..elaborate import Module, elaborate, open_target, overridden
from ..ir import GraphOutput
from ..source import Diagnostic, SpecError
from .data.normalization import Normalization
from .experiment import Experiment
from .heads import check_heads
from .network import Trained
from .preparation import prepare
from .sections import bind_experiment, settable
from .tasks import ClassTask, LabelTask, Task
from .weights import registry
from .weights.class_names import numbered, read_names
from .weights.loading import load
from .weights.registry_errors import (
    ClassNamesMissing,
    NormalizationUnknown,
    NoWeightsKnown,
    OutputsNotClasses,
)
from .weights.sources import WeightSource, open_source

_SETS_SIZES = ("data", "augment", "evaluation")
"""Sections by which a spec says how images come to the network's input."""


@dataclass(frozen=True)
class Wanted:
    """What a person asks for: a SPEC (a file, a name that ships, or one of a pretrained network), ``weights`` (anything that
    ``open_source`` takes; None: those known for the spec's name), and a file of class names."""

    spec: str
    weights: str | None = None
    classes: Path | None = None


def registered(spec: str) -> registry.Pretrained | None:
    """The pretrained network that a SPEC names, with arguments or without."""
    return registry.find(spec.partition("(")[0].strip())


def pretrained(wanted: Wanted) -> Trained:
    """The network; raises :class:`SpecError` where the spec, the weights, or one of them for the other, are at fault."""
    entry = registered(wanted.spec)
    weights = wanted.weights or (entry.name if entry else None)
    experiment = _experiment(wanted.spec, registry.find(weights or ""))
    if weights is None:
        raise SpecError([NoWeightsKnown(spec=wanted.spec, hints=_HINTS)])
    source = open_source(weights, Path())
    assert experiment.module is not None
    arrays = load(experiment.graph, experiment.module, source).arrays
    mode = {1: "gray", 3: "rgb"}.get(experiment.graph.input_shape[0], "as_is")
    names = _names(experiment, source, wanted.classes)
    return Trained(
        experiment,
        _tasks(experiment, names),
        arrays,
        _normalization(experiment, source, mode),
        mode=mode,
        remarks=_remarks(source, names),
    )


_HINTS = (
    "--weights takes a file of weights, the folder of a run, or the name of a pretrained network",
    "'cnnspec pretrained' lists the networks whose weights are known",
)


def _experiment(spec: str, weights: registry.Pretrained | None) -> Experiment:
    """The spec, with the steps of evaluation that ``weights`` were measured with where it has none of its own."""
    entry = registered(spec)
    module = open_target(spec.replace(entry.name, entry.spec, 1) if entry else spec)
    if weights is not None and weights.evaluation and not _brings_images(module):
        module = overridden(module, [("evaluation", f"{{ {weights.evaluation} }}")], settable)
    experiment = bind_experiment(module, elaborate(module))
    check_heads(experiment, None)
    return experiment


def _brings_images(module: Module) -> bool:
    return any(section.name in _SETS_SIZES for section in module.spec.sections)


def _normalization(experiment: Experiment, source: WeightSource, mode: str) -> Normalization:
    """The spec's, else that of the weights; raises :class:`SpecError` where neither says."""
    given = prepare(experiment, None, mode).evaluation.normalize
    if given is not None and given.mean is not None and given.std is not None:
        return Normalization(given.mean, given.std)
    known = source.normalization
    if known is None or len(known.mean) != experiment.graph.input_shape[0]:
        hints = ("say it in the spec: evaluation { normalize(mean = […], std = […]) }",)
        raise SpecError([NormalizationUnknown(weights=source.text, hints=hints)])
    return known


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
