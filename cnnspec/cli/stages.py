"""The stages that a spec goes through to be checked, and what lints say of one that is right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..elaborate import (
    ALLOW_SECTION,
    NAMES_SECTION,
    PLAIN_SECTIONS,
    Module,
    check_blocks,
    elaborate,
    is_blocks_alone,
)
from ..ir import Graph, verify
from ..source import Diagnostics

if TYPE_CHECKING:
    from ..source.lints import Lint
    from ..train.experiment import Experiment


@dataclass(frozen=True, slots=True)
class Checked:
    """A spec with nothing wrong. ``graph`` is None where it has blocks alone, ``experiment`` where it has no section of
    one."""

    module: Module
    graph: Graph | None = None
    experiment: Experiment | None = None


def checked(module: Module) -> Checked:
    """Raise :class:`~cnnspec.source.SpecError` with all that is wrong with a spec, but for its assertions."""
    found, graph = Diagnostics(), None
    with found.stage():
        graph = _graph(module)
    with found.stage():
        _check_names(module)
    with found.stage():
        _check_sections(module, bool(found.errors))
    found.raise_errors()
    if graph is None or not has_experiment(module):
        return Checked(module, graph)
    from ..train.sections import bind_experiment

    return Checked(module, graph, bind_experiment(module, graph))


def _graph(module: Module) -> Graph | None:
    if is_blocks_alone(module):
        check_blocks(module)
        return None
    graph = elaborate(module)
    verify(graph)
    return graph


def _check_names(module: Module) -> None:
    if _has(module, NAMES_SECTION):
        from ..elaborate.renaming import renamings

        renamings(module)


def _check_sections(module: Module, without_graph: bool) -> None:
    """What is wrong with the sections, except what binding them to the graph tells."""
    if has_experiment(module):
        if without_graph:
            from ..train.sections import check_sections

            check_sections(module)
    elif _has(module, ALLOW_SECTION):
        from ..train.lint import check_silences

        check_silences(module)


def lints_of(checked: Checked, object_size: int | None = None) -> Sequence[Lint]:
    """What is found. What knows of experiments and of silences is imported only where there are any."""
    module, graph = checked.module, checked.graph
    if checked.experiment is None and not _has(module, ALLOW_SECTION):
        from ..analyses.lint import graph_lints
        from ..elaborate.lint import spec_lints
        from ..source.lints import by_place

        return by_place([*spec_lints(module), *(graph_lints(graph, object_size) if graph else ())])
    from ..train.lint import lint

    return lint(module, graph, checked.experiment, object_size)


def in_words(count: int) -> str:
    """``2 lints``."""
    return f"{count} lint{'' if count == 1 else 's'}"


def _has(module: Module, section: str) -> bool:
    return any(s.name == section for each in module.all() for s in each.spec.sections)


def has_experiment(module: Module) -> bool:
    """Whether a spec has sections of an experiment."""
    return any(section.name not in PLAIN_SECTIONS for section in module.spec.sections)
