"""The compiled steps: one of training, one of evaluation.

Both read standing input buffers and are captured by TinyJit, so a step costs the host next to nothing.
Nothing here waits for the device except ``read`` and ``outputs``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from tinygrad import Tensor, TinyJit, dtypes
from tinygrad.nn.state import get_parameters

from ..backends.tinygrad.feed import place, write
from ..backends.tinygrad.module import Module
from ..backends.tinygrad.spread import Spread
from .batches import in_order
from .data.dataset import Dataset
from .pipeline.feed import Feed
from .registries import Loss
from .tasks import ClassTask, Task
from .updates import NUMBERS, UpdateNumbers, Updates

if TYPE_CHECKING:
    from .data.normalization import Normalization
    from .data.targets import Targets
    from .heads import Head
    from .pipeline.drawn import Drawn


Scale = Callable[[Tensor], Tensor]
"""What brings the images of a batch to what the network takes, such as a ``Scaler``."""


class Part(Protocol):
    """What a batch goes through on the device first, such as a ``DevicePart``."""

    @property
    def own_share(self) -> Tensor | None:
        """The weight of an image's own target; None where nothing is mixed."""

    def write(self, drawn: Drawn, seed: int, epoch: int, step: int) -> None:
        """Take what is drawn for the next batch."""

    def __call__(self, images: Tensor) -> Tensor:
        """The batch as the ``Scale`` takes it."""


KEPT_STEPS = 64
"""Steps that a device keeps the losses of, until they are read."""


def captured_at_once(compute: Callable[[], Any], device: str, *state: Any) -> Any:
    """``compute`` as TinyJit runs it, captured in its first call.

    TinyJit would run the first call uncaptured, so that what is made in it is not made again each time; and plan
    everything twice, with memory for both. Here what is made once (of ``state``, and for random numbers) is made first.
    """
    Tensor.realize(*get_parameters(state), Tensor.rand(1, device=device))
    run = TinyJit(compute)
    run.cnt = max(run.cnt, 1)
    return run


class Scaler:
    """Brings pixels (B, H, W, C) (uint8 0 … 255, or float32 0 … 1) to mean 0 and deviation 1, and to (B, C, H, W)."""

    def __init__(self, normalization: Normalization, device: str | Spread) -> None:
        place = (Spread((device,)) if isinstance(device, str) else device).place
        mean, std = np.array(normalization.mean, np.float64), np.array(normalization.std, np.float64)
        self._shift = place((-mean / std).astype(np.float32))
        self._bytes = place((1 / (255 * std)).astype(np.float32))
        self._floats = place((1 / std).astype(np.float32))

    def __call__(self, images: Tensor) -> Tensor:
        scale = self._bytes if images.dtype == dtypes.uint8 else self._floats
        return (images.cast(dtypes.float32) * scale + self._shift).permute(0, 3, 1, 2)


@dataclass(frozen=True, slots=True)
class Tally:
    """Sums over the steps since the last reading (the last ``KEPT_STEPS`` of them); ``finite`` steps came before the first
    nan or inf. They are added on the host, in double precision, so it does not matter how often they are read.

    ``correct`` counts images by output, of outputs that learn classes; ``losses`` are the parts of the sum by output.
    ``skipped`` updates were left out, where gradients overflowed in fp16.
    """

    loss: float
    finite: int
    skipped: int
    correct: Mapping[str, float]
    losses: Mapping[str, float]


