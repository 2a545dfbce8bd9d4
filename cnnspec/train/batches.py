"""The order of images, in batches of one size."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .augment.draws import Draws

if TYPE_CHECKING:
    import numpy as np

    from .data.dataset import Dataset
    from .registries import TrainSettings


def training_order(settings: TrainSettings, train: Dataset, batch: int, epoch: int) -> np.ndarray:
    """Rows of the training images in an epoch, (steps, batch), as the section ``train`` has it."""
    if settings.balanced:
        return balanced_order(train.labels, batch, epoch, settings.seed)
    return epoch_order(len(train), batch, epoch, settings.seed, settings.shuffle)


def training_draws(
    settings: TrainSettings, images: int, batch: int, epoch: int
) -> Callable[[int, np.ndarray], Draws]:
    """Random numbers for batches of an epoch, from the first one's number and the rows of all.

    They follow from the seed, the epoch and the image; where an image can come several times in an epoch, from its
    place in the order.
    """
    import numpy as np

    def draws(index: int, rows: np.ndarray) -> Draws:
        if settings.balanced:
            rows = images + index * batch + np.arange(len(rows))
        return Draws.of(settings.seed, epoch, rows)

    return draws


def epoch_order(images: int, batch: int, epoch: int, seed: int, shuffle: bool) -> np.ndarray:
    """Rows of the training images in epoch ``epoch``, (steps, batch).

    Drawn from a stream of (seed, epoch). The step is compiled for one batch size, so where the
    last batch would be smaller it is filled up with the first images of the same order.
    """
    import numpy as np

    # RandomState's stream is frozen, Generator's may change with NumPy.
    random = np.random.RandomState(np.random.MT19937(np.random.SeedSequence([seed, epoch])))
    order = random.permutation(images) if shuffle else np.arange(images)
    steps = -(-images // batch)
    return np.resize(order, (steps, batch))


def balanced_order(labels: np.ndarray, batch: int, epoch: int, seed: int) -> np.ndarray:
    """Rows of an epoch in which every class comes equally often, (steps, batch); as many as there are images.

    The images of a class are gone through in a drawn order before one comes again.
    """
    import numpy as np

    random = np.random.RandomState(np.random.MT19937(np.random.SeedSequence([seed, epoch])))
    present = np.unique(labels)
    each = -(-len(labels) // len(present))
    rows = np.concatenate([_again(random, np.flatnonzero(labels == label), each) for label in present])
    order = random.permutation(rows)[: len(labels)]
    steps = -(-len(labels) // batch)
    return np.resize(order, (steps, batch))


def _again(random: np.random.RandomState, rows: np.ndarray, count: int) -> np.ndarray:
    import numpy as np

    rounds = -(-count // len(rows))
    return np.concatenate([random.permutation(rows) for _ in range(rounds)])[:count]


def in_order(images: int, batch: int) -> list[np.ndarray]:
    """All rows in order, a batch at a time; the last may be smaller."""
    import numpy as np

    return [np.arange(start, min(start + batch, images)) for start in range(0, images, batch)]
