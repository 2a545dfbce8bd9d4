"""Graphs as a spec has them: with what it freezes marked."""

from __future__ import annotations

from ..elaborate import Module, elaborate
from ..ir import Graph

FINETUNE = "finetune"


def graph_of(module: Module) -> Graph:
    """The elaborated graph of a spec; raises :class:`~cnnspec.source.SpecError`."""
    return marked(module, elaborate(module))


def marked(module: Module, graph: Graph) -> Graph:
    """``graph``, of ``module``, with the parameters marked that its section ``finetune`` freezes.

    Raises :class:`~cnnspec.source.SpecError` where that does not fit the network.
    """
    if all(section.name != FINETUNE for section in module.spec.sections):
        return graph

    from ..train.sections import tuned_graph

    return tuned_graph(module, graph)
