"""What is the same each time done once: images in memory after steps that leave nothing to chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import prod

import numpy as np

from ..augment.draws import Draws
from ..data.dataset import Dataset
from .drawn import Drawn, draw
from .feed import Feed
from .plan import Group, Pipeline

_MAX_BYTES = 2**30
"""Up to so much memory is taken for it."""
_BATCH = 256


def settled(dataset: Dataset, pipeline: Pipeline) -> tuple[Dataset, Pipeline]:
    """The images after the first steps of ``pipeline``, as far as those are not random, and the other steps.

    As they are where images are read on demand, or where the results would take much memory.
    """
    count = _fixed(pipeline.groups)
    first = replace(pipeline, groups=pipeline.groups[:count], on_device=0)
    if not count or dataset.pictures.on_demand or dataset.one_size is None:
        return dataset, pipeline
    size = _size_after(first, dataset)
    if len(dataset) * prod(size) * pipeline.shape[0] > _MAX_BYTES:
        return dataset, pipeline
    first = replace(first, shape=(pipeline.shape[0], *size))
    pixels = np.empty((len(dataset), *Dataset.batch_shape(first)), np.uint8)
    order = [np.arange(i, min(i + _BATCH, len(dataset))) for i in range(0, len(dataset), _BATCH)]
    for fed in Feed(dataset, first, _BATCH).batches(order):
        pixels[fed.rows] = fed.images[: len(fed.rows)]
    targets = drawn_for(first, dataset).targets(dataset.targets)
    return dataset.with_pixels(pixels, targets), replace(pipeline, groups=pipeline.groups[count:])


def settled_part(part: Dataset) -> Dataset:
    """A part that is gone through again and again, ready as far as that pays."""
    made, rest = settled(part, part.prepared_by)
    return made.prepared(rest)


def _fixed(groups: Sequence[Group]) -> int:
    """How many of the first groups give the same each time."""
    count = 0
    for group in groups:
        if any(leaf.gates or not leaf.step.fixed for leaf in group.leaves):
            break
        count += 1
    return count


def _size_after(pipeline: Pipeline, dataset: Dataset) -> tuple[int, int]:
    height, width = drawn_for(pipeline, dataset.subset(np.zeros(1, np.int64))).groups[-1].sizes[0]
    return int(height), int(width)


def drawn_for(pipeline: Pipeline, dataset: Dataset) -> Drawn:
    """What steps that leave nothing to chance do to all images."""
    return draw(pipeline, Draws.of(0, 0, np.arange(len(dataset))), dataset.sizes)
