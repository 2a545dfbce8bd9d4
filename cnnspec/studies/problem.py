"""A search as a person asks for it: names and claims as texts, bound to a spec."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from ..analyses.quantities import QUANTITIES, Quantity
from ..analyses.quantities import Setting as Training
from ..elaborate import Environment, bind_entry, elaborate, overridden
from ..elaborate.errors import BadOverride, Failure, UnknownEntry
from ..elaborate.modules import Module
from ..elaborate.target import Override, Settable
from ..ir import Graph, OpError
from ..source import Diagnostic, Diagnostics, Source, Span, SpecError, did_you_mean
from ..syntax import parse_call, parse_claim
from .assertions import Claim, bound_claim
from .errors import NothingVaries, NotOneNumber
from .search import Objective, Problem, Setting
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
            claim = _claim(text, variations, found)
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

    _try_spec(module, build, variations, wish.vary)
    objective, sought, own = _objective(wish, names, training)
    return Problem(tuple(variations), build, objective, tuple(claims), measure, wish.largest, sought, own)


def _claim(text: str, variations: Sequence[Variation], found: Diagnostics) -> Claim | None:
    """A constraint; one of a parameter is told how parameters are bounded."""
    own = Diagnostics()
    node = parse_claim(Source("--subject-to", text))
    claim = bound_claim(node, own)
    by_name = {variation.name: variation for variation in variations}
    for diagnostic in own.found:
        if isinstance(diagnostic, UnknownEntry) and node.measure.name in by_name:
            bounds = str(by_name[node.measure.name]).replace(" = ", "=")
            hints = (f"a parameter that varies is bounded by its values: --vary {bounds}",)
            diagnostic = replace(diagnostic, hints=hints)
        found.add(diagnostic)
    return claim


def _check_number(names: Sequence[str]) -> None:
    if not 1 <= len(names) <= 2:
        raise SpecError([NothingVaries(problem=f"one or two parameters can be varied, not {len(names)}")])
    if len(set(names)) < len(names):
        raise SpecError([NothingVaries(problem=f"'{names[0]}' is varied twice")])


def _try_spec(
    module: Module, build: Callable[[Setting], Graph], variations: Sequence[Variation], texts: Sequence[str]
) -> None:
    """What is wrong at any setting is told once, not searched through: a name that nothing has, with what is wrong with
    the spec itself, and what is wrong with the spec and at both ends alike."""
    first, last = (tuple(v.values[end] for v in variations) for end in (0, -1))
    errors = _errors(lambda: build(first))
    if not errors:
        return
    names = {f"{v.name}={v.values[0]}": text for v, text in zip(variations, texts, strict=True)}
    told = [
        replace(d, span=Span(Source("--vary", names[d.span.source.text]), d.span.start, d.span.end))
        for d in errors
        if isinstance(d, BadOverride) and d.span is not None and d.span.source.text in names
    ]
    own = _errors(lambda: elaborate(module))
    if told or (own and own == errors == _errors(lambda: build(last))):
        raise SpecError([*own, *told])


def _errors(build: Callable[[], Graph]) -> tuple[Diagnostic, ...]:
    try:
        build()
    except SpecError as error:
        return error.diagnostics
    return ()


def _objective(wish: Wish, names: Sequence[str], training: Training) -> tuple[Objective, str, int | None]:
    """What is sought, what it is called in a table, and the place of the parameter that it is."""
    text = wish.objective
    if text in names:
        place = names.index(text)
        return lambda setting, graph: setting[place], parameter_label(text), place
    found = Diagnostics()
    call = parse_call(Source("--maximise" if wish.largest else "--minimise", text))
    quantity = bind_entry(QUANTITIES, call, Environment(), found)
    if quantity is None:
        raise SpecError([_with_names(diagnostic, text, names) for diagnostic in found.found])
    if quantity.is_shape:
        wanted = "large" if wish.largest else "small"
        raise SpecError([NotOneNumber(quantity=call.name, wanted=wanted, span=call.span)])
    label = f"{text} (smaller side)" if len(quantity.sizes) > 1 else text
    return lambda setting, graph: _number(quantity, graph, training), label, None


def parameter_label(name: str) -> str:
    """A parameter's name in a table, told from the quantity that has the same name."""
    return f"{name} (parameter)" if name in QUANTITIES.entries else name


def _with_names(diagnostic: Diagnostic, text: str, names: Sequence[str]) -> Diagnostic:
    hints = did_you_mean(text, [*names, *QUANTITIES.entries])
    return replace(diagnostic, hints=hints) if hints else diagnostic


def _number(quantity: Quantity, graph: Graph, training: Training) -> int:
    """One number: of a field or resolution its smaller side."""
    try:
        figure = quantity.figure(graph, training)
    except OpError as error:
        raise SpecError([error.diagnostic]) from None
    return min(figure)
