"""The section ``allow``: lints that a spec silences, all over or in some places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...elaborate import ALLOW_SECTION, Environment, Module
from ...elaborate.bind import bind
from ...elaborate.errors import BadSection
from ...ir import ALL, Entry, Patterns, arg, covers
from ...source import Diagnostic, Diagnostics, Source, Span, SpecError, did_you_mean
from ...source.catalogue import load_catalogue
from ...source.lints import Lint, lints_of, silencing, silent_name
from ...source.values import Value
from ...syntax import is_yaml, print_expression, tree
from .errors import UnknownLint


class Silenced(Entry):
    """A lint that is silenced: ``pixels_lost``, ``pixels_lost(stem, "stage*")``."""

    layers: tuple[str, ...] = arg(
        Patterns(),
        "where: labels and names of layers, with all that is inside of them, in quotes with * for anything between dots; "
        "or what else a lint is about, such as a parameter, a block or a step",
        (ALL,),
    )


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Silence(Value):
    """A lint silenced in what ``pattern`` stands for. ``within`` is the text that it holds for, None for all."""

    lint: type[Lint]
    pattern: str
    span: Span | None
    within: Source | None = None

    def covers(self, finding: Lint) -> bool:
        """Whether a finding is silenced by it."""
        if not isinstance(finding, self.lint):
            return False
        if self.within is not None and (finding.span is None or finding.span.source is not self.within):
            return False
        return self.pattern == ALL or any(covers(self.pattern, name) for name in finding.names)


def silences(module: Module) -> tuple[Silence, ...]:
    """What the spec silences, and what those that it uses silence in their own texts. Raises :class:`SpecError`."""
    found = Diagnostics()
    made: list[Silence] = []
    for each in module.all():
        for section in each.spec.sections:
            if section.name == ALLOW_SECTION:
                with found.stage():
                    made += _silences(section, None if each is module else each.source)
    found.raise_errors()
    return tuple(made)


def check_silences(module: Module) -> None:
    """Raise :class:`SpecError` with all that is wrong with the sections ``allow``."""
    silences(module)


def _silences(section: tree.Section, within: Source | None) -> Iterator[Silence]:
    if section.form == "arguments":
        yaml = section.span is not None and is_yaml(section.span.source)
        calls = [_as_call(argument) for argument in section.arguments] or ["pixels_lost"]
        form = f"as a list of lints, such as '{silencing(calls, yaml)}'"
        raise SpecError([BadSection(name=ALLOW_SECTION, form=form, span=section.name_span)])
    known = {silent_name(lint.code): lint for lint in lints_of(Lint) if lint.silenceable}
    found = Diagnostics()
    for call in section.calls:
        if call.name not in known:
            found.add(_unknown(call, known))
            continue
        silenced = bind(call.name, Silenced, call, Environment(), found)
        for pattern, span in _placed(silenced.layers, call) if silenced is not None else ():
            yield Silence(known[call.name], pattern, span, within)
    found.raise_errors()


def _as_call(argument: tree.Argument) -> str:
    """``pixels_lost: [stem, head]`` as ``pixels_lost(stem, head)``."""
    value = argument.value
    given = value.items if isinstance(value, tree.Sequence) else (value,)
    places = ", ".join(map(print_expression, given))
    return f"{argument.name}({places})" if argument.name else places


def _placed(patterns: tuple[str, ...], call: tree.Call) -> Iterator[tuple[str, Span | None]]:
    """Each of the patterns with its text."""
    spans: list[Span | None] = []
    for argument in call.arguments:
        value = argument.value
        spans += [v.span for v in (value.items if isinstance(value, tree.Sequence) else (value,))]
    if len(spans) != len(patterns):
        spans = [call.span] * len(patterns)
    return zip(patterns, spans, strict=True)


def _unknown(call: tree.Call, known: dict[str, type[Lint]]) -> Diagnostic:
    name, span = call.name, call.name_span or call.span
    same = load_catalogue().get(name.replace("_", "-"))
    if same is not None:
        found = "is about silences itself" if issubclass(same, Lint) else "is an error"
        return UnknownLint(name=name, problem=f"{found}, and cannot be silenced", span=span)
    hints = (*did_you_mean(name, known, limit=0), "'cnnspec lint --list' lists them")
    return UnknownLint(name=name, problem="is not the name of a lint", span=span, hints=hints)
