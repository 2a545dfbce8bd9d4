"""In what the experiments of two specs differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

from ..elaborate import Module
from ..source import Diagnostics
from ..syntax import print_expression, tree
from .resolve import arguments_of
from .sections import SECTIONS, bound_sections


@dataclass(frozen=True)
class SectionChange:
    """``before`` and ``after`` are what a section, an argument, or an entry of a list was and is; "" for nothing. ``order``:
    they are the same entries in another order."""

    section: str
    before: str
    after: str
    order: bool = False


def has_experiment(module: Module) -> bool:
    """Whether a spec says anything of an experiment."""
    return any(section.name in SECTIONS for section in module.spec.sections)


def section_changes(first: Module, second: Module) -> tuple[SectionChange, ...]:
    """What differs in experiments, with what is left out filled in; a spec without one is compared by nothing.

    Whether an experiment goes with its network is not looked at. Raises :class:`~cnnspec.source.SpecError` where a section
    is wrong in itself, with what is wrong in both specs.
    """
    if not any(map(has_experiment, (first, second))):
        return ()
    found, experiments = Diagnostics(), []
    for module in (first, second):
        with found.stage():
            experiments.append(_experiment(module))
    found.raise_errors()
    one, other = experiments
    names = [name for name in SECTIONS if one.calls.get(name) or other.calls.get(name)]
    return tuple(change for name in names for change in _of_section(name, one, other))


@dataclass(frozen=True)
class _Experiment:
    """The calls of sections with every argument filled in; the texts of each, and whole sections, as a person wrote them
    where one did."""

    calls: Mapping[str, list[tree.Call]]
    texts: Mapping[str, list[str]]
    written: Mapping[str, tree.Section]

    def told(self, name: str) -> str:
        """The calls and arguments of a section, as a person wrote them where one did."""
        if section := self.written.get(name):
            return ", ".join([*map(_call, section.calls), *map(_argument, section.arguments)])
        return ", ".join(call.name for call in self.calls.get(name, ()))


def _experiment(module: Module) -> _Experiment:
    """The experiment of a spec; one without sections where a spec has none."""
    if not has_experiment(module):
        return _Experiment({}, {}, {})
    bound = bound_sections(module)
    calls = {
        name: [tree.Call(getattr(entry, "call_name", name), arguments_of(entry)) for entry in entries]
        for name, entries in bound.items()
    }
    written = {section.name: section for section in module.spec.sections}
    texts = {
        name: [_call(call) for call in (written[name].calls if name in written else calls[name])]
        for name in calls
    }
    return _Experiment(calls, texts, written)


def _of_section(name: str, before: _Experiment, after: _Experiment) -> list[SectionChange]:
    ones, others = before.calls.get(name, []), after.calls.get(name, [])
    if ones == others:
        return []
    if not before.calls or not after.calls:
        written = name in before.written or name in after.written
        return [SectionChange(name, before.told(name), after.told(name))] if written else []
    if name == "train":
        return _of_arguments(name, ones[0].arguments, others[0].arguments)
    if len(ones) == len(others) == 1:
        if ones[0].name == others[0].name:
            return [SectionChange(name, *_of_calls(ones[0], others[0]))]
        return [SectionChange(name, before.told(name), after.told(name))]
    if _in_another_order(ones, others):
        return [SectionChange(name, before.told(name), after.told(name), order=True)]
    return [
        SectionChange(name, one, other)
        for one, other in _paired(ones, others, before.texts[name], after.texts[name])
    ]


def _in_another_order(ones: Sequence[tree.Call], others: Sequence[tree.Call]) -> bool:
    return sorted(map(_call, ones)) == sorted(map(_call, others))


def _call(call: tree.Call) -> str:
    return print_expression(call).removesuffix("()")


def _argument(argument: tree.Argument) -> str:
    return f"{argument.name} = {print_expression(argument.value)}"


def _values(arguments: Sequence[tree.Argument]) -> dict[str, str]:
    return {a.name or "": print_expression(a.value) for a in arguments}


def _differing(one: dict[str, str], other: dict[str, str]) -> list[str]:
    return [name for name in dict.fromkeys((*one, *other)) if one.get(name) != other.get(name)]


def _of_arguments(
    section: str, ones: Sequence[tree.Argument], others: Sequence[tree.Argument]
) -> list[SectionChange]:
    before, after = _values(ones), _values(others)
    return [
        SectionChange(section, _set(name, before), _set(name, after)) for name in _differing(before, after)
    ]


def _set(name: str, values: Mapping[str, str]) -> str:
    return f"{name} = {values[name]}" if name in values else ""


def _of_calls(one: tree.Call, other: tree.Call) -> tuple[str, str]:
    """Two calls of one entry, with the arguments that differ."""
    values = _values(one.arguments), _values(other.arguments)
    differing = _differing(*values)
    before, after = (", ".join(f"{n} = {v[n]}" for n in differing if n in v) for v in values)
    return f"{one.name}({before})".removesuffix("()"), f"{one.name}({after})".removesuffix("()")


def _paired(
    ones: Sequence[tree.Call], others: Sequence[tree.Call], before: Sequence[str], after: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """The texts of two lists of calls where these differ, "" for none."""
    for tag, i, j, k, m in SequenceMatcher(None, ones, others, autojunk=False).get_opcodes():
        if tag != "equal":
            yield from zip_longest(before[i:j], after[k:m], fillvalue="")
