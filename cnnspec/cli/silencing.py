"""How what is found in a spec can be silenced, in words for a person at the command line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ..elaborate import ALLOW_SECTION, Module, zoo_folder
from ..source.lints import Lint, silent_name

if TYPE_CHECKING:
    from collections.abc import Callable

FEW = 3
"""So many places of a lint are named in a silence of them alone."""
_WORDS = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")


def how_to_silence(spec: str, module: Module, lints: Sequence[Lint]) -> Iterator[str]:
    """Lines that say it: for the lints as a whole, and for the places that they are found in where these are few."""
    found: dict[str, list[Lint]] = {}
    for lint in lints:
        if lint.silenceable:
            found.setdefault(silent_name(lint.code), []).append(lint)
    if not found:
        return
    write, where = _form(spec, module)
    yield f"to silence {'it' if len(lints) == 1 else 'them'}:  {write(list(found))}{where}"
    placed = [_placed(name, each) for name, each in found.items()]
    if placed != list(found):
        yield f"or only there:  {write(placed)}"


def _form(spec: str, module: Module) -> tuple[Callable[[list[str]], str], str]:
    """How silences are written in the spec, and where they go."""
    zoo = module.path is not None and module.path.parent == zoo_folder() and "/" not in spec
    if zoo and module.path and spec != module.path.name:
        return lambda calls: f"use {spec}  allow {{ {'  '.join(calls)} }}", "  as a spec of your own"
    if any(section.name == ALLOW_SECTION for section in module.spec.sections):
        return lambda calls: ("  " if not _is_yaml(module) else ", ").join(
            calls
        ), "  in the section 'allow' of the spec"
    if _is_yaml(module):
        return lambda calls: f"allow: [{', '.join(calls)}]", "  in the spec"
    return lambda calls: f"allow {{ {'  '.join(calls)} }}", "  in the spec"


def _is_yaml(module: Module) -> bool:
    return module.path is not None and module.path.suffix != ".cnn"


def _placed(name: str, lints: Sequence[Lint]) -> str:
    """The silence of a lint in the places where it is found, if they are few and have names."""
    places = [place for lint in lints for place in (lint.layers or lint.subjects[:1])]
    if not all(lint.names for lint in lints) or len(set(places)) > FEW:
        return name
    return f"{name}({', '.join(map(_written, dict.fromkeys(places)))})"


def _written(place: str) -> str:
    return place if _WORDS.fullmatch(place) else f'"{place}"'
