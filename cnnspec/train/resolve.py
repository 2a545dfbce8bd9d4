"""The resolved spec of a run: overrides and defaults written out, used files beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ..elaborate import PLAIN_SECTIONS, Module
from ..ir import Argument, CallOf, CallsOf, ListOf, Pair, signature
from ..syntax import print_expression, print_text, tree
from .augment.base import AUGMENTATIONS, Augmentation
from .experiment import Experiment
from .preparation import prepared_steps

ROOT = "spec.cnn"


def resolved_files(module: Module, experiment: Experiment) -> dict[str, str]:
    """File names and texts that say the whole experiment again; the root is ``spec.cnn``."""
    modules = list(module.all())
    names = {
        id(m): ROOT if m is module else f"{m.path.stem if m.path else 'used'}-{i}.cnn"
        for i, m in enumerate(modules)
    }
    kept = tuple(s for s in module.spec.sections if s.name in PLAIN_SECTIONS)
    root = replace(module.spec, sections=(*kept, *_sections(experiment)))
    return {names[id(m)]: print_text(_relinked(root if m is module else m.spec, m, names)) for m in modules}


def _relinked(spec: tree.Spec, module: Module, names: dict[int, str]) -> tree.Spec:
    uses = tuple(
        replace(use, target=names[id(module.used[place])], is_path=True)
        for place, use in enumerate(spec.uses)
    )
    return replace(spec, uses=uses)


def _sections(experiment: Experiment) -> tuple[tree.Section, ...]:
    calls: dict[str, Sequence[Any]] = {
        "data": [experiment.data] if experiment.data else [],
        "loss": experiment.losses,
        "optimizer": [experiment.optimizer],
        "schedule": [experiment.schedule],
    }
    sections = [
        tree.Section(n, "call" if len(entries) == 1 else "list", tuple(map(call_of, entries)))
        for n, entries in calls.items()
        if entries
    ]
    steps = prepared_steps(experiment)
    sections += [tree.Section(n, "list", tuple(map(call_of, entries))) for n, entries in steps.items()]
    sections.append(tree.Section("train", "arguments", arguments=arguments_of(experiment.settings)))
    if experiment.finetune:
        sections.append(tree.Section("finetune", "list", tuple(map(call_of, experiment.finetune))))
    if experiment.metrics:
        sections.append(tree.Section("metrics", "list", tuple(map(call_of, experiment.metrics))))
    return tuple(sections)


def call_of(entry: Any, defaults: bool = True) -> tree.Call:
    """The call that makes ``entry``, an instance of a registered class, with every argument written out.

    Without ``defaults``, as a person would write it: what is as by default left out, the first arguments without names.
    """
    if defaults:
        return tree.Call(entry.call_name, arguments_of(entry))
    given = [(a, getattr(entry, a.name)) for a in signature(type(entry))]
    told = [(a, v) for a, v in given if v is not None and (a.required or v != a.default)]
    return tree.Call(
        entry.call_name,
        tuple(tree.Argument(_expression(a, v, defaults), None if a.required else a.name) for a, v in told),
    )


def arguments_of(entry: Any) -> tuple[tree.Argument, ...]:
    """All arguments of ``entry`` by name, with their values as one writes them."""
    given = ((a, getattr(entry, a.name)) for a in signature(type(entry)))
    return tuple(tree.Argument(_expression(a, value), a.name) for a, value in given if value is not None)


def _expression(argument: Argument, value: Any, defaults: bool = True) -> tree.Expression:
    if isinstance(argument.kind, CallOf):
        return call_of(value, defaults)
    if isinstance(argument.kind, CallsOf):
        return _calls(value, defaults)
    if isinstance(value, tuple):
        if isinstance(argument.kind, Pair) and len(set(value)) == 1 and not defaults:
            return _expression(argument, value[0], defaults)
        items = tuple(_expression(argument, v, defaults) for v in value)
        return tree.Sequence(items, "[" if defaults or isinstance(argument.kind, ListOf) else "(")
    if isinstance(value, float) and value == int(value) and not defaults:
        value = int(value)
    if isinstance(value, str) and value in argument.kind.choices:
        return tree.Name(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value < 0:
        return tree.Unary("-", tree.Literal(-value))
    return tree.Literal(value)


def _calls(value: Any, defaults: bool) -> tree.Expression:
    if isinstance(value, tuple):
        if len(value) == 1 and not defaults:
            return _calls(value[0], defaults)
        return tree.Sequence(tuple(_calls(item, defaults) for item in value))
    call = call_of(value, defaults)
    return call if call.arguments or defaults else tree.Name(call.name)


def steps_text(steps: Sequence[Augmentation]) -> str:
    """Steps as a spec has them, what is as by default left out."""
    return "  ".join(map(step_text, steps)) or "as they are"


def step_text(step: Augmentation) -> str:
    """One step as a spec has it."""
    if step.call_name not in AUGMENTATIONS.entries:
        return step.call_name  # what ``fit`` stands for
    return print_expression(call_of(step, defaults=False)).removesuffix("()")
