"""Order and filling of batches."""

from __future__ import annotations

import numpy as np
from helpers import Blobs

from cnnspec.train.batches import epoch_order, padded_batches


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
    parts = list(padded_batches(Blobs(5, 3, (1, 4, 4), 0), 3))
    assert [(images.shape, real) for images, real in parts] == [((3, 1, 4, 4), 3), ((3, 1, 4, 4), 2)]
    assert not parts[1][0][2].any()
