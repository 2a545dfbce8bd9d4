"""Weights from elsewhere, put in order for a network: all of it, or an error that says what is left over."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...elaborate import Module
from ...ir import Graph
from ...source import SpecError
from .left_over import left_over
from .pairing import Pair, Pairing, pair
from .sources import WeightSource
from .values import bad_tensor

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Loaded:
    """Weights by our names, float32, of our shapes: all but those that start anew. ``pairing`` says where each came from."""

    arrays: dict[str, np.ndarray]
    pairing: Pairing


def load(
    graph: Graph,
    module: Module,
    source: WeightSource,
    names: str | None = None,
    fresh: Collection[str] = (),
    ignored: Sequence[str] = (),
) -> Loaded:
    """The weights of ``source`` for ``graph``, which ``module`` is the spec of; never a part of them unasked.

    ``fresh`` are full names of our parameters and buffers (``head.weight``) that start anew: what the file has for them is
    left out. ``ignored`` are patterns over the file's names (``fc``, ``aux.*``) that may be left over. Raises
    :class:`SpecError` with all else that is left over on either side, and where values cannot be weights. What only
    auxiliary outputs need may be missing.
    """
    pairing = pair(graph, module, source.file, names, source.names, source.text)
    problems = left_over(graph, source, pairing, frozenset(fresh), ignored)
    if problems:
        raise SpecError(problems)
    shapes = {name: spec.shape for name, spec in graph.named_parameters()}
    found = {p.ours: p.turned(value, shapes[p.ours]) for p, value in _values(source, pairing, fresh)}
    return Loaded({name: found[name] for name in shapes if name in found}, pairing)


def check_values(source: WeightSource, pairing: Pairing, fresh: Collection[str] = ()) -> None:
    """Raise the :class:`SpecError` of :func:`load` where a tensor that pairs is damaged or cannot be a weight.

    All values are read, one tensor after another, and none is kept.
    """
    for _ in _values(source, pairing, fresh):
        pass


def _values(
    source: WeightSource, pairing: Pairing, fresh: Collection[str]
) -> Iterator[tuple[Pair, np.ndarray]]:
    """What is to be loaded, each checked, in an order that suits the file."""
    pairs = {p.theirs: p for p in pairing.pairs if p.ours not in fresh}
    for theirs, value in source.file.values(pairs):
        _check_variance(pairs[theirs], value, source)
        yield pairs[theirs], value


def _check_variance(pair: Pair, value: np.ndarray, source: WeightSource) -> None:
    """A variance below zero makes every output no number."""
    if pair.ours.endswith(".running_var") and (wrong := int((value < 0).sum())):
        problem = (
            f"is a variance, and {wrong} of its {value.size} values {'are' if wrong > 1 else 'is'} negative"
        )
        raise bad_tensor(pair.theirs, source.file.path, problem)
