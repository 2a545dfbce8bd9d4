"""What a person names on the command line, and what they set there, as a module."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..source import Diagnostics, Source, Span, SpecError, did_you_mean
from ..source.values import Value
from ..syntax import parse_arguments, parse_call, parse_expression, parse_text, tree
from .bind import Slot, match
from .choice import chosen_model
from .errors import BadOverride, UnknownArgument, UnknownEntry
from .modules import SUFFIXES, Loader, Module, unknown_spec, zoo_folder, zoo_names, zoo_path

Override = tuple[str, str]
"""A dotted name and the text of its value, as ``--set`` takes them."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Settable(Value):
    """A section that can be set: as it stands where a spec leaves it out, the arguments of a call in it, and
    the names of the calls that it may hold, which are of a ``kind``. ``listed``: it may be a list of calls.
    ``also`` gives hints for a name that other tools have."""

    default: tree.Section
    names: Callable[[str], tuple[str, ...]]
    calls: tuple[str, ...] = ()
    kind: str = ""
    listed: bool = False
    also: Callable[[str], tuple[str, ...]] = lambda name: ()


def open_target(
    target: str,
    overrides: Sequence[Override] = (),
    sections: Callable[[], Mapping[str, Settable]] = dict,
    as_use: bool = False,
) -> Module:
    """The module of a SPEC (``net.cnn``, ``vgg16``, ``"vgg16(classes = 2)"``) with overrides applied.

    ``sections`` gives each section that can be set, as it stands where a spec leaves it out. With ``as_use`` a name of
    the zoo becomes a spec of its own that uses it.
    Raises :class:`SpecError`.
    """
    module, arguments = _open(target)
    if as_use and module.path and module.path.parent == zoo_folder() and not _is_file_name(target):
        module, arguments = Loader().link(Source("<command line>", f"use {target}\n"), None), ()
    if arguments:
        module = _with_arguments(module, arguments)
    return overridden(module, overrides, sections)


def overridden(
    module: Module, overrides: Sequence[Override], sections: Callable[[], Mapping[str, Settable]] = dict
) -> Module:
    """The module with ``overrides`` applied; raises :class:`SpecError`."""
    found = Diagnostics()
    known = sections() if overrides else {}
    for name, text in overrides:
        with found.stage():
            module = _override(module, name, text, known)
    found.raise_errors()
    return module


def _open(target: str) -> tuple[Module, Sequence[tree.Argument]]:
    path = Path(target)
    if not target.strip():
        raise unknown_spec(target, None)
    if _is_file_name(target) and not _exists(path) and zoo_path(path.stem):
        raise unknown_spec(target, Span(Source("<command line>", target), 0, len(target)))
    if _is_file_name(target) or _exists(path) or _is_path(target):
        return Loader().load(path), ()
    head, bracket, _ = target.partition("(")
    source = Source("<command line>", target)
    if bracket and _is_file_name(head.strip()):
        return Loader().load(Path(head.strip())), parse_arguments(source, len(head))
    if not bracket and not target.isidentifier():
        raise unknown_spec(target, Span(source, 0, len(target)))
    call = parse_call(source)
    found = zoo_path(call.name)
    if found is None:
        raise unknown_spec(call.name, call.name_span or call.span)
    return Loader().load(found), call.arguments


def _is_file_name(text: str) -> bool:
    return text.endswith(SUFFIXES)


def _is_path(text: str) -> bool:
    """Whether a place is named, not a name of the zoo."""
    return "/" in text.partition("(")[0] and not text.endswith(")")


def _exists(path: Path) -> bool:
    """Whether there is such a file; a zoo name wins over a folder of the same name."""
    try:
        return path.is_file() or (path.exists() and path.name not in zoo_names())
    except (OSError, ValueError):
        return False


def _with_arguments(module: Module, arguments: Sequence[tree.Argument]) -> Module:
    """The module with its model's parameters set: its defaults, or the arguments of its ``use``."""
    choice = chosen_model(module)
    found = Diagnostics()
    slots = [Slot(p.name, False) for p in choice.model.parameters]
    matched = match(choice.model.name, None, arguments, slots, found)
    found.raise_errors()
    if not choice.uses:
        model = replace(choice.model, parameters=tuple(_default(p, matched) for p in choice.model.parameters))
        return _with_spec(module, replace(module.spec, model=model))
    place = choice.uses[0]
    use = module.spec.uses[place]
    own = match(choice.model.name, use.span, use.arguments or (), slots, Diagnostics())
    merged = tuple(replace(argument, name=name) for name, argument in {**own, **matched}.items())
    uses = list(module.spec.uses)
    uses[place] = replace(use, arguments=merged)
    return _with_spec(module, replace(module.spec, uses=tuple(uses)))


def _default(parameter: tree.Parameter, matched: Mapping[str, tree.Argument]) -> tree.Parameter:
    if parameter.name not in matched:
        return parameter
    return replace(parameter, default=matched[parameter.name].value)


