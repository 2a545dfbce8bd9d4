"""A search as a person asks for it: names and claims as texts, bound to a spec."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from ..analyses.quantities import QUANTITIES, Quantity
from ..analyses.quantities import Setting as Training
from ..elaborate import Environment, bind_entry, elaborate, overridden
from ..elaborate.errors import Failure
from ..elaborate.modules import Module
from ..elaborate.target import Override, Settable
from ..ir import Graph, OpError
from ..source import Diagnostic, Diagnostics, Source, Span, SpecError, did_you_mean
from ..syntax import parse_call, parse_claim
from .assertions import Claim, bound_claim
from .errors import NothingVaries
from .search import Problem, Setting
from .varying import Variation, read_variation

Sections = Callable[[], Mapping[str, Settable]]
Marked = Callable[[Module, Graph], Graph]


@dataclass(frozen=True)
class Wish:
    """What is asked for, as texts."""

    vary: Sequence[str]
    objective: str
    subject_to: Sequence[str]
    largest: bool = True


def problem_of(
    module: Module,
    wish: Wish,
    sections: Sections,
    training: Training,
    marked: Marked = lambda _, graph: graph,
) -> Problem:
    """The search that ``wish`` asks for of a spec; ``marked`` marks what training freezes.

    Raises :class:`SpecError` with all that is wrong with it.
    """
    found = Diagnostics()
    variations: list[Variation] = []
    for text in wish.vary:
        with found.stage():
            variations.append(read_variation(text))
    claims: list[Claim] = []
    for text in wish.subject_to:
        with found.stage():
            claim = bound_claim(parse_claim(Source("--subject-to", text)), found)
            claims += [claim] if claim else []
    found.raise_errors()
    names = [variation.name for variation in variations]
    _check_number(names)

    def build(setting: Setting) -> Graph:
        overrides: list[Override] = [(name, str(v)) for name, v in zip(names, setting, strict=True)]
        varied = overridden(module, overrides, sections)
        return marked(varied, elaborate(varied))

    def measure(claim: Claim, graph: Graph) -> tuple[int, ...]:
        try:
            return claim.figure(graph, training)
        except Failure as failure:
            raise SpecError([failure.diagnostic]) from None

    _try_names(build, variations, wish.vary)
    objective = _objective(wish, names, training)
    return Problem(tuple(variations), build, objective, tuple(claims), measure, wish.largest)


def _check_number(names: Sequence[str]) -> None:
    if not 1 <= len(names) <= 2:
        raise SpecError([NothingVaries(problem=f"one or two parameters can be varied, not {len(names)}")])
    if len(set(names)) < len(names):
        raise SpecError([NothingVaries(problem=f"'{names[0]}' is varied twice")])


def _try_names(
    build: Callable[[Setting], Graph], variations: Sequence[Variation], texts: Sequence[str]
) -> None:
    """A name that nothing has is told once, not at each setting."""
    try:
        build(tuple(variation.values[0] for variation in variations))
    except SpecError as error:
        names = {f"{v.name}={v.values[0]}": text for v, text in zip(variations, texts, strict=True)}
        told = [
            replace(d, span=Span(Source("--vary", names[d.span.source.text]), d.span.start, d.span.end))
            for d in error.diagnostics
            if d.span is not None and d.span.source.text in names
        ]
        if told:
            raise SpecError(told) from None


def _objective(wish: Wish, names: Sequence[str], training: Training) -> Callable[[Setting, Graph], int]:
    text = wish.objective
    if text in names:
        place = names.index(text)
        return lambda setting, graph: setting[place]
    found = Diagnostics()
    call = parse_call(Source("--maximise" if wish.largest else "--minimise", text))
    quantity = bind_entry(QUANTITIES, call, Environment(), found)
    if quantity is None:
        raise SpecError([_with_names(diagnostic, text, names) for diagnostic in found.found])
    return lambda setting, graph: _number(quantity, graph, training)


def _with_names(diagnostic: Diagnostic, text: str, names: Sequence[str]) -> Diagnostic:
    hints = did_you_mean(text, [*names, *QUANTITIES.entries])
    return replace(diagnostic, hints=hints) if hints else diagnostic


def _number(quantity: Quantity, graph: Graph, training: Training) -> int:
    """One number: of a shape its elements, of a field its smaller side."""
    try:
        figure = quantity.figure(graph, training)
    except OpError as error:
        raise SpecError([error.diagnostic]) from None
    return math.prod(figure) if quantity.is_shape else min(figure)
