"""The parts of an experiment that a spec can name: one registry a section.

A class registered here is a frozen dataclass whose fields are made with ``arg``, as for layers.
Heavy imports (numpy, tinygrad, scikit-learn) belong inside methods, so that ``check`` stays quick.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from ..ir import Bool, Choice, Entry, Float, Int, Registry, Shape, arg

if TYPE_CHECKING:
    import numpy as np

    from .data.dataset import Splits
    from .data.targets import Targets


class DataSource(Entry):
    """Where images and targets come from: section ``data``. Every one has fields ``fit`` and ``mode``."""

    if TYPE_CHECKING:
        # Declared by each source, in its own place among its arguments.
        fit: str
        mode: str

    @classmethod
    def suits(cls, path: Path) -> int:
        """Whether a person who names ``path`` means this source: 0 no, 1 perhaps, 2 certainly."""
        return 0

    @property
    def known_shape(self) -> Shape | None:
        """(C, H, W) of its images, as stored, where that is certain without reading anything."""
        return None

    @property
    def known_classes(self) -> int | None:
        """Number of classes where that is certain without reading anything."""
        return None

    def load(self, input_shape: Shape, seed: int) -> Splits:
        """Open the data, fitted to a network whose input is ``input_shape``.

        ``seed`` decides the split where none is given. Raises ``OpError`` with a diagnostic and
        the argument at fault where something is missing, broken or does not fit.
        """
        raise NotImplementedError


class Loss(Entry):
    """What training lowers: section ``loss``."""

    target: ClassVar[str] = "classes"
    """What of the data it takes, a field of ``Targets``."""

    def check(self, output: Shape) -> None:
        """Raise ``OpError`` where a network output of this shape does not suit the loss."""

    def fitted(self, targets: Targets, outputs: int) -> Loss:
        """The loss for these training targets, for a network of so many outputs. Raises ``OpError``."""
        return self

    def __call__(self, outputs: Any, targets: Any) -> Any:
        """The mean over the batch, a scalar tensor; ``outputs`` (N, …), ``targets`` (N,) of int."""
        raise NotImplementedError


class Optimizer(Entry):
    """How weights follow gradients: section ``optimizer``. Every one has a field ``lr``."""

    lr: float

    def build(self, parameters: Sequence[Any]) -> Any:
        """A tinygrad optimizer over these tensors."""
        raise NotImplementedError


class Schedule(Entry):
    """The factor on the learning rate over training: section ``schedule``."""

    def factor(self, epoch: float, epochs: int) -> float:
        """The factor at ``epoch`` (0 is the start; fractions are steps within) of ``epochs``."""
        raise NotImplementedError


class Metric(Entry):
    """A measure over a whole split: section ``metrics``."""

    def compute(self, outputs: np.ndarray, targets: np.ndarray) -> float:
        """``outputs`` (N, classes) are raw network outputs, ``targets`` (N,) class indices."""
        raise NotImplementedError


DATA_SOURCES: Registry[DataSource] = Registry("data source")
LOSSES: Registry[Loss] = Registry("loss")
OPTIMIZERS: Registry[Optimizer] = Registry("optimizer")
SCHEDULES: Registry[Schedule] = Registry("schedule")
METRICS: Registry[Metric] = Registry("metric")


class TrainSettings(Entry):
    """Section ``train``: ``train (epochs = 10, batch = 64)``."""

    epochs: int = arg(Int(1), "passes over the training images", 10)
    batch: int = arg(Int(1), "images a step", 64)
    seed: int = arg(Int(0, 2**32 - 1), "seed of weights, order, split and dropout", 0)
    precision: str = arg(Choice("float32"), "arithmetic of the forward and backward pass", "float32")
    auxiliary_weight: float = arg(Float(minimum=0), "weight of each auxiliary output's loss", 0.3)
    shuffle: bool = arg(Bool(), "whether the order is drawn anew each epoch", True)
    balanced: bool = arg(
        Bool(),
        "whether every class comes equally often: images of rare ones several times in an epoch",
        False,
    )
    workers: int | None = arg(
        Int(1, 256),
        "threads that read and change images; as many as there are cores. Results do not depend on it",
        None,
    )