class TrainingStep:
    """Forward, loss, backward, update: one batch a call. The device keeps what a step came to until it is read.

    Where gradients of several batches are added up, they are a captured function of their own, and so is the update.
    """

    def __init__(
        self,
        module: Module,
        updates: Updates,
        heads: Sequence[Head],
        scaler: Scale,
        images: np.ndarray,
        part: Part | None = None,
        accumulate: int = 1,
        recompute: bool = False,
    ) -> None:
        """``images`` is a batch, (B, H, W, C), or (B, …) of features, taken for its shape and type; ``part`` is what it goes
        through first."""
        self._module, self._updates, self._heads, self._scaler = module, updates, tuple(heads), scaler
        self._part, self._recompute = part, recompute
        self._counted = [h for h in heads if not h.auxiliary and isinstance(h.task, ClassTask)]
        self._images = place(np.zeros_like(images), module.device)
        self._targets = {h.output: place(_empty(h.task, len(images)), module.device) for h in heads}
        columns = 1 + len(self._counted) + len(self._heads)
        self._tally = place(np.zeros((KEPT_STEPS, columns), np.float32), module.device)
        self._row, self._taken = place(np.zeros(1, np.float32), module.device), 0
        self._skipped = module.spread.place(np.zeros(1, np.float32))
        self._numbers, self._told = (
            module.spread.place(np.zeros(NUMBERS, np.float32)),
            UpdateNumbers(0.0, 0.0, 0),
        )
        state = list(updates.tensors.values())
        self._sums: dict[str, Tensor] = {}
        if accumulate > 1:
            self._sums = {
                n: module.spread.place(np.zeros(t.shape, np.float32)) for n, t in module.trained.items()
            }
            self._run = captured_at_once(self._add_up, module.device)
            self._update = captured_at_once(self._apply_sums, module.device, *state)
        else:
            self._run = captured_at_once(self._compute, module.device, *state)

    def __call__(self, images: np.ndarray, targets: Targets, numbers: UpdateNumbers | None) -> None:
        """One batch; ``numbers`` are those of the update that follows it, None where more batches come before one."""
        if numbers is not None and numbers != self._told:
            write(self._numbers, numbers.array)
            self._told = numbers
        write(self._images, images)
        for head in self._heads:
            write(self._targets[head.output], head.task.encoded(targets))
        self._run()
        self._taken += 1
        if self._sums and numbers is not None:
            self._update()

    def _compute(self) -> None:
        gradients = self._gradients()
        # tinygrad orders what is assigned by walking through all that it depends on: for each parameter through the
        # whole network, unless the gradients are there already.
        Tensor.realize(self._tally, self._row, *gradients.values(), *self._module.buffers)
        self._apply(gradients)

    def _add_up(self) -> None:
        gradients = self._gradients()
        Tensor.realize(self._tally, self._row, *gradients.values(), *self._module.buffers)
        Tensor.realize(*(total.assign(total + gradients[name]) for name, total in self._sums.items()))

    def _apply_sums(self) -> None:
        self._apply(self._sums)
        Tensor.realize(*(total.assign(total.zeros_like()) for total in self._sums.values()))

    def _apply(self, gradients: Mapping[str, Tensor]) -> None:
        changed, made = self._updates.assigned(gradients, self._numbers)
        Tensor.realize(*changed, *([] if made is None else [self._skipped.assign(self._skipped + 1 - made)]))

    def _gradients(self) -> dict[str, Tensor]:
        """The gradients of the module's trained parameters, realized only where layers are computed twice; this step's row
        of the tally is assigned."""
        spread = self._module.spread
        images = self._scaler(spread.split(self._part(self._images) if self._part else self._images))
        again = self._module.recomputing() if self._recompute else None
        outputs = again.forward(images) if again else self._module.forward(images, training=True)
        losses = [self._mixed_loss(head, outputs[head.output]) for head in self._heads]
        weighted = [loss * head.factor for loss, head in zip(losses, self._heads, strict=True)]
        loss: Tensor = sum(weighted[1:], weighted[0])
        rows = Tensor.arange(KEPT_STEPS).reshape(-1, 1) == self._row
        self._tally.assign(rows.where(self._now(loss, losses, outputs).reshape(1, -1), self._tally))
        self._row.assign((self._row + 1 < KEPT_STEPS).where(self._row + 1, 0.0))
        loss = self._updates.scaled(loss)
        trained = self._module.trained
        if again:
            found = again.gradients(loss, trained)
            return {name: found[name] for name in trained}
        return dict(zip(trained, loss.gradient(*trained.values()), strict=True))

    def _now(self, loss: Tensor, losses: Sequence[Tensor], outputs: Mapping[str, Tensor]) -> Tensor:
        """The row of the tally that tells of this step."""
        spread = self._module.spread
        correct = [
            _correct(h.task, outputs[h.output], spread.split(self._targets[h.output])) for h in self._counted
        ]
        values = [
            spread.joined(value) for value in (loss.detach(), *correct, *(each.detach() for each in losses))
        ]
        return Tensor.stack(*values)

    def _mixed_loss(self, head: Head, output: Tensor) -> Tensor:
        """The loss; where images are mixed, that of both targets, weighted."""
        spread, targets = self._module.spread, self._targets[head.output]
        own = summed_loss(head.losses, output, spread.split(targets))
        share = self._part.own_share if self._part else None
        if share is None:
            return own
        share = spread.copied(share)
        return own * share + summed_loss(head.losses, output, spread.split(targets.flip(0))) * (1 - share)

    def read(self) -> Tally:
        """Wait for the device, take what was added up, begin anew at zero."""
        steps, self._taken = min(self._taken, KEPT_STEPS), 0
        rows = self._tally.numpy()[:steps].astype(np.float64)
        write(self._row, np.zeros(1, np.float32))
        sound = np.isfinite(rows[:, 0])
        finite = steps if sound.all() else int(np.argmin(sound))
        loss, *rest = rows.sum(axis=0).tolist()
        skipped = int(self._skipped.numpy()[0]) if self._updates.scales else 0
        if skipped:
            write(self._skipped, np.zeros(1, np.float32))
        correct = {h.output: value for h, value in zip(self._counted, rest, strict=False)}
        losses = {h.output: value for h, value in zip(self._heads, rest[len(correct) :], strict=True)}
        return Tally(loss, finite, skipped, correct, losses)


