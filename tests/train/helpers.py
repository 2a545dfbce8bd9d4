"""Small networks and data for the training tests."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import cnnspec.ops  # noqa: F401
from cnnspec.ir import LAYERS, Graph, GraphOutput, Node, Op, Shape
from cnnspec.ops.input import Input
from cnnspec.train import losses, metrics, optimizers, schedules  # noqa: F401
from cnnspec.train.data.dataset import Dataset, Splits
from cnnspec.train.data.pictures import ArrayPictures
from cnnspec.train.data.targets import TargetNames, Targets
from cnnspec.train.experiment import Experiment
from cnnspec.train.registries import LOSSES, OPTIMIZERS, SCHEDULES, DataSource, TrainSettings
from cnnspec.train.run import ResolvedSpec


def layer(name: str, **values: Any) -> Op:
    return LAYERS.make(name, **values)


def chain(shape: Shape, *ops: Op, name: str = "net") -> Graph:
    """A network of layers one after another, named ``<layer><place>``."""
    nodes = [Node("input", Input(shape), (), shape)]
    for place, op in enumerate(ops, 1):
        before = nodes[-1].shape
        nodes.append(
            Node(f"{op.call_name}{place}", op, (place - 1,), op.output_shape(before), op.parameters(before))
        )
    return Graph(name, tuple(nodes), (GraphOutput("output", len(nodes) - 1),))


def small_net(classes: int = 3, shape: Shape = (1, 6, 6)) -> Graph:
    return chain(
        shape,
        layer("conv", channels=4, kernel=3),
        layer("bn"),
        layer("relu"),
        layer("flatten"),
        layer("dropout", p=0.2),
        layer("linear", features=classes),
    )


def with_auxiliary(graph: Graph) -> Graph:
    """``graph`` with a second head on the flattened map, for training only."""
    place = next(i for i, n in enumerate(graph.nodes) if n.op.call_name == "flatten")
    op, shape = layer("linear", features=3), graph.nodes[place].shape
    head = Node("helper", op, (place,), op.output_shape(shape), op.parameters(shape))
    outputs = (*graph.outputs, GraphOutput("helper", len(graph.nodes), auxiliary=True))
    return Graph(graph.name, (*graph.nodes, head), outputs)


def blobs(count: int, classes: int, shape: Shape, seed: int) -> Dataset:
    """Images whose class shows as a bright row: easy to learn. Values are uint8."""
    random = np.random.RandomState(seed)
    labels = np.arange(count) % classes
    images = random.randint(0, 120, (count, *shape)).astype(np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[:, label] += 130
    pictures = ArrayPictures(images.transpose(0, 2, 3, 1), "blob", "the blobs")
    return Dataset(pictures, Targets(classes=labels.astype(np.int64)))


@dataclass(frozen=True)
class BlobSource(DataSource):
    """A data source of ``counts`` (train, validation, test) blobs."""

    counts: tuple[int, int, int] = (40, 13, 9)
    classes: int = 3
    fit: str = "exact"
    mode: str = "as_is"

    def load(self, input_shape: Shape, seed: int) -> Splits:
        parts = [blobs(n, self.classes, input_shape, i) for i, n in enumerate(self.counts)]
        return Splits(*parts, TargetNames(tuple("abcdefgh"[: self.classes])))


def experiment(
    graph: Graph | None = None, data: DataSource | None = None, lr: float = 0.05, **settings: Any
) -> Experiment:
    return Experiment(
        graph=graph or small_net(),
        data=data or BlobSource(),
        losses=(LOSSES.make("cross_entropy"),),
        optimizer=OPTIMIZERS.make("sgd", lr=lr, momentum=0.9),
        schedule=SCHEDULES.make("constant"),
        settings=TrainSettings(**{"epochs": 3, "batch": 16, **settings}),
        metrics=(),
    )


def spec_files(base: Path = Path()) -> ResolvedSpec:
    return ResolvedSpec({"spec.cnn": "model net { … }\n"}, "spec.cnn", base)
