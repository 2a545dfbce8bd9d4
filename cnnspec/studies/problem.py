"""A search as a person asks for it: names and claims as texts, bound to a spec."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from ..analyses.quantities import QUANTITIES, Quantity
from ..analyses.quantities import Setting as Training
from ..elaborate import Environment, bind_entry, elaborate, overridden
from ..elaborate.bind import place_error
from ..elaborate.errors import BadOverride, Failure, UnknownEntry
from ..elaborate.modules import Module
from ..elaborate.target import Override, Settable
from ..ir import Graph, OpError
from ..source import Diagnostic, Diagnostics, Source, Span, SpecError, did_you_mean
from ..syntax import parse_call, parse_claim, tree
from .assertions import Claim, bound_claim
from .errors import NothingVaries, NotOneNumber
from .search import Objective, Problem, Setting, Subject
from .varying import Variation, read_variation

Sections = Callable[[], Mapping[str, Settable]]
Prepared = Callable[[Module, Graph], Subject]


@dataclass(frozen=True)
class Wish:
    """What is asked for, as texts."""

    vary: Sequence[str]
    objective: str
    subject_to: Sequence[str]
    largest: bool = True
    fixed: Sequence[str] = ()
    """Names that ``--set`` sets."""


def problem_of(
    module: Module,
    wish: Wish,
    sections: Sections,
    prepared: Prepared = lambda _, graph: Subject(graph, Training()),
) -> Problem:
    """The search that ``wish`` asks for of a spec; ``prepared`` says how a network of it is trained, and marks what
    training freezes. What the spec asserts itself is a constraint too.

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
    for node in module.spec.assertions:
        claim = bound_claim(node, found)
        claims += [claim] if claim and claim.text not in {each.text for each in claims} else []
    found.raise_errors()
    names = [variation.name for variation in variations]
    _check_number(variations, wish.vary, wish.fixed)

    def build(setting: Setting) -> Subject:
        overrides: list[Override] = [(name, str(v)) for name, v in zip(names, setting, strict=True)]
        varied = overridden(module, overrides, sections)
        return prepared(varied, elaborate(varied))

    def measure(claim: Claim, subject: Subject) -> tuple[int, ...]:
        try:
            return claim.figure(subject.graph, subject.training)
        except Failure as failure:
            raise SpecError([failure.diagnostic]) from None

    _try_spec(module, build, variations, wish.vary)
    objective, sought, own = _objective(module, wish, names)
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


def _check_number(variations: Sequence[Variation], texts: Sequence[str], fixed: Sequence[str]) -> None:
    """One or two, each once, and none of them set by ``--set``."""
    names = [variation.name for variation in variations]
    problem, at = "", texts[-1]
    if len(names) > 2:
        problem, at = f"one or two parameters can be varied, not {len(names)}", texts[2]
    elif len(set(names)) < len(names):
        problem = f"'{names[0]}' is varied twice"
    elif both := [place for place, name in enumerate(names) if name in fixed]:
        problem, at = f"'{names[both[0]]}' is varied, and set by --set", texts[both[0]]
    if problem:
        raise SpecError([NothingVaries(problem=problem, span=Span(Source("--vary", at), 0, len(at)))])


def _try_spec(
    module: Module, build: Callable[[Setting], Subject], variations: Sequence[Variation], texts: Sequence[str]
) -> None:
    """What is wrong at any setting is told once, not searched through: a name that nothing has, with what is wrong with
    the spec itself, and what is wrong with the spec and at both ends alike."""
    first, last = (tuple(v.values[end] for v in variations) for end in (0, -1))
    errors = _errors(lambda: build(first))
    if not errors:
        return
    given = {f"{v.name}={v.values[0]}": (v.name, text) for v, text in zip(variations, texts, strict=True)}
    told = []
    for each in errors:
        name, text = given.get(each.span.source.text, ("", "")) if each.span else ("", "")
        if name and each.span and (isinstance(each, BadOverride) or each.span.end <= len(name)):
            told.append(replace(each, span=Span(Source("--vary", text), each.span.start, each.span.end)))
    own = _errors(lambda: elaborate(module))
    if told or (own and own == errors == _errors(lambda: build(last))):
        raise SpecError([*own, *told])


def _errors(build: Callable[[], object]) -> tuple[Diagnostic, ...]:
    try:
        build()
    except SpecError as error:
        return error.diagnostics
    return ()


def _objective(module: Module, wish: Wish, names: Sequence[str]) -> tuple[Objective, str, int | None]:
    """What is sought, what it is called in a table, and the place of the parameter that it is."""
    text = wish.objective
    if text in names:
        place = names.index(text)
        return lambda setting, subject: setting[place], parameter_label(text), place
    found = Diagnostics()
    call = parse_call(Source("--maximise" if wish.largest else "--minimise", text))
    quantity = bind_entry(QUANTITIES, call, Environment(), found)
    if quantity is None:
        raise SpecError([_with_names(module, diagnostic, text, names) for diagnostic in found.found])
    if quantity.is_shape:
        wanted = "large" if wish.largest else "small"
        raise SpecError([NotOneNumber(quantity=call.name, wanted=wanted, span=call.span)])
    label = f"{text} (smaller side)" if len(quantity.sizes) > 1 else text
    return partial(_number, quantity, call), label, None


def parameter_label(name: str) -> str:
    """A parameter's name in a table, told from the quantity that has the same name."""
    return f"{name} (parameter)" if name in QUANTITIES.entries else name


def _with_names(module: Module, diagnostic: Diagnostic, text: str, names: Sequence[str]) -> Diagnostic:
    if not isinstance(diagnostic, UnknownEntry):
        return diagnostic
    if module.spec.model and text in {each.name for each in module.spec.model.parameters}:
        hint = f"'{text}' is a parameter of the model: vary it, as with --vary {text}=FROM..TO"
        return replace(diagnostic, hints=(hint,))
    hints = did_you_mean(text, [*names, *QUANTITIES.entries])
    return replace(diagnostic, hints=hints) if hints else diagnostic


def _number(quantity: Quantity, call: tree.Call, setting: Setting, subject: Subject) -> int:
    """One number: of a field or resolution its smaller side."""
    try:
        return min(quantity.figure(subject.graph, subject.training))
    except OpError as error:
        raise SpecError([place_error(error, call, type(quantity)).diagnostic]) from None
