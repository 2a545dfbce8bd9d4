"""The resolved spec of a run: overrides and defaults written out, used files beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from ..elaborate import NAMES_SECTION, Module
from ..ir import Argument, CallOf, signature
from ..syntax import print_text, tree
from .experiment import Experiment

ROOT = "spec.cnn"


def resolved_files(module: Module, experiment: Experiment) -> dict[str, str]:
    """File names and texts that say the whole experiment again; the root is ``spec.cnn``."""
    modules = list(module.all())
    names = {
        id(m): ROOT if m is module else f"{m.path.stem if m.path else 'used'}-{i}.cnn"
        for i, m in enumerate(modules)
    }
    kept = tuple(s for s in module.spec.sections if s.name == NAMES_SECTION)
    root = replace(module.spec, sections=(*kept, *_sections(experiment)))
    return {names[id(m)]: print_text(_relinked(root if m is module else m.spec, m, names)) for m in modules}


def _relinked(spec: tree.Spec, module: Module, names: dict[int, str]) -> tree.Spec:
    uses = tuple(
        replace(use, target=names[id(module.used[place])], is_path=True)
        for place, use in enumerate(spec.uses)
    )
    return replace(spec, uses=uses)


def _sections(experiment: Experiment) -> tuple[tree.Section, ...]:
    calls: dict[str, Iterable[Any]] = {
        "data": [experiment.data] if experiment.data else [],
        "loss": [experiment.loss],
        "optimizer": [experiment.optimizer],
        "schedule": [experiment.schedule],
    }
    sections = [
        tree.Section(n, "call", tuple(map(call_of, entries))) for n, entries in calls.items() if entries
    ]
    sections.append(tree.Section("train", "arguments", arguments=_arguments(experiment.settings)))
    sections.append(tree.Section("metrics", "list", tuple(map(call_of, experiment.metrics))))
    return tuple(sections)


def call_of(entry: Any) -> tree.Call:
    """The call that makes ``entry``, an instance of a registered class, with every argument written out."""
    return tree.Call(entry.call_name, _arguments(entry))


def _arguments(entry: Any) -> tuple[tree.Argument, ...]:
    given = ((a, getattr(entry, a.name)) for a in signature(type(entry)))
    return tuple(tree.Argument(_expression(a, value), a.name) for a, value in given if value is not None)


def _expression(argument: Argument, value: Any) -> tree.Expression:
    if isinstance(argument.kind, CallOf):
        return call_of(value)
    if isinstance(value, tuple):
        return tree.Sequence(tuple(_expression(argument, v) for v in value))
    if isinstance(value, str) and value in argument.kind.choices:
        return tree.Name(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value < 0:
        return tree.Unary("-", tree.Literal(-value))
    return tree.Literal(value)
