"""All lints of a spec: found, silenced, and those of one place put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...analyses.lint import graph_lints
from ...elaborate import Module
from ...elaborate.lint import spec_lints
from ...ir import Graph
from ...source.lints import Lint, by_place
from .base import experiment_lints
from .silences import silences
from .unneeded import unneeded

if TYPE_CHECKING:
    from ..experiment import Experiment


def lint(
    module: Module,
    graph: Graph | None,
    experiment: Experiment | None = None,
    object_size: int | None = None,
) -> tuple[Lint, ...]:
    """What is found in a spec, sorted by place; a place is told once, however many layers it makes.

    ``graph`` is None where a spec is of blocks alone; ``object_size`` is the side of the objects to be recognised, in
    pixels. Raises :class:`~cnnspec.source.SpecError` where the section ``allow`` is wrong.
    """
    found: list[Lint] = list(spec_lints(module))
    if graph is not None:
        found += graph_lints(graph, object_size, experiment.tuning.fixed if experiment else ())
    if experiment is not None:
        found += experiment_lints(experiment)
    silent = silences(module)
    heard = [finding for finding in found if not any(silence.covers(finding) for silence in silent)]
    return by_place([*heard, *unneeded(silent, found, graph)])
