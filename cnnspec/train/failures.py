"""What can go wrong while training runs, as diagnostics at the place in the spec that can mend it."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ..ir import OpError, signature
from ..source import SpecError
from .errors import LossDiverged, LossNotFinite, OutOfMemory, PixelsNotFinite
from .experiment import Experiment
from .need import need_of
from .registries import Optimizer

if TYPE_CHECKING:
    from .data.dataset import Splits

_DIVERGED = 1000.0
"""Times the first loss (at least 1), above which nothing is learnt any more."""
_ROOM = 0.9
"""The share of what is free that an estimate may take."""


@contextmanager
def data_errors(experiment: Experiment) -> Iterator[None]:
    """What data sources raise, as a diagnostic at the spec's ``data`` section."""
    try:
        yield
    except OpError as error:
        raise experiment.error("data", error) from error


@contextmanager
def memory_errors(experiment: Experiment, device: str, batch: int) -> Iterator[None]:
    """Running out of memory, as a diagnostic at the spec's batch size that says which one would fit."""
    try:
        yield
    except (MemoryError, OSError) as error:
        if isinstance(error, OSError) and error.errno != errno.ENOMEM:
            raise
        found = OutOfMemory(device=device, batch=batch, hints=tuple(_smaller(experiment, device, batch)))
        raise experiment.located("train", found, "batch") from error


def _smaller(experiment: Experiment, device: str, batch: int) -> Iterator[str]:
    """What would need less memory."""
    fitting = fitting_batch(experiment, device, batch)
    if fitting:
        # Training on fewer images at once, and changing weights as often as before.
        yield (
            f"by an estimate a batch of {fitting} fits: --set train.batch={fitting} --set "
            f"train.accumulate={-(-batch * experiment.settings.accumulate // fitting)} keeps what an update is made of"
        )
    else:
        yield "by an estimate not even one image fits: try a smaller network or smaller images"
    if not experiment.settings.recompute:
        yield "--set train.recompute=true keeps less for the backward pass, and takes more time"


def fitting_batch(experiment: Experiment, device: str, batch: int) -> int:
    """The largest batch below ``batch`` that should fit into what is free on ``device``, by the memory analysis; half of
    ``batch`` where the device does not say what is free; 0 where nothing fits."""
    from ..backends.tinygrad.memory import free_bytes, used_bytes

    free = free_bytes(device)
    if free is None:
        return batch // 2
    room = int((free + used_bytes(device)) * _ROOM)
    fits = min(need_of(experiment).largest_batch(room), batch // 2)
    return fits if fits < 16 else fits // 8 * 8


def diverged(first: float, now: float) -> bool:
    """Whether a loss has grown so much that nothing is learnt any more."""
    return now > _DIVERGED * max(first, 1.0)


def not_finite(
    experiment: Experiment, which: str, epoch: int, step: int, rate: float, kept: str
) -> SpecError:
    """The loss is nan or infinite at a step. ``kept`` says which checkpoint is whole."""
    found = LossNotFinite(which=which, epoch=epoch, step=step, kept=kept, hints=_causes(experiment, rate))
    return experiment.located("optimizer", found, "lr")


def has_diverged(
    experiment: Experiment, epoch: int, step: int, loss: float, first: float, rate: float, kept: str
) -> SpecError:
    """The loss is far above where it began."""
    found = LossDiverged(
        epoch=epoch,
        step=step,
        loss=f"{loss:.4g}",
        first=f"{first:.4g}",
        kept=kept,
        hints=_causes(experiment, rate),
    )
    return experiment.located("optimizer", found, "lr")


def _causes(experiment: Experiment, rate: float) -> tuple[str, ...]:
    """Likely causes, the likeliest first, each with what to try."""
    found = [
        f"the learning rate is too high (here {rate:g}): try --set optimizer.lr={_lower(experiment.optimizer)}"
    ]
    if experiment.settings.clip is None:
        found.append("single batches have very large gradients: --set train.clip=1 shortens them")
    if experiment.settings.precision == "fp16":
        found.append("numbers above 65,504 overflow in fp16: --set train.precision=bf16 has room for them")
    if not any(node.op.family == "norm" for node in experiment.graph.nodes):
        found.append("the network has no normalization: a 'bn' after each convolution keeps values in bounds")
    return tuple(found)


def _lower(optimizer: Optimizer) -> str:
    """A tenth of the rate, and no more than what the optimizer has by default."""
    usual = next(a.default for a in signature(type(optimizer)) if a.name == "lr")
    return f"{min(optimizer.lr / 10, usual):.6g}"


def check_pixels(splits: Splits) -> None:
    """Raise ``OpError`` where an image in memory holds something that is no number, which relu and maximum would hide."""
    import numpy as np

    for part in (splits.train, splits.validation, splits.test):
        pixels = getattr(part.pictures, "pixels", None)
        if pixels is None or pixels.dtype.kind != "f":
            continue
        for i, row in enumerate(part.rows):
            if not np.isfinite(pixels[row]).all():
                raise OpError(PixelsNotFinite(image=part.names(i)))
