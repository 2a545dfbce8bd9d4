"""The section ``allow``: lints that a spec silences, all over or in some layers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ...elaborate import ALLOW_SECTION, Environment, Module
from ...elaborate.bind import bind
from ...elaborate.errors import BadSection
from ...ir import ALL, Entry, Patterns, arg, covered
from ...source import Diagnostics, Source, Span, SpecError, did_you_mean
from ...source.lints import Lint, lints_of, silent_name
from ...source.values import Value
from ...syntax import tree
from .errors import UnknownLint
from .nothing_silenced import NothingSilenced


class Silenced(Entry):
    """A lint that is silenced: ``pixels_lost``, ``pixels_lost(stem, "stage*")``."""

    layers: tuple[str, ...] = arg(
        Patterns(),
        "where: labels and names of layers, with all that is inside of them, in quotes with * for anything between two dots",
        (ALL,),
    )


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Silence(Value):
    """A lint by its ``code``, silenced in layers by ``patterns``. ``within`` is the text that it holds for, None for all."""

    code: str
    patterns: tuple[str, ...]
    span: Span | None
    within: Source | None = None

    def covers(self, finding: Lint) -> bool:
        """Whether a finding is silenced by it."""
        if finding.code != self.code:
            return False
        if self.within is not None and (finding.span is None or finding.span.source is not self.within):
            return False
        return ALL in self.patterns or any(covered(self.patterns, name) for name in finding.layers)


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


def heard(findings: Iterable[Lint], silent: Sequence[Silence]) -> Iterator[Lint]:
    """The findings that nothing silences, and the silences of the spec itself that silence nothing."""
    used: set[int] = set()
    for finding in findings:
        by = [number for number, silence in enumerate(silent) if silence.covers(finding)]
        used.update(by)
        if not by:
            yield finding
    for number, silence in enumerate(silent):
        if number not in used and silence.within is None:
            name, where = silent_name(silence.code), _where(silence.patterns)
            yield NothingSilenced(name=name, where=where, span=silence.span, hints=("take it out",))


def _where(patterns: tuple[str, ...]) -> str:
    return "" if ALL in patterns else f" in {', '.join(patterns)}"


def _silences(section: tree.Section, within: Source | None) -> Iterator[Silence]:
    if section.form == "arguments":
        form = "as a list of lints, such as 'allow { pixels_lost }'"
        raise SpecError([BadSection(name=ALLOW_SECTION, form=form, span=section.name_span)])
    codes = {silent_name(lint.code): lint.code for lint in lints_of(Lint) if lint.silenceable}
    found = Diagnostics()
    for call in section.calls:
        silenced = bind(call.name, Silenced, call, Environment(), found) if call.name in codes else None
        if call.name not in codes:
            hints = did_you_mean(call.name, codes, limit=0)
            found.add(UnknownLint(name=call.name, span=call.name_span or call.span, hints=hints))
        elif silenced is not None:
            yield Silence(codes[call.name], silenced.layers, call.span, within)
    found.raise_errors()
