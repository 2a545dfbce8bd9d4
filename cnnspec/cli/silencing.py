"""How what is found in a spec can be silenced, in words for a person at the command line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..elaborate import ALLOW_SECTION, Module, zoo_folder
from ..source.lints import Lint, silencing, silent_name
from ..syntax import is_yaml, tree

FEW = 3
"""So many places of a lint are named in a silence of them alone."""
_WORDS = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")


def how_to_silence(spec: str, module: Module, lints: Sequence[Lint]) -> Iterator[str]:
    """Lines that say it: for the lints as a whole, and for the places that they are found in where these are few.

    Each has a whole section ``allow``, with what the spec silences already.
    """
    found: dict[str, list[Lint]] = {}
    for lint in lints:
        if lint.silenceable:
            found.setdefault(silent_name(lint.code), []).append(lint)
    if not found:
        return
    form = _form(spec, module)
    what = f"to silence {'it' if sum(map(len, found.values())) == 1 else 'them'}"
    yield f"{what}{form.before}:  {form.written({name: name for name in found})}{form.after}"
    placed = {name: call for name, each in found.items() if (call := _placed(name, each))}
    if placed:
        some = "" if len(placed) == len(found) else "some "
        yield f"or {some}only there:  {form.written(placed)}"


@dataclass(frozen=True, slots=True)
class _Form:
    """How a section ``allow`` is written, what stands in it already, and the words around it."""

    yaml: bool = False
    there: tuple[tree.Call, ...] = ()
    lead: str = ""
    before: str = ""
    after: str = "  in the spec"

    def written(self, silences: dict[str, str]) -> str:
        """The section with ``silences``, calls by the lints that they silence; one of all places makes others needless."""
        from ..syntax import print_statement

        kept = [print_statement(call) for call in self.there if silences.get(call.name) != call.name]
        return self.lead + silencing([*kept, *silences.values()], self.yaml)


def _form(spec: str, module: Module) -> _Form:
    zoo = module.path is not None and module.path.parent == zoo_folder() and "/" not in spec
    if zoo and module.path and spec != module.path.name:
        return _Form(lead=f"use {spec}  ", after="  as a spec of your own")
    yaml = is_yaml(module.source)
    there = [section.calls for section in module.spec.sections if section.name == ALLOW_SECTION]
    if there:
        return _Form(yaml, there[0], before=f", the section '{ALLOW_SECTION}' becomes", after="")
    return _Form(yaml)


def _placed(name: str, lints: Sequence[Lint]) -> str | None:
    """The silence of a lint in the places where it is found, if they are few and have names."""
    places = [place for lint in lints for place in (lint.layers or lint.subjects[:1])]
    if not all(lint.names for lint in lints) or len(set(places)) > FEW:
        return None
    return f"{name}({', '.join(map(_written, dict.fromkeys(places)))})"


def _written(place: str) -> str:
    return place if _WORDS.fullmatch(place) else f'"{place}"'
