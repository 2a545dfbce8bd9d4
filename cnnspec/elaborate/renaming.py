"""What other libraries call the parameters: the section ``names``.

``names { torchvision("stage{s}.conv{c}", "layer{s}.{c - 1}") }`` is a rule: a layer of the first name has the
second there. A rule may be read beside the model that it is about, as part of the same file.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..ir import Entry, Graph, Registry, Text, arg
from ..source import Diagnostics, Source, Span, SpecError, did_you_mean
from ..source.values import Value
from ..syntax import parse_expression, tree
from ..syntax.checks import subexpressions
from .bind import bind_entry
from .choice import chosen_model
from .errors import BadSection, Failure, UnknownName
from .evaluate import Environment, evaluate
from .model import parameter_values
from .modules import NAMES_SECTION, Module
from .naming_errors import BadRule, NoNames, SameName, UnnamedLayer

LIBRARIES: Registry[Rule] = Registry("library of names")


class Rule(Entry):
    """A rule: layers whose name fits ``layer`` are called ``name`` there.

    In ``layer``, ``{n}`` stands for a number, ``<part>`` for letters, and ``*`` for anything but a dot. In
    ``name``, braces hold such a name, or an expression of the numbers, of the model's parameters, and of
    ``place``, the number of layers before this one.
    """

    layer: str = arg(Text(), "pattern of the names here")
    name: str = arg(Text(), "the name there")


@LIBRARIES.register("rename")
class Rename(Rule):
    """The name in every other library that has no rule of its own before this one."""


@LIBRARIES.register("torchvision")
class Torchvision(Rule):
    """The name in torchvision's state dict."""


@LIBRARIES.register("timm")
class Timm(Rule):
    """The name in timm's state dict."""


@LIBRARIES.register("efficientnet_pytorch")
class EfficientNetPyTorch(Rule):
    """The name in the state dict of Melas-Kyriazi's EfficientNet-PyTorch."""


def libraries() -> tuple[str, ...]:
    """Names of the libraries that rules can be about."""
    return tuple(name for name, cls in LIBRARIES.entries.items() if cls is not Rename)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Renaming(Value):
    """A rule made ready: a pattern over our names, and the text and expressions of theirs."""

    library: str
    pattern: re.Pattern[str]
    parts: tuple[str | tree.Expression, ...]
    span: Span | None = None

    def apply(self, layer: str, values: Mapping[str, Any]) -> str | None:
        """Their name of ``layer``; None where the rule is not about it. Raises :class:`Failure`."""
        match = self.pattern.fullmatch(layer)
        if match is None:
            return None
        captured = {n: int(text) if text.isdigit() else text for n, text in match.groupdict().items()}
        environment = Environment({**values, **captured})
        try:
            return "".join(p if isinstance(p, str) else str(evaluate(p, environment)) for p in self.parts)
        except Failure as failure:
            raise Failure(replace(failure.diagnostic, span=self.span)) from None


def renamings(module: Module) -> tuple[Renaming, ...]:
    """The rules for the model that a spec is about; raises :class:`SpecError` with all that is wrong in them.

    A spec that uses another's model may have rules of its own: they come before those beside the model.
    """
    choice = chosen_model(module)
    parameters = {p.name for p in choice.model.parameters}
    found = Diagnostics()
    made: list[Renaming] = []
    for each in named_by(module):
        section = next(s for s in each.spec.sections if s.name == NAMES_SECTION)
        with found.stage():
            made += rules_in(section, parameters)
    found.raise_errors()
    return tuple(made)


def rules_in(section: tree.Section, parameters: Collection[str]) -> tuple[Renaming, ...]:
    """The rules of a section ``names``, about a model with these parameters. Raises :class:`SpecError`."""
    if section.form == "arguments":
        form = 'as a list of rules, such as names { torchvision("head", "fc") }'
        raise SpecError([BadSection(name=NAMES_SECTION, form=form, span=section.name_span)])
    found = Diagnostics()
    made: list[Renaming] = []
    for call in section.calls:
        with found.stage():
            rule = bind_entry(LIBRARIES, call, Environment(), found)
            if rule is not None:
                made.append(_ready(rule, call.span))
                _check_names(made[-1], parameters)
    found.raise_errors()
    return tuple(made)


def named_by(module: Module) -> tuple[Module, ...]:
    """The specs with a section ``names``, from ``module`` down to the one that its model is in."""
    chain = [module]
    for place in chosen_model(module).uses:
        chain.append(chain[-1].used[place])
    return tuple(each for each in chain if any(s.name == NAMES_SECTION for s in each.spec.sections))


