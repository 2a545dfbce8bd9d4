"""Lints: diagnostics of what is allowed and yet, most likely, not what was meant."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from inspect import cleandoc
from typing import ClassVar, TypeVar

from .diagnostics import Diagnostic, Note, Severity

SHOWN = 6
"""As many layers of one place are named."""


class Lint(Diagnostic):
    """Base of all lints; a subclass with a code is one, and states how it finds what it is about.

    Its docstring is the reason and the way to mend it. ``layers`` are those that a finding is about, by name; ``subjects``
    what else it is about, by the names that a silence may give it: a parameter, a block, a step, an argument of a section.
    ``varies`` marks a lint whose findings depend on options of the command line, ``silenceable`` one that ``allow`` takes.
    """

    severity: ClassVar[Severity] = "warning"
    silenceable: ClassVar[bool] = True
    varies: ClassVar[bool] = False
    layers: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        if cls.code and cls.silenceable:
            cls.__doc__ = f"{cleandoc(cls.__doc__ or '')}\n\n{_silenced(silent_name(cls.code))}"

    @property
    def names(self) -> tuple[str, ...]:
        """All names by which a silence may mean this finding alone."""
        return (*self.layers, *self.subjects)


SILENCED_BY = "A spec silences it by "


def _silenced(name: str) -> str:
    """How ``allow`` silences a lint, on both surfaces."""
    return (
        f"{SILENCED_BY}'{silencing([name], False)}', in YAML '{silencing([name], True)}'; in one place by its name in "
        f"parentheses, as in '{name}(stem.conv1)'."
    )


def silencing(calls: Iterable[str], yaml: bool) -> str:
    """The section ``allow`` with ``calls``, as a spec has it, or one in YAML."""
    return f"allow: [{', '.join(calls)}]" if yaml else f"allow {{ {'  '.join(calls)} }}"


Kind = TypeVar("Kind", bound=Lint)


def silent_name(code: str) -> str:
    """What a lint is called in the section that silences it, where words have no hyphens."""
    return code.replace("-", "_")


def lints_of(kind: type[Kind]) -> tuple[type[Kind], ...]:
    """The lints of a kind that have been imported."""
    return tuple(d for d in Diagnostic.catalogue.values() if issubclass(d, kind))


def in_short(lint: type[Lint]) -> str:
    """What a lint finds, in a few words: the first line of its file."""
    return (sys.modules[lint.__module__].__doc__ or "").strip().splitlines()[0]


def by_place(findings: Iterable[Lint]) -> tuple[Lint, ...]:
    """Sorted by place; what is found at one place is told once, however many layers that makes."""
    places: dict[object, list[Lint]] = {}
    for finding in findings:
        key = (finding.code, finding.span if finding.span is not None else finding.text)
        places.setdefault(key, []).append(finding)
    return tuple(sorted(map(_once, places.values()), key=lambda finding: finding.place))


def _once(findings: list[Lint]) -> Lint:
    """The first of findings at one place, with the layers of all, and those notes that hold for all."""
    first = findings[0]
    layers = tuple(dict.fromkeys(name for finding in findings for name in finding.layers))
    if len(findings) == 1:
        return first
    shared = [n for n in first.notes if all(n in finding.notes for finding in findings)]
    subjects = tuple(dict.fromkeys(name for finding in findings for name in finding.subjects))
    return replace(first, layers=layers, subjects=subjects, notes=(*shared, *in_layers(layers)))


def in_layers(layers: Sequence[str]) -> tuple[Note, ...]:
    """A note that names layers, where there are several."""
    named = ", ".join(layers[:SHOWN]) + (" …" if len(layers) > SHOWN else "")
    return (Note(f"it is so in {len(layers)} layers: {named}"),) if len(layers) > 1 else ()
