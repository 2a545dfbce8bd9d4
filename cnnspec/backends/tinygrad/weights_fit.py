"""Whether stored weights belong to a network. Importing this does not import tinygrad."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ...ir import Graph, Shape, show
from ...source import SpecError, did_you_mean
from .errors import WeightsDoNotFit

if TYPE_CHECKING:
    import numpy as np


def check_weights(graph: Graph, weights: Mapping[str, np.ndarray]) -> None:
    """Raise :class:`SpecError` unless names and shapes are those of the graph's parameters and buffers.

    What only auxiliary outputs need may be missing.
    """
    shapes, needed = _shapes(graph), _shapes(graph.without_auxiliary())
    for name, shape in shapes.items():
        if name not in weights:
            if name in needed:
                raise _misfit(graph, f"'{name}' is missing", did_you_mean(name, weights, limit=0))
        elif weights[name].shape != shape:
            raise _misfit(graph, f"'{name}' is {show(weights[name].shape)}, but {show(shape)} in the spec")
    extra = next((name for name in weights if name not in shapes), None)
    if extra is not None:
        raise _misfit(graph, f"the spec has no '{extra}'", did_you_mean(extra, shapes, limit=0))


def _shapes(graph: Graph) -> dict[str, Shape]:
    return {name: spec.shape for name, spec in graph.named_parameters()}


def _misfit(graph: Graph, problem: str, hints: tuple[str, ...] = ()) -> SpecError:
    return SpecError([WeightsDoNotFit(model=graph.name, problem=problem, hints=hints)])
