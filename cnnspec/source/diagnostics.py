"""Diagnostics: one frozen class each, with a code, a declared message and an explanation.

A new diagnostic is a subclass of :class:`Diagnostic` anywhere above this floor: its fields
fill the ``message`` template, its docstring is what ``cnnspec explain CODE`` prints, and
``bad`` and ``good`` are the example shown with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from typing import ClassVar, Literal

from .declared import KeywordDeclared
from .text import Span
from .values import Value

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Note(Value):
    """A second place that helps to understand a diagnostic: ``message`` at ``span``."""

    message: str
    span: Span | None = None


class Diagnostic(KeywordDeclared):
    """Base of all diagnostics; a subclass is a frozen dataclass of its annotated fields.

    ``span`` is the text to underline (None where no text is at fault, e.g. a data file named
    on the command line; then ``file`` may name it). ``notes`` carry the chain of blocks and
    loops that led to the place, innermost first. ``hints`` say how to mend it.
    """

    code: ClassVar[str] = ""
    message: ClassVar[str] = ""
    severity: ClassVar[Severity] = "error"
    bad: ClassVar[str] = ""
    good: ClassVar[str] = ""
    catalogue: ClassVar[dict[str, type[Diagnostic]]] = {}

    span: Span | None = None
    file: str | None = None
    notes: tuple[Note, ...] = ()
    hints: tuple[str, ...] = ()

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        if cls.code:
            other = Diagnostic.catalogue.setdefault(cls.code, cls)
            if (other.__module__, other.__qualname__) != (cls.__module__, cls.__qualname__):
                raise ValueError(f"the code '{cls.code}' is that of {other.__qualname__} already")

    @property
    def text(self) -> str:
        """The message with this diagnostic's fields put in."""
        return self.message.format(**{f.name: getattr(self, f.name) for f in fields(self)})

    @property
    def place(self) -> tuple[str, int]:
        """Where it sorts: by source, then by offset."""
        return (self.span.source.name, self.span.start) if self.span else (self.file or "", -1)


class SpecError(Exception):
    """Everything that one stage found wrong, sorted by place; as text, what the command line prints."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(sorted(dict.fromkeys(diagnostics), key=lambda d: d.place))
        super().__init__(self.diagnostics)

    @property
    def line(self) -> str:
        """The messages alone, in one line."""
        return "; ".join(diagnostic.text for diagnostic in self.diagnostics)

    def __str__(self) -> str:
        from .rendering import render_all

        return render_all(self.diagnostics)


@dataclass
class Diagnostics:
    """Collects what a stage finds, so that all of it is reported at once."""

    found: list[Diagnostic] = field(default_factory=list)

    def add(self, diagnostic: Diagnostic) -> None:
        self.found.append(diagnostic)

    @property
    def errors(self) -> list[Diagnostic]:
        return [d for d in self.found if d.severity == "error"]

    def raise_errors(self) -> None:
        """Raise :class:`SpecError` with everything found, where any of it is an error."""
        if self.errors:
            raise SpecError(self.found)

    @contextmanager
    def stage(self) -> Iterator[None]:
        """Run a block, keep the diagnostics of a :class:`SpecError` it raises, go on after it."""
        try:
            yield
        except SpecError as error:
            self.found.extend(error.diagnostics)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The name of ``known`` that ``name`` was most likely meant to be, if any is near."""
    return next(iter(nearest_few(name, known, 1)), None)


def nearest_few(name: str, known: Iterable[str], most: int) -> tuple[str, ...]:
    """At most so many names of ``known`` that are near ``name``, the nearest first."""
    from difflib import get_close_matches

    folded = {k.lower().replace("_", ""): k for k in known}
    plain = name.lower().replace("_", "")
    turned = [each for each in folded if sorted(each) == sorted(plain)]  # vgg61
    close = get_close_matches(plain, folded, n=most, cutoff=0.6)
    return tuple(folded[each] for each in dict.fromkeys([*turned, *close]))[:most]


def did_you_mean(name: str, known: Iterable[str], limit: int = 12) -> tuple[str, ...]:
    """Hints for a name that is not among ``known``: the nearest, or all where they are few."""
    names = sorted(known)
    near = nearest(name, names)
    if near is not None:
        return (f"did you mean '{near}'?",)
    if 0 < len(names) <= limit:
        return ("known here: " + ", ".join(names),)
    return ()


class UnknownCode(Diagnostic):
    """``explain`` was asked about what is neither a diagnostic's code nor a network; without anything it lists all codes.

    Of a network (a .cnn or .yaml file, or a name of the zoo) it explains layers and parts, by the names that ``cnnspec
    summary`` lists, or all of it: ``cnnspec explain resnet50 stem.conv1``, ``cnnspec explain resnet50 .``.
    """

    code = "unknown-code"
    message = "'{name}' is neither a diagnostic's code nor a network"
    bad = "cnnspec explain unknown-layr"
    good = "cnnspec explain unknown-layer"
    name: str
