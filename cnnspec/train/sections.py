"""The sections of an experiment: what each may hold, and what it is where a spec leaves it out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from typing import Any

from ..elaborate import PLAIN_SECTIONS, Environment, Module, Settable, bind_entry
from ..elaborate.bind import bind, entry_hints
from ..elaborate.errors import BadSection, UnknownSection
from ..elaborate.words import gathered
from ..ir import Graph, Registry, signature
from ..source import Diagnostics, Span, SpecError, did_you_mean
from ..syntax import is_yaml, print_statement, tree
from . import augment as _augment
from . import data as _data
from . import losses as _losses
from . import metrics as _metrics
from . import optimizers as _optimizers
from . import schedules as _schedules
from .augment.base import AUGMENTATIONS
from .experiment import Experiment
from .finetune import FINETUNE, Tuning, TuningStep, tuned
from .finetune.errors import UnknownPart
from .finetune.tuning import StepError
from .heads import check_heads, main_heads
from .lint import check_silences
from .measures import bound_metrics
from .preparation import check_known, check_steps, prepare
from .registries import DATA_SOURCES, LOSSES, METRICS, OPTIMIZERS, SCHEDULES, DataSource, TrainSettings


@dataclass(frozen=True, slots=True)
class SectionKind:
    """``form`` is "call", "list", "calls" (either of them) or "arguments"; ``default`` names the calls used where it is
    left out."""

    form: str
    registry: Registry[Any] | None = None
    default: tuple[str, ...] = ()


REGISTERED = (_augment, _data, _losses, _metrics, _optimizers, _schedules)
"""Imported for the entries that they add to the registries."""

SECTIONS: dict[str, SectionKind] = {
    "data": SectionKind("call", DATA_SOURCES),
    "augment": SectionKind("list", AUGMENTATIONS),
    "evaluation": SectionKind("list", AUGMENTATIONS),
    "loss": SectionKind("calls", LOSSES, ("cross_entropy",)),
    "optimizer": SectionKind("call", OPTIMIZERS, ("adam",)),
    "schedule": SectionKind("call", SCHEDULES, ("constant",)),
    "train": SectionKind("arguments"),
    "metrics": SectionKind("list", METRICS),
    "finetune": SectionKind("list", FINETUNE),
}

_LISTED = ("list", "calls")
_FORMS = {
    "call": "as one call, such as '{name} {example}'",
    "list": "as a list in braces, such as '{name} {{ {example} }}'",
    "calls": "as one call, such as '{name} {example}', or as a list of them in braces",
    "arguments": "as arguments in parentheses, such as '{name} (epochs = 3)'",
}
_YAML_FORMS = {
    "call": "as one call, such as '{name}: {example}'",
    "list": "as a list, such as '{name}: [{example}]'",
    "calls": "as one call, such as '{name}: {example}', or as a list of them",
    "arguments": "as a mapping, such as '{name}: {{epochs: 3}}'",
}


def settable() -> dict[str, Settable]:
    """What ``--set`` can change, for ``open_target``."""
    return {name: _settable(name, kind) for name, kind in SECTIONS.items()}


def _settable(name: str, kind: SectionKind) -> Settable:
    default = kind.default or (("digits",) if name == "data" else ())
    form = "call" if kind.form == "calls" else kind.form
    section = tree.Section(name, form, tuple(tree.Call(call) for call in default))

    def names(call: str) -> tuple[str, ...]:
        cls = kind.registry.entries.get(call) if kind.registry else TrainSettings
        return tuple(a.name for a in signature(cls)) if cls else ()

    registry = kind.registry
    calls, called = (tuple(registry.entries), registry.kind) if registry else ((), "")
    also = partial(entry_hints, registry=registry) if registry else lambda name: ()
    return Settable(section, names, calls, called, kind.form in _LISTED, also)


def bind_experiment(module: Module, graph: Graph) -> Experiment:
    """The experiment of a spec: sections bound, defaults filled, checked against the graph.

    Raises :class:`~cnnspec.source.SpecError` with everything that is wrong.
    """
    found = Diagnostics()
    written, bound = _bound(module, found)
    found.raise_errors()
    spans = _spans(written)
    graph, tuning = _tuned(graph, bound, spans)
    experiment = Experiment(
        graph=graph,
        data=bound["data"][0] if bound["data"] else None,
        losses=tuple(bound["loss"]),
        optimizer=bound["optimizer"][0],
        schedule=bound["schedule"][0],
        settings=bound["train"][0],
        metrics=tuple(bound["metrics"]),
        augment=tuple(bound["augment"]),
        evaluation=tuple(bound["evaluation"]) if "evaluation" in written else None,
        finetune=tuple(bound["finetune"]),
        tuning=tuning,
        module=module,
        spans=spans,
    )
    _check(experiment, found)
    found.raise_errors()
    return experiment


def tuned_graph(module: Module, graph: Graph) -> Graph:
    """``graph`` with what the section ``finetune`` freezes marked, as it is where a spec has none.

    Raises :class:`SpecError`.
    """
    found = Diagnostics()
    written = _written(module, found)
    bound = {n: _bind_section(n, written.get(n), found) for n in ("finetune", "train")}
    found.raise_errors()
    return _tuned(graph, bound, _spans(written))[0]


def _tuned(graph: Graph, bound: Mapping[str, list[Any]], spans: Mapping[str, Span]) -> tuple[Graph, Tuning]:
    steps: list[TuningStep] = bound["finetune"]
    try:
        return tuned(graph, steps, bound["train"][0].epochs)
    except StepError as failed:
        place, problem = f"finetune.{failed.number}", failed.error.diagnostic
        span = spans.get(f"{place}.{failed.error.argument}") or spans.get(place)
        if isinstance(problem, UnknownPart) and span:
            span = span.around(problem.pattern)
        raise SpecError([replace(problem, span=span)]) from None


def data_and_settings(module: Module) -> tuple[DataSource, TrainSettings, int | None]:
    """The data source of a spec that has one, its section ``train``, and the epochs where that gives them.

    Raises :class:`SpecError`.
    """
    found = Diagnostics()
    written = _written(module, found)
    source, settings = (_bind_section(name, written.get(name), found) for name in ("data", "train"))
    found.raise_errors()
    given = (
        any(argument.name == "epochs" for argument in written["train"].arguments)
        if "train" in written
        else False
    )
    return source[0], settings[0], settings[0].epochs if given else None


def bound_sections(module: Module) -> dict[str, list[Any]]:
    """What each section holds, as it is where a spec leaves it out; nothing is checked against the network.

    Raises :class:`SpecError`.
    """
    found = Diagnostics()
    bound = _bound(module, found)[1]
    found.raise_errors()
    return bound


def check_sections(module: Module) -> None:
    """What can be told of the sections without the network; raises :class:`SpecError`."""
    found = Diagnostics()
    _bound(module, found)
    found.raise_errors()


def _bound(module: Module, found: Diagnostics) -> tuple[dict[str, tree.Section], dict[str, list[Any]]]:
    written = _written(module, found)
    return written, {name: _bind_section(name, written.get(name), found) for name in SECTIONS}


def _written(module: Module, found: Diagnostics) -> dict[str, tree.Section]:
    written = {}
    with found.stage():
        check_silences(module)
    for before, section in pairwise((None, *module.spec.sections)):
        if section is None or section.name in PLAIN_SECTIONS:
            continue  # about the model, not about the experiment
        kind = SECTIONS.get(section.name)
        span = section.name_span or section.span
        if kind is None:
            near = did_you_mean(section.name, (*SECTIONS, *PLAIN_SECTIONS, "use", "model", "block"))
            hints = near or _beside(section, before)
            found.add(UnknownSection(name=section.name, span=span, hints=hints))
        elif not _fits(section, kind):
            example = (kind.default or _examples(kind))[0]
            forms = _YAML_FORMS if span is not None and is_yaml(span.source) else _FORMS
            form = forms[kind.form].format(name=section.name, example=example)
            found.add(BadSection(name=section.name, form=form, span=span))
        else:
            written[section.name] = section
    return written


def _beside(section: tree.Section, before: tree.Section | None) -> tuple[str, ...]:
    """What to say of calls that stand after a section of one call, in its line, where braces were meant."""
    if before is None or before.form != "call" or before.span is None or section.span is None:
        return ()
    if before.span.source is not section.span.source or before.span.last[0] != section.span.first[0]:
        return ()
    calls = f"{print_statement(before.calls[0])}  {section.span.text}"
    return (f"several calls of one section stand in braces: '{before.name} {{ {calls} }}'",)


def _examples(kind: SectionKind) -> tuple[str, ...]:
    """Calls that a section without a default could hold."""
    entries = kind.registry.entries if kind.registry else {}
    return next((cls.examples for cls in entries.values() if getattr(cls, "examples", ())), ("digits",))


def _fits(section: tree.Section, kind: SectionKind) -> bool:
    return section.form == kind.form or (kind.form in _LISTED and section.form in ("call", "list"))


def _bind_section(name: str, section: tree.Section | None, found: Diagnostics) -> list[Any]:
    kind = SECTIONS[name]
    if kind.registry is None:
        arguments = section.arguments if section else ()
        call = tree.Call(name, arguments, span=section.span if section else None)
        settings = bind(name, TrainSettings, call, Environment(), found)
        return [settings] if settings else []
    calls = section.calls if section else tuple(tree.Call(call) for call in kind.default)
    entries = [bind_entry(kind.registry, call, Environment(), found) for call in calls]
    return [entry for entry in entries if entry is not None]


def _spans(written: Mapping[str, tree.Section]) -> dict[str, Span]:
    spans: dict[str, Span] = {}
    for name, section in written.items():
        kind = SECTIONS[name]
        call = section.calls[0] if section.calls else None
        if span := (call.span if call and section.form == "call" else None) or section.span:
            spans[name] = span
        if kind.form in _LISTED:
            for place, each in enumerate(section.calls):
                _add_call(spans, f"{name}.{place}", each, kind.registry)
        if call and section.form == "call":
            _add_call(spans, name, call, kind.registry)
        elif section.form == "arguments":
            _add_arguments(spans, name, section.arguments, TrainSettings)
    return spans


def _add_call(spans: dict[str, Span], key: str, call: tree.Call, registry: Registry[Any] | None) -> None:
    if call.span:
        spans[key] = call.span
    cls = registry.entries.get(call.name) if registry else None
    _add_arguments(spans, key, call.arguments, cls)


def _add_arguments(
    spans: dict[str, Span], key: str, arguments: Sequence[tree.Argument], cls: type | None
) -> None:
    declared = [a.name for a in signature(cls)] if cls else []
    for place, argument in enumerate(gathered(cls, arguments) if cls else arguments):
        name = argument.name or (declared[place] if place < len(declared) else "")
        if argument.value.span:
            spans[f"{key}.{name}"] = argument.value.span


def _check(experiment: Experiment, found: Diagnostics) -> None:
    """What can be told before any data is read: does the loss suit the output, the data the network?"""
    source = experiment.data
    if experiment.says_losses:
        with found.stage():
            known = source.known if source else None
            heads = check_heads(experiment, known)
            if known is not None and known.named:
                bound_metrics(experiment, main_heads(heads))
    if found.errors or (source is None and not experiment.augment and experiment.evaluation is None):
        return
    with found.stage():
        preparation = prepare(experiment)
        check_steps(experiment, preparation)
        if source is not None and source.known_shape is not None:
            check_known(experiment, preparation, source.known_shape)
