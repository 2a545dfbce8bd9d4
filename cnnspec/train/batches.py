"""The order of images, and batches of one size."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np


class Images(Protocol):
    """What has images by the batch: a data set, or pictures to predict."""

    def __len__(self) -> int: ...

    def batch(self, indices: np.ndarray) -> np.ndarray:
        """The images at ``indices``, (B, C, H, W)."""
        ...


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


def padded_batches(dataset: Images, batch: int) -> Iterator[tuple[np.ndarray, int]]:
    """All images in order as (images (batch, C, H, W), how many are real); the rest are zeros."""
    import numpy as np

    for start in range(0, len(dataset), batch):
        images = dataset.batch(np.arange(start, min(start + batch, len(dataset))))
        real = len(images)
        if real < batch:
            images = np.concatenate([images, np.zeros((batch - real, *images.shape[1:]), images.dtype)])
        yield images, real