def _with_spec(module: Module, spec: tree.Spec) -> Module:
    """A copy of ``module`` with another tree, whose own definitions are the new ones."""
    copy = Module(spec, module.source, module.path, module.used, dict(module.names))
    for definition in (*spec.blocks, *((spec.model,) if spec.model else ())):
        copy.names[definition.name] = (copy, definition)
    return copy


def _override(module: Module, name: str, text: str, sections: Mapping[str, Settable]) -> Module:
    source = Source("--set", f"{name}={text}")
    key = Span(source, 0, len(name))
    section, dot, argument = name.partition(".")
    parameters = _parameters(module)
    if not dot and name in parameters:
        value = parse_expression(source, len(name) + 1)
        return _with_arguments(module, [tree.Argument(value, name, span=value.span, name_span=key)])
    if section not in sections:
        model = module.path.stem if module.path else "the model"
        problem = f"{model} has no parameter, and an experiment no section, of that name"
        hints = _set_hints(section, parameters, sections)
        raise SpecError([BadOverride(name=name, problem=problem, span=key, hints=hints)])
    present = next((s for s in module.spec.sections if s.name == section), sections[section].default)
    changed = _changed_section(present, argument, sections[section], key, source)
    others = tuple(changed if s.name == section else s for s in module.spec.sections)
    if all(s.name != section for s in others):
        others = (*others, changed)
    return _with_spec(module, replace(module.spec, sections=others))


def _set_hints(name: str, parameters: tuple[str, ...], sections: Mapping[str, Settable]) -> tuple[str, ...]:
    """What ``--set name`` was meant to set: an argument of a section, or a name that is near."""
    for section, settable in sections.items():
        calls = [call.name for call in settable.default.calls] or [""]
        if any(name in settable.names(call) for call in calls):
            return (f"did you mean '{section}.{name}'?",)
    return did_you_mean(name, (*parameters, *sections))


def _parameters(module: Module) -> tuple[str, ...]:
    try:
        return tuple(p.name for p in chosen_model(module).model.parameters)
    except SpecError:
        return ()


def _changed_section(
    section: tree.Section, argument: str, settable: Settable, key: Span, source: Source
) -> tree.Section:
    if not argument:
        if section.form == "arguments":
            hints = (f"set one of its arguments: {section.name}.NAME=VALUE",)
            raise SpecError(
                [BadOverride(name=section.name, problem="it is not one call", span=key, hints=hints)]
            )
        if settable.listed and source.text[key.end + 1 :].lstrip().startswith("{"):
            return _list_section(section.name, settable, source, key)
        call = parse_call(source, key.end + 1)
        _check_call(call, section.name, settable)
        return replace(section, form=settable.default.form, calls=(call,))
    _check_argument(section, argument, settable, key)
    value = parse_expression(source, key.end + 1)
    given = tree.Argument(value, argument, span=value.span, name_span=key)
    if section.form == "arguments":
        return replace(section, arguments=_merged(section.arguments, given, settable.names("")))
    if section.form == "call":
        call = section.calls[0]
        return replace(
            section,
            calls=(replace(call, arguments=_merged(call.arguments, given, settable.names(call.name))),),
        )
    raise SpecError(
        [
            BadOverride(
                name=f"{section.name}.{argument}",
                problem="it is a list of calls",
                span=key,
                hints=(f"set the whole list: --set '{section.name}={{ … }}'",),
            )
        ]
    )


def _list_section(name: str, settable: Settable, source: Source, key: Span) -> tree.Section:
    """A section that is a list, as ``--set augment={ flip }`` gives it whole."""
    text = f"{name} {source.text[key.end + 1 :]}"
    made, *more = parse_text(Source(f"--set {name}", text)).sections
    if more:
        raise SpecError([BadOverride(name=name, problem="more than a list is given", span=more[0].span)])
    for call in made.calls:
        _check_call(call, name, settable)
    return made


def _check_call(call: tree.Call, section: str, settable: Settable) -> None:
    """Refuse a call that the section cannot hold."""
    if call.name not in settable.calls:
        near = settable.also(call.name) or did_you_mean(call.name, settable.calls)
        kind, span = settable.kind or section, call.name_span
        raise SpecError([UnknownEntry(kind=kind, name=call.name, span=span, hints=near)])


def _check_argument(section: tree.Section, argument: str, settable: Settable, key: Span) -> None:
    """Refuse an argument that the section, or the call in it, does not have."""
    called = section.calls[0].name if section.form == "call" else ""
    known = settable.names(called)
    if section.form == "list" or (called and called not in settable.calls) or argument in known:
        return
    call, hints = called or section.name, did_you_mean(argument, known)
    raise SpecError([UnknownArgument(call=call, name=argument, span=key, hints=hints)])


def _merged(
    arguments: tuple[tree.Argument, ...], given: tree.Argument, names: tuple[str, ...]
) -> tuple[tree.Argument, ...]:
    """``arguments`` with the named one replaced, whether it was given by name or by place, or added."""
    named = [
        replace(a, name=names[place]) if a.name is None and place < len(names) else a
        for place, a in enumerate(arguments)
    ]
    return (*(a for a in named if a.name != given.name), given)
