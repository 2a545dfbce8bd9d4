"""The compiled steps: one of training, one of evaluation.

Both read standing input buffers and are captured by TinyJit, so a step costs the host next to nothing.
Nothing here waits for the device except ``read`` and ``outputs``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from tinygrad import Context, Tensor, TinyJit, dtypes
from tinygrad.nn.state import get_parameters

from ..backends.tinygrad.feed import place, write
from ..backends.tinygrad.module import Module
from .batches import in_order
from .data.dataset import Dataset
from .pipeline.feed import Feed
from .registries import Loss

if TYPE_CHECKING:
    from .data.normalization import Normalization
    from .pipeline.device import DevicePart


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

    def __init__(self, normalization: Normalization, device: str) -> None:
        mean, std = np.array(normalization.mean, np.float64), np.array(normalization.std, np.float64)
        self._shift = place((-mean / std).astype(np.float32), device)
        self._bytes = place((1 / (255 * std)).astype(np.float32), device)
        self._floats = place((1 / std).astype(np.float32), device)

    def __call__(self, images: Tensor) -> Tensor:
        scale = self._bytes if images.dtype == dtypes.uint8 else self._floats
        return (images.cast(dtypes.float32) * scale + self._shift).permute(0, 3, 1, 2)


@dataclass(frozen=True, slots=True)
class Tally:
    """Sums over the steps since the last reading; ``finite`` steps came before the first nan or inf."""

    loss: float
    correct: float
    finite: int


class TrainingStep:
    """Forward, loss, backward, update: one batch a call. The loss is added up on the device."""

    def __init__(
        self,
        module: Module,
        optimizer: Any,
        loss: Loss,
        auxiliary_weight: float,
        scaler: Scaler,
        images: np.ndarray,
        part: DevicePart | None = None,
    ) -> None:
        """``images`` is a batch (B, H, W, C), taken for its shape and type; ``part`` is what it goes through first."""
        self._module, self._optimizer, self._loss, self._scaler = module, optimizer, loss, scaler
        self._part = part
        main = module.graph.main_outputs[0].name
        self._main = main
        self._weights = {o.name: 1.0 if o.name == main else auxiliary_weight for o in module.graph.outputs}
        self._images = place(np.zeros_like(images), module.device)
        self._labels = place(np.zeros(len(images), np.int32), module.device)
        self._tally = place(np.zeros(3, np.float32), module.device)
        self._rate = -1.0
        self._run = captured_at_once(self._compute, module.device, optimizer)

    def __call__(self, images: np.ndarray, labels: np.ndarray, rate: float) -> None:
        if rate != self._rate:
            write(self._optimizer.lr, np.full(1, rate, np.float32))
            self._rate = rate
        write(self._images, images)
        write(self._labels, labels.astype(np.int32))
        self._run()

    def _compute(self) -> None:
        images = self._part(self._images) if self._part else self._images
        outputs = self._module.forward(self._scaler(images), training=True)
        loss = self._total_loss(outputs)
        parameters = self._module.trainable
        for parameter, gradient in zip(parameters, loss.gradient(*parameters), strict=True):
            parameter.grad = gradient
        correct = (outputs[self._main].argmax(-1) == self._labels).sum()
        now = Tensor.stack(
            loss.detach(), correct.cast(dtypes.float32), (loss.detach() + self._tally[0]).isfinite().float()
        )
        self._tally.assign(self._tally + now)
        # tinygrad orders what is assigned by walking through all that it depends on: for each parameter through the
        # whole network, unless the gradients are there already.
        Tensor.realize(self._tally, *(parameter.grad for parameter in parameters), *self._module.buffers)
        with Context(TRAINING=1):
            Tensor.realize(*self._optimizer.schedule_step())
        # Gradients that stay alive could not share memory with anything else.
        self._optimizer.zero_grad()

    def _total_loss(self, outputs: dict[str, Tensor]) -> Tensor:
        losses = [self._mixed_loss(outputs[name]) * weight for name, weight in self._weights.items()]
        total: Tensor = sum(losses[1:], losses[0])
        return total

    def _mixed_loss(self, output: Tensor) -> Tensor:
        """The loss; where images are mixed, that of both targets, weighted."""
        own: Tensor = self._loss(output, self._labels)
        share = self._part.own_share if self._part else None
        if share is None:
            return own
        return own * share + self._loss(output, self._labels.flip(0)) * (1 - share)

    def read(self) -> Tally:
        """Wait for the device, take what was added up, begin anew at zero."""
        loss, correct, finite = self._tally.numpy().tolist()
        write(self._tally, np.zeros(3, np.float32))
        return Tally(loss, correct, int(finite))


class EvaluationStep:
    """Raw outputs of the main output, a batch at a time."""

    def __init__(self, module: Module, scaler: Scaler, batch: int, workers: int | None = None) -> None:
        self._module, self._scaler, self.batch = module, scaler, batch
        self._workers = workers
        self._main = module.graph.main_outputs[0].name
        self._images: Tensor | None = None
        self._run = captured_at_once(self._compute, module.device)

    def _compute(self) -> Tensor:
        assert self._images is not None
        return self._module.forward(self._scaler(self._images), training=False)[self._main].realize()

    def one(self, images: np.ndarray) -> np.ndarray:
        if self._images is None:
            self._images = place(images, self._module.device)
        else:
            write(self._images, images)
        outputs: np.ndarray = self._run().numpy()
        return outputs

    def outputs(self, dataset: Dataset, tick: Callable[[int], None] = lambda done: None) -> np.ndarray:
        """Raw outputs (N, …) for all images of ``dataset``; ``tick`` is told how many are done."""
        return np.concatenate(list(self._parts(dataset, tick)))

    def _parts(self, dataset: Dataset, tick: Callable[[int], None]) -> Iterator[np.ndarray]:
        done = 0
        feed = Feed(dataset, dataset.prepared_by, self.batch, self._workers)
        for fed in feed.batches(in_order(len(dataset), self.batch)):
            yield self.one(fed.images)[: len(fed.rows)].copy()
            done += len(fed.rows)
            tick(done)


def mean_loss(loss: Loss, outputs: np.ndarray, labels: np.ndarray, device: str) -> float:
    """The loss over a whole split at once, so that no batch size enters into it."""
    return float(loss(place(outputs, device), place(labels.astype(np.int32), device)).item())