def summed_loss(losses: Sequence[Loss], outputs: Tensor, targets: Tensor) -> Tensor:
    """The weighted sum of the losses of an output."""
    weighted = [loss(outputs, targets) * loss.weight for loss in losses]
    total: Tensor = sum(weighted[1:], weighted[0])
    return total


def _empty(task: Task, batch: int) -> np.ndarray:
    """Encoded targets of a batch, to be written over."""
    indices = isinstance(task, ClassTask) and not task.single
    return np.zeros(batch, np.int32) if indices else np.zeros((batch, task.outputs), np.float32)


def _correct(task: Task, output: Tensor, targets: Tensor) -> Tensor:
    """How many images of a batch get their class."""
    assert isinstance(task, ClassTask)
    # Of two equal scores argmax takes the first class, which a single output of 0 stands for where it is the other one.
    threshold = output > 0 if task.positive == 1 else output >= 0
    hits = threshold == (targets > 0) if task.single else output.argmax(-1) == targets
    return hits.sum().cast(dtypes.float32)


class EvaluationStep:
    """Raw outputs of the main outputs, a batch at a time."""

    def __init__(self, module: Module, scaler: Scale, batch: int, workers: int | None = None) -> None:
        self._module, self._scaler, self.batch = module, scaler, batch
        self._workers = workers
        self._names = [output.name for output in module.graph.main_outputs]
        self._images: Tensor | None = None
        self._run = captured_at_once(self._compute, module.device)

    def _compute(self) -> list[Tensor]:
        assert self._images is not None
        spread = self._module.spread
        outputs = self._module.forward(self._scaler(spread.split(self._images)), training=False)
        made = [spread.joined(outputs[name]) for name in self._names]
        Tensor.realize(*made)
        return made

    def one(self, images: np.ndarray) -> dict[str, np.ndarray]:
        """Raw outputs by name for a batch (B, H, W, C) of the size that the step is made for."""
        if self._images is None:
            self._images = place(images, self._module.device)
        else:
            write(self._images, images)
        return {name: made.numpy().copy() for name, made in zip(self._names, self._run(), strict=True)}

    def outputs(
        self, dataset: Dataset, tick: Callable[[int], None] = lambda done: None
    ) -> dict[str, np.ndarray]:
        """Raw outputs (N, …) by name for all images of ``dataset``; ``tick`` is told how many are done."""
        parts = list(self._parts(dataset, tick))
        return {name: np.concatenate([part[name] for part in parts]) for name in self._names}

    def _parts(self, dataset: Dataset, tick: Callable[[int], None]) -> Iterator[dict[str, np.ndarray]]:
        done = 0
        feed = Feed(dataset, dataset.prepared_by, self.batch, self._workers)
        for fed in feed.batches(in_order(len(dataset), self.batch)):
            yield {name: made[: len(fed.rows)] for name, made in self.one(fed.images).items()}
            done += len(fed.rows)
            tick(done)


def mean_losses(
    heads: Sequence[Head], outputs: Mapping[str, np.ndarray], targets: Mapping[str, np.ndarray], device: str
) -> dict[str, float]:
    """The loss of each output over a whole split at once, so that no batch size enters into it."""
    return {
        head.output: float(
            summed_loss(
                head.losses, place(outputs[head.output], device), place(targets[head.output], device)
            ).item()
        )
        for head in heads
    }