def _ready(rule: Rule, span: Span | None) -> Renaming:
    pattern: list[str] = []
    names: set[str] = set()
    for text, inside in _pieces(rule.layer, r"(\{[^{}<>]*\}|<[^{}<>]*>)", "{}<>", span):
        name = text[1:-1]
        if not inside:
            pattern.append(re.escape(text).replace(r"\*", "[^.]*?"))
        elif not name.isidentifier() or name in names:
            reason = "comes twice" if name in names else "is no name"
            raise SpecError([BadRule(problem=f"'{name}' in '{rule.layer}' {reason}", span=span)])
        else:
            names.add(name)
            pattern.append(rf"(?P<{name}>\d+)" if text[0] == "{" else rf"(?P<{name}>[A-Za-z_]+?)")
    pieces = list(_pieces(rule.name, r"(\{[^{}]*\})", "{}", span))
    parts = tuple(_expression(text[1:-1], span) if inside else text for text, inside in pieces)
    if not rule.layer or not rule.name:
        raise SpecError([BadRule(problem="a name is not empty", span=span)])
    return Renaming(rule.call_name, re.compile("".join(pattern)), parts, span)


def _check_names(rule: Renaming, parameters: Collection[str]) -> None:
    """Names in braces are those of the pattern, the model's parameters, or ``place``."""
    known = (*rule.pattern.groupindex, "place", *parameters)
    waiting = [part for part in rule.parts if not isinstance(part, str)]
    while waiting:
        part = waiting.pop()
        if isinstance(part, tree.Name) and part.name not in known:
            hints = did_you_mean(part.name, known)
            raise SpecError([UnknownName(name=part.name, span=rule.span, hints=hints)])
        waiting.extend(subexpressions(part))


def _pieces(text: str, marked: str, brackets: str, span: Span | None) -> Iterator[tuple[str, bool]]:
    """Plain text, and what is marked with its brackets (True)."""
    for place, piece in enumerate(re.split(marked, text)):
        inside = place % 2 == 1
        if not inside and any(bracket in piece for bracket in brackets):
            raise SpecError([BadRule(problem=f"the braces of '{text}' do not match", span=span)])
        if piece:
            yield piece, inside


def _expression(text: str, span: Span | None) -> tree.Expression:
    try:
        return parse_expression(Source("names", text), 0)
    except SpecError as error:
        raise SpecError([replace(d, span=span, notes=()) for d in error.diagnostics]) from None


def layer_names(graph: Graph, module: Module, library: str, partial: bool = False) -> dict[str, str]:
    """What ``library`` calls each layer with parameters, by our name.

    Raises :class:`SpecError` where the spec says nothing of the library, gives two layers one name, or leaves a
    layer out; ``partial``: such layers are not in what is returned.
    """
    rules = renamings(module)
    fitting = [rule for rule in rules if rule.library in (library, "rename")]
    if not fitting or library not in libraries():
        raise SpecError([_no_names(graph, library, {rule.library for rule in rules})])
    values = parameter_values(module)
    found = Diagnostics()
    names: dict[str, str] = {}
    spans = {node.name: node.span for node in graph.nodes}
    for place, node in enumerate(graph.nodes):
        if not node.parameters:
            continue
        try:
            name = first_name(fitting, node.name, {**values, "place": place - 1})
        except Failure as failure:
            found.add(failure.diagnostic)
            continue
        if name is not None:
            names[node.name] = name
        elif not partial:
            found.add(UnnamedLayer(layer=node.name, library=library, span=node.span, notes=node.origin))
    _refuse_twins(names, spans, library, found)
    found.raise_errors()
    return names


def first_name(rules: Sequence[Renaming], layer: str, values: Mapping[str, Any]) -> str | None:
    """What the first of ``rules`` that is about ``layer`` calls it, None where none is. Raises :class:`Failure`."""
    given = (rule.apply(layer, values) for rule in rules)
    return next((name for name in given if name is not None), None)


def parameter_names(graph: Graph, module: Module, library: str, partial: bool = False) -> dict[str, str]:
    """What ``library`` calls each parameter, by our name; raises as :func:`layer_names`."""
    names = layer_names(graph, module, library, partial)
    return {
        ours: f"{names[node.name]}.{spec.name}"
        for node in graph.nodes
        if node.name in names
        for ours, spec in node.named_parameters
    }


def known_libraries(module: Module) -> tuple[str, ...]:
    """The libraries whose names the model's spec knows, in the order in which its rules name them."""
    given = dict.fromkeys(rule.library for rule in renamings(module))
    everywhere = libraries() if given.pop("rename", "") is None else ()
    return tuple(dict.fromkeys((*given, *everywhere)))


def _refuse_twins(
    names: Mapping[str, str], spans: Mapping[str, Span | None], library: str, found: Diagnostics
) -> None:
    ours: dict[str, str] = {}
    for layer, name in names.items():
        first = ours.setdefault(name, layer)
        if first != layer:
            span = spans[layer]
            found.add(SameName(name=name, first=first, second=layer, library=library, span=span))


def _no_names(graph: Graph, library: str, present: set[str]) -> NoNames:
    if library not in libraries():
        hints = did_you_mean(library, libraries()) or (f"there are rules for: {', '.join(libraries())}",)
    elif present:
        hints = (f"it has those of: {', '.join(sorted(present))}",)
    else:
        hints = (f'write them into the spec: {NAMES_SECTION} {{ {library}("OUR NAME", "THEIR NAME") }}',)
    return NoNames(model=graph.name, library=library, hints=hints)
