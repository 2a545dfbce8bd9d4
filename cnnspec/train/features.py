"""What layers of a trained network make of images, as arrays for other classifiers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..ir import Graph, GraphOutput, Node, Shape, is_map
from ..source import SpecError, did_you_mean, replacing
from .batches import in_order
from .data.dataset import Dataset, Splits
from .data.targets import Targets
from .errors import EmptySplit, OutOfMemory
from .evaluate import SPLITS, joined
from .failures import data_errors
from .feature_errors import NoSuchLayer
from .lowering import Lowering, compiling
from .network import Trained, compiled
from .reporter import Reporter

if TYPE_CHECKING:
    import numpy as np

    from .steps import EvaluationStep


@dataclass(frozen=True)
class Tap:
    """A place to take features from: ``name`` as a person gave it, ``node`` the layer that gives them. ``pooled``: a map is
    averaged over its places."""

    name: str
    node: Node
    pooled: bool = False

    @property
    def shape(self) -> Shape:
        """Of an image's features: (F,) or (C, H, W)."""
        return self.node.shape[:1] if self.pooled else self.node.shape

    def taken(self, values: np.ndarray) -> np.ndarray:
        """The features (B, …) of what the layer gives."""
        result: np.ndarray = values.mean(axis=(2, 3)) if self.pooled else values
        return result


def tap(graph: Graph, name: str, pool: bool = False) -> Tap:
    """The layer called ``name``, the last one of the part called so, or the one of that output; maps are averaged where
    ``pool``. Raises :class:`SpecError`."""
    layers = graph.nodes[1:]
    inside = [node for node in layers if node.name == name or node.name.startswith(f"{name}.")]
    inside = inside or [graph.nodes[output.node] for output in graph.outputs if output.name == name]
    if not inside:
        known = {node.name for node in layers} | {scope.path for scope in graph.scopes}
        hints = did_you_mean(name, known, limit=0) or (f"the last ones: {_some(graph)}",)
        raise SpecError([NoSuchLayer(model=graph.name, name=name, hints=hints)])
    return Tap(name, inside[-1], pool and is_map(inside[-1].shape))


def _some(graph: Graph) -> str:
    return ", ".join(node.name for node in graph.nodes[-6:])


def ending(graph: Graph, taps: Sequence[Tap]) -> Graph:
    """The part of ``graph`` that ``taps`` need, with an output for each."""
    places = {node.name: place for place, node in enumerate(graph.nodes)}
    return graph.ending(tuple(GraphOutput(each.name, places[each.node.name]) for each in taps))


def cut(trained: Trained, taps: Sequence[Tap]) -> Trained:
    """The network that ends at ``taps``, with the weights that it needs."""
    graph = ending(trained.experiment.graph, taps)
    own = parameters_of(graph)
    weights = {name: value for name, value in trained.weights.items() if name in own}
    return replace(trained, experiment=replace(trained.experiment, graph=graph), weights=weights)


def parameters_of(graph: Graph) -> set[str]:
    """Full names of all parameters and running statistics."""
    return {name for name, _ in graph.named_parameters()}


@dataclass(frozen=True, eq=False)
class Features:
    """Features (N, …) of float32 by the tap's name, of the images of ``parts`` one after another."""

    arrays: Mapping[str, np.ndarray]
    parts: Mapping[str, Dataset]

    @property
    def targets(self) -> Targets:
        """What is known of the images; boxes and points in pixels of the network's input."""
        return joined([part.targets_as_seen() for part in self.parts.values()])


def chosen_parts(splits: Splits, part: str | None) -> dict[str, Dataset]:
    """The parts by name, or the one that is asked for; raises :class:`SpecError` where there are no images."""
    names = SPLITS if part is None else (part,)
    found = {name: dataset for name in names if len(dataset := getattr(splits, name))}
    if not found:
        raise SpecError([EmptySplit(split=part or "all")])
    return found


def features_of(
    trained: Trained,
    taps: Sequence[Tap],
    parts: Mapping[str, Dataset],
    batch: int,
    device: str | None,
    reporter: Reporter,
) -> Features:
    """What ``taps`` give for all images of ``parts``, as at evaluation; nothing behind them is computed.

    Takes no more memory than the features, a batch and the network. Raises :class:`SpecError`.
    """
    import numpy as np

    part = cut(trained, taps)
    total = sum(map(len, parts.values()))
    batch = min(batch, total)
    reporter.phase("compiling the network")
    step, place = compiled(part, batch, device)
    done = 0
    with data_errors(trained.experiment), _enough_memory(place, batch), compiling(Lowering(), reporter):
        arrays = {each.name: np.empty((total, *each.shape), np.float32) for each in taps}
        for dataset in parts.values():
            for made in _batches(step, dataset):
                count = len(next(iter(made.values())))
                for each in taps:
                    arrays[each.name][done : done + count] = each.taken(made[each.name])
                done += count
                reporter.evaluated(done, total)
    return Features(arrays, dict(parts))


def _batches(step: EvaluationStep, dataset: Dataset) -> Iterator[dict[str, np.ndarray]]:
    """What the network gives for the images in order, by output."""
    from .pipeline.feed import Feed

    for fed in Feed(dataset, dataset.prepared_by, step.batch).batches(in_order(len(dataset), step.batch)):
        yield {name: made[: len(fed.rows)] for name, made in step.one(fed.images).items()}


@contextmanager
def _enough_memory(device: str, batch: int) -> Iterator[None]:
    try:
        yield
    except MemoryError as error:
        hints = (f"--batch {max(1, batch // 2)} takes less", "--pool keeps the means of maps alone")
        raise SpecError([OutOfMemory(device=device, batch=batch, hints=hints)]) from error


_TARGETS = {"classes": "labels", "labels": "flags"}
"""What targets are called in the file, where that is not the name of their kind: ``labels`` are class numbers there, as
elsewhere in Python."""


def contents(found: Features, splits: Splits, about: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """The arrays of a file of features, none of which holds Python objects.

    ``features``, or ``features.NAME`` for each of several layers; ``labels`` (N,) of int64, class numbers, and ``classes``,
    their names; other targets by their kind (several labels an image are ``flags``), the names of their columns as
    ``numbers_names`` and so on; ``names`` and ``part`` of each image; ``about``, the rest as JSON.
    """
    import numpy as np

    one = len(found.arrays) == 1
    told = {"features" if one else f"features.{name}": values for name, values in found.arrays.items()}
    targets = found.targets
    for kind in targets.kinds:
        told[_TARGETS.get(kind, kind)] = getattr(targets, kind)
    for field in fields(splits.names):
        if columns := getattr(splits.names, field.name):
            key = "classes" if field.name == "classes" else f"{_TARGETS.get(field.name, field.name)}_names"
            told[key] = np.array(columns, str)
    parts = found.parts
    told["names"] = np.array([part.names(i) for part in parts.values() for i in range(len(part))], str)
    told["part"] = np.repeat(np.array(list(parts), str), [len(part) for part in parts.values()])
    told["about"] = np.array(json.dumps(about, ensure_ascii=False), str)
    return told


def write_features(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """An ``.npz`` file, whole or not at all; raises :class:`SpecError` where it cannot be written."""
    import numpy as np

    with replacing(path) as stream:
        np.savez(stream, **dict[str, Any](arrays))
