"""Batches made ahead of the step that takes them, by a few threads."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache

import numpy as np

from ...backends.tinygrad.native.threads import usable_cores
from ..augment.draws import Draws
from ..data.dataset import Dataset
from .drawn import Drawn, draw
from .plan import Pipeline

_AHEAD = 3
"""Batches that are being made or wait to be taken."""
_AT_ONCE = 8
"""Batches that are drawn for together: NumPy takes hardly longer for them than for one."""
_CHUNKS = 4
"""Pieces of a batch for each thread, so that none waits long for another."""

DrawsFor = Callable[[int, np.ndarray], Draws]
"""Random numbers for the rows of some batches in a row, and the number of the first of these in the epoch."""


@dataclass(frozen=True, slots=True, eq=False)
class Fed:
    """A batch: ``images`` (B, H, W, C), of which the first ``len(rows)`` are real and the others zeros.

    ``rows`` are their numbers in the part, ``drawn`` what was drawn for them. The array is used again for the batch
    after the next.
    """

    images: np.ndarray
    rows: np.ndarray
    drawn: Drawn


class Feed:
    """Reads ``dataset`` through ``pipeline``; results do not depend on ``workers``."""

    def __init__(self, dataset: Dataset, pipeline: Pipeline, batch: int, workers: int | None = None) -> None:
        self._dataset, self._pipeline = dataset, pipeline
        shape = (batch, *Dataset.batch_shape(pipeline))
        simple = not dataset.pictures.on_demand and not pipeline.on_host
        self._ahead = 1 if simple else _AHEAD
        self._workers = 0 if simple else workers or default_workers()
        self._buffers = [np.zeros(shape, dataset.dtype(pipeline)) for _ in range(self._ahead + 1)]

    def empty(self) -> np.ndarray:
        """A batch of zeros, (B, H, W, C)."""
        return np.zeros_like(self._buffers[0])

    def batches(
        self, order: Sequence[np.ndarray], draws: DrawsFor | None = None, first: int = 0
    ) -> Iterator[Fed]:
        """The batches whose rows ``order`` lists, from number ``first`` on. ``draws`` gives random numbers for the first of
        so many batches' rows.

        Raises ``OpError`` where an image is broken.
        """
        waiting: deque[tuple[Fed, list[Future[None]]]] = deque()
        try:
            for number, (rows, drawn) in enumerate(self._drawn(order, draws, first)):
                waiting.append(self._begin(number, rows, drawn))
                if len(waiting) >= self._ahead:
                    yield _finished(*waiting.popleft())
            while waiting:
                yield _finished(*waiting.popleft())
        finally:
            for _, parts in waiting:
                for part in parts:
                    part.cancel()

    def _drawn(
        self, order: Sequence[np.ndarray], draws: DrawsFor | None, begin: int
    ) -> Iterator[tuple[np.ndarray, Drawn]]:
        """The rows of each batch and what is drawn for them, several batches at once."""
        for first in range(begin, len(order), _AT_ONCE):
            some = order[first : first + _AT_ONCE]
            rows = np.concatenate(some)
            made = draws(first, rows) if draws else Draws.of(0, 0, rows)
            drawn, start = draw(self._pipeline, made, self._dataset.sizes[rows]), 0
            for each in some:
                yield each, drawn.part(start, start + len(each))
                start += len(each)

    def _begin(self, number: int, rows: np.ndarray, drawn: Drawn) -> tuple[Fed, list[Future[None]]]:
        images = self._buffers[number % len(self._buffers)]
        if len(rows) < len(images):
            images[len(rows) :] = 0
        return Fed(images, rows, drawn), self._parts(images, rows, drawn)

    def _parts(self, images: np.ndarray, rows: np.ndarray, drawn: Drawn) -> list[Future[None]]:
        read, pipeline = self._dataset.read, self._pipeline
        if not self._workers:
            read(images[: len(rows)], rows, drawn, pipeline)
            return []
        size = max(1, -(-len(rows) // (self._workers * _CHUNKS)))
        return [
            _pool(self._workers).submit(
                read, images[i : min(i + size, len(rows))], rows[i : i + size], drawn, pipeline, i
            )
            for i in range(0, len(rows), size)
        ]


def _finished(fed: Fed, parts: Sequence[Future[None]]) -> Fed:
    for part in parts:
        part.result()
    return fed


@cache
def _pool(workers: int) -> ThreadPoolExecutor:
    """Pillow, OpenCV and simplejpeg let go of the interpreter lock while they work."""
    return ThreadPoolExecutor(workers, thread_name_prefix="images")


def default_workers() -> int:
    """As many threads as the process has cores, sixteen at most."""
    return min(16, usable_cores())
