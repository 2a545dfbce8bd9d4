"""Order and filling of batches."""

from __future__ import annotations

import numpy as np
from helpers import blobs

from cnnspec.train.batches import balanced_order, epoch_order, in_order
from cnnspec.train.pipeline import Pipeline
from cnnspec.train.pipeline.feed import Feed


def test_every_image_once_and_the_last_batch_filled_from_the_start() -> None:
    order = epoch_order(10, 4, epoch=1, seed=0, shuffle=True)
    assert order.shape == (3, 4)
    flat = order.ravel()
    assert sorted(flat[:10]) == list(range(10))
    assert flat[10:].tolist() == flat[:2].tolist()


def test_order_is_drawn_from_seed_and_epoch() -> None:
    first = epoch_order(50, 10, 1, 0, True)
    assert np.array_equal(first, epoch_order(50, 10, 1, 0, True))
    assert not np.array_equal(first, epoch_order(50, 10, 2, 0, True))
    assert not np.array_equal(first, epoch_order(50, 10, 1, 1, True))
    assert epoch_order(4, 2, 1, 0, False).tolist() == [[0, 1], [2, 3]]


def test_the_last_evaluation_batch_is_padded() -> None:
    feed = Feed(blobs(5, 3, (1, 4, 4), 0), Pipeline.of((), (1, 4, 4)), 3)
    parts = [(fed.images.copy(), len(fed.rows)) for fed in feed.batches(in_order(5, 3))]
    assert [(images.shape, real) for images, real in parts] == [((3, 4, 4, 1), 3), ((3, 4, 4, 1), 2)]
    assert not parts[1][0][2].any()


def test_a_balanced_order_has_every_class_equally_often_and_all_images_of_rare_ones() -> None:
    labels = np.array([0] * 90 + [1] * 6 + [2] * 4)
    order = balanced_order(labels, 10, 1, 0)
    assert order.shape == (10, 10)
    counts = np.bincount(labels[order.ravel()])
    assert counts.min() >= 32 and counts.max() <= 34
    assert set(order.ravel()) >= set(range(90, 100))
    assert not np.array_equal(order, balanced_order(labels, 10, 2, 0))
    assert np.array_equal(order, balanced_order(labels, 10, 1, 0))
