"""Silences that silence nothing, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...analyses.lint import GraphLint
from ...ir import ALL, Graph, covers
from ...source import did_you_mean
from ...source.lints import SHOWN, Lint, silent_name
from .nothing_silenced import NothingSilenced
from .silences import Silence


def unneeded(silent: Sequence[Silence], findings: Sequence[Lint], graph: Graph | None) -> Iterator[Lint]:
    """What :class:`NothingSilenced` finds among the silences of the spec itself."""
    for number, silence in enumerate(silent):
        if silence.within is not None:
            continue
        problem = _repeated(silence, silent, number) or _unfounded(silence, findings, graph)
        if problem:
            what, hints = problem
            where = "" if silence.pattern == ALL else f" in '{silence.pattern}'"
            name = silent_name(silence.lint.code)
            yield NothingSilenced(name=name, where=where, problem=what, span=silence.span, hints=hints)


def _repeated(silence: Silence, silent: Sequence[Silence], number: int) -> tuple[str, tuple[str, ...]] | None:
    """Another silence that the spec has of the same, or of more."""
    others = [
        each.pattern
        for place, each in enumerate(silent)
        if each.lint is silence.lint and each.within is None and place != number
        if each.pattern == ALL != silence.pattern or (each.pattern == silence.pattern and place < number)
    ]
    if not others:
        return None
    return f"and is so {'everywhere' if ALL in others else 'there'} already", ("take it out",)


def _unfounded(
    silence: Silence, findings: Sequence[Lint], graph: Graph | None
) -> tuple[str, tuple[str, ...]] | None:
    """Whether the lint has found nothing there, or could find nothing, as there is no such place."""
    own = [finding for finding in findings if finding.code == silence.lint.code]
    if any(silence.covers(finding) for finding in own):
        return None
    if silence.pattern != ALL and issubclass(silence.lint, GraphLint) and graph is not None:
        parts = _parts(graph)
        if not any(covers(silence.pattern, part) for part in parts):
            near = did_you_mean(silence.pattern.replace("*", ""), parts, limit=0)
            return "which is no layer or part of the network", near or ("take it out",)
    if silence.lint.varies:
        return None
    places = list(dict.fromkeys(_place(finding) for finding in own if finding.names))
    if silence.pattern == ALL or not places:
        return "and has found nothing there", ("take it out",)
    shown = ", ".join(f"'{place}'" for place in places[:SHOWN]) + (" …" if len(places) > SHOWN else "")
    return "and has found nothing there", (f"it has found something in {shown}",)


def _place(finding: Lint) -> str:
    return finding.names[0]


def _parts(graph: Graph) -> list[str]:
    """The names of all layers, and of the parts that they are in."""
    found: dict[str, None] = {}
    for node in graph.nodes[1:]:
        pieces = node.name.split(".")
        found |= dict.fromkeys(".".join(pieces[:n]) for n in range(1, len(pieces) + 1))
    return list(found)
