"""Which model a spec is about, and a spec that only presets another's model as a model of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..source import Span, SpecError
from ..source.values import Value
from ..syntax import tree
from .errors import NoModel

if TYPE_CHECKING:
    from .modules import Module


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Choice(Value):
    """The model a spec is about. ``groups`` are the arguments of each ``use`` on the way, innermost
    first, so that a later one wins; ``uses`` are the places of those lines, root first."""

    owner: Module
    model: tree.Model
    groups: tuple[Sequence[tree.Argument], ...] = ()
    uses: tuple[int, ...] = ()
    span: Span | None = None


def chosen_model(module: Module) -> Choice:
    """The model that a spec is about: its own, or that of its one ``use`` of a model.

    Raises :class:`SpecError` where there is none, or more than one and none written as a call.
    """
    if module.spec.model:
        return Choice(module, module.spec.model, span=module.spec.model.name_span)
    found: dict[int, Choice] = {}
    for place in module.used:
        try:
            found[place] = chosen_model(module.used[place])
        except SpecError:
            continue  # a file of blocks alone
    uses = module.spec.uses
    called = [place for place in found if uses[place].arguments is not None]
    clear = called if len(called) == 1 else list(found) if len(found) == 1 else []
    if not clear:
        raise SpecError([_no_model(module, [c.model.name for c in found.values()])])
    place, inner = clear[0], found[clear[0]]
    groups = (*inner.groups, uses[place].arguments or ())
    return Choice(inner.owner, inner.model, groups, (place, *inner.uses), uses[place].span)


def is_blocks_alone(module: Module) -> bool:
    """Whether a spec has blocks, or brings some, and no model at all."""
    return bool(module.names) and not any(each.spec.model for each in module.all())


def _no_model(module: Module, names: list[str]) -> NoModel:
    whole = Span(module.source, 0, min(len(module.source.text), 1))
    if names:
        problem = f"it is not clear which model is meant: {', '.join(names)}"
        return NoModel(
            problem=problem,
            span=whole,
            hints=("write the one that is meant with parentheses, as in use vgg16()",),
        )
    return NoModel(
        problem="there is no model here", span=whole, hints=("write 'model NAME { … }', or 'use NAME'",)
    )


def preset(module: Module) -> tuple[str, Module, tree.Model] | None:
    """A spec without a model of its own (``use vgg(depths = …)``) as a model named after its file.

    The arguments of its ``use`` are the defaults. None where it is not about one model.
    """
    if module.spec.model or module.path is None:
        return None
    try:
        choice = chosen_model(module)
    except SpecError:
        return None
    given = _given(choice)
    parameters = tuple(replace(p, default=given.get(p.name, p.default)) for p in choice.model.parameters)
    name = module.path.stem
    return name, choice.owner, replace(choice.model, name=name, parameters=parameters)


def _given(choice: Choice) -> dict[str, tree.Expression]:
    names = [p.name for p in choice.model.parameters]
    return {
        argument.name or names[place]: argument.value
        for group in choice.groups
        for place, argument in enumerate(group)
        if argument.name or place < len(names)
    }
