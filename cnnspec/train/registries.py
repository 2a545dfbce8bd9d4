"""The parts of an experiment that a spec can name: one registry a section.

A class registered here is a frozen dataclass whose fields are made with ``arg``, as for layers.
Heavy imports (numpy, tinygrad, scikit-learn) belong inside methods, so that ``check`` stays quick.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from ..ir import Bool, Choice, Entry, Float, Int, Registry, Shape, Word, arg
from ..ir.op import Role

if TYPE_CHECKING:
    from .data.dataset import Splits
    from .data.targets import Known, Targets
    from .tasks import Scored, Task


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
    def known(self) -> Known | None:
        """What its images are known by, where that is certain without reading anything."""
        return None

    def load(self, input_shape: Shape, seed: int) -> Splits:
        """Open the data, fitted to a network whose input is ``input_shape``.

        ``seed`` decides the split where none is given. Raises ``OpError`` with a diagnostic and
        the argument at fault where something is missing, broken or does not fit.
        """
        raise NotImplementedError


class Loss(Entry):
    """What training lowers: section ``loss``. Every one has fields ``of`` and ``weight``."""

    kinds: ClassVar[tuple[str, ...]] = ("classes",)
    """What of the data it can take, fields of ``Targets``."""
    bounded: ClassVar[str] = ""
    """What it does itself to raw outputs ("softmax", "sigmoid"), so that the network must not; "" for nothing."""
    class_outputs: ClassVar[tuple[str, ...]] = ("each",)
    """How outputs stand for classes: an output "each", or a "single" one for two classes."""

    if TYPE_CHECKING:
        # Declared by each loss, in its own place among its arguments.
        of: str | None
        weight: float

    def fitted(self, task: Task, targets: Targets) -> Loss:
        """The loss for a task and its training targets, such as class weights that follow from their numbers.

        Raises ``OpError`` where an argument does not fit.
        """
        return self

    def __call__(self, outputs: Any, targets: Any) -> Any:
        """The mean over the batch, a scalar tensor. ``outputs`` (N, K) are raw; ``targets`` are (N,) of int, class
        numbers, or (N, K) of float32, as ``Task.encoded`` gives them."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Change:
    """What an optimizer changes: one parameter and all that the change follows from, tensors on the device.

    ``state`` are the parameter's own tensors, one of its shape for each of the optimizer's ``slots``; ``shared`` the
    optimizer's scalars, already ``advanced``. ``rate`` is the learning rate at this step, ``decay`` the weight decay of this
    parameter (a float, 0 where it is spared), ``role`` the parameter's role in its layer.
    """

    weight: Any
    gradient: Any
    state: Mapping[str, Any]
    shared: Mapping[str, Any]
    rate: Any
    decay: float
    role: Role


class Optimizer(Entry):
    """How weights follow gradients: section ``optimizer``. Every one has fields ``lr``, ``weight_decay`` and ``decays``.

    It is a pure function of tensors, which whoever calls it assigns: so a step can be left out, saved, done on
    several devices.
    """

    if TYPE_CHECKING:
        # Declared by each optimizer, in its own place among its arguments.
        lr: float
        weight_decay: float
        decays: str

    def slots(self, role: Role) -> tuple[str, ...]:
        """Names of the tensors, of a parameter's shape and zero at first, that are kept for a parameter of this role."""
        return ()

    def shared(self) -> dict[str, float]:
        """Scalars that are kept for all parameters together, by name, and what they are at first."""
        return {}

    def advanced(self, shared: Mapping[str, Any]) -> dict[str, Any]:
        """The scalars one step further (tensors of shape (1,))."""
        return {}

    def change(self, change: Change) -> tuple[Any, dict[str, Any]]:
        """The parameter's new value, and its state's."""
        raise NotImplementedError

    def decay(self, role: Role) -> float:
        """The weight decay of a parameter of this role."""
        return self.weight_decay if self.decays == "all" or role == "weight" else 0.0


@dataclass(frozen=True, slots=True)
class Moment:
    """When a step is made: the update number ``step`` (from 0, over all epochs), ``steps`` of them an epoch, ``epochs`` in
    all. ``losses`` are the validation losses of the epochs that are over (training's where there is no validation)."""

    step: int
    steps: int
    epochs: int
    losses: tuple[float, ...] = ()

    @property
    def epoch(self) -> int:
        """Whole epochs gone by."""
        return self.step // self.steps

    @property
    def progress(self) -> float:
        """Epochs gone by, steps within one as a fraction."""
        return self.step / self.steps


class Schedule(Entry):
    """The factor on the learning rate over training: section ``schedule``."""

    def factor(self, at: Moment) -> float:
        """The factor for the step at ``at``; a pure function, so that a run can go on anywhere."""
        raise NotImplementedError

    def rising(self, epochs: int) -> tuple[str, float]:
        """The argument that says for how long the rate rises at first, and for how many of ``epochs`` that is."""
        return "", 0.0

    def last_change(self) -> tuple[str, float, str] | None:
        """The argument that says after how many epochs the rate last changes by plan (where it has not yet, training
        ends at the rate before), their number, and what happens then; None where it changes all the way."""
        return None


class Metric(Entry):
    """A measure over a whole split: section ``metrics``. Every one has a field ``of``."""

    kinds: ClassVar[tuple[str, ...]] = ("classes",)
    """Kinds of task that it measures; with ``joint``, those of the outputs that it needs, in order."""
    joint: ClassVar[bool] = False
    """Whether it measures several outputs at once."""
    better: ClassVar[Literal["higher", "lower"]] = "higher"
    scalar: ClassVar[bool] = True
    """Whether it is a number; else it says how something is shown."""
    ranks: ClassVar[bool] = False
    """Whether it needs probabilities, not only what was predicted."""
    percent: ClassVar[bool] = False
    """Whether it is a share, shown as such in the lines of training."""

    if TYPE_CHECKING:
        # Declared by each metric, the last of its arguments.
        of: str | None

    @property
    def key(self) -> str:
        """What it is called in ``metrics.jsonl``; tells uses of it with other arguments apart."""
        return self.call_name

    def check(self, task: Task) -> None:
        """Raise ``OpError`` where an argument does not fit the task, such as a class that it does not have."""

    def compute(self, *scored: Scored) -> float | None:
        """The measure of one output (of several where it is ``joint``); None where it is not defined."""
        raise NotImplementedError


def of_argument() -> Any:
    """The field ``of`` of losses and metrics."""
    return arg(Word(), "the output that it is about, where the network has several", None)


def weight_argument() -> Any:
    """The field ``weight`` of losses."""
    return arg(Float(above=0), "what it counts in the sum of all losses", 1.0)


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
    precision: str = arg(
        Choice("float32", "bf16", "fp16"),
        "arithmetic of the forward and backward pass; weights stay float32. With fp16 the loss is scaled up, so that small "
        "gradients are not lost",
        "float32",
    )
    accumulate: int = arg(
        Int(1), "batches whose gradients are averaged before weights change: a larger batch in less memory", 1
    )
    clip: float | None = arg(
        Float(above=0), "largest norm of all gradients together; longer ones are shortened to it", None
    )
    ema: float | None = arg(
        Float(0, below=1),
        "decay of a moving average of the weights, which is what is measured and kept",
        None,
    )
    patience: int | None = arg(
        Int(1), "epochs without a better one, after which training ends; never where it is left out", None
    )
    recompute: bool = arg(
        Bool(),
        "whether the backward pass computes layers anew instead of keeping them: less memory, more time",
        False,
    )
    save_every: float = arg(
        Float(above=0), "minutes within an epoch, after which all that resuming needs is saved", 10.0
    )
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
