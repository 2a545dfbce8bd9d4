"""Random numbers follow from what they are for, and nothing else."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cnnspec.train.augment.draws import Draws


@given(
    st.integers(0, 2**32 - 1), st.integers(1, 10**6), st.lists(st.integers(0, 10**7), min_size=1, max_size=20)
)
def test_an_image_has_the_same_numbers_in_whatever_batch_it_comes(
    seed: int, epoch: int, rows: list[int]
) -> None:
    together = Draws.of(seed, epoch, np.array(rows)).uniform(3, 5)
    for row, numbers in zip(rows, together, strict=True):
        assert (Draws.of(seed, epoch, np.array([row])).uniform(3, 5)[0] == numbers).all()
    assert (Draws.of(seed, epoch, np.array(rows)).uniform(3, 2) == together[:, :2]).all()


def test_numbers_never_change() -> None:
    found = Draws.of(1, 2, np.array([0, 7])).uniform(0, 2)
    assert found.tolist() == NUMBERS


NUMBERS = [[0.2676255490769497, 0.18280375560269058], [0.287549804734644, 0.10245110954556869]]


def test_numbers_are_uniform_and_independent() -> None:
    rows = np.arange(20_000)
    columns = [
        Draws.of(seed, epoch, rows).uniform(step, 2)
        for seed, epoch, step in [(0, 1, 0), (1, 1, 0), (0, 2, 0), (0, 1, 1)]
    ]
    table = np.concatenate(columns, axis=1)
    assert table.min() >= 0 and table.max() < 1
    counts = np.stack([np.histogram(c, bins=20, range=(0, 1))[0] for c in table.T])
    assert ((counts - 1000) ** 2 / 1000).sum(1).max() < 45  # chi squared of 19 degrees, far beyond 99.9 %
    correlations = np.corrcoef(np.concatenate([table, np.roll(table, 1, axis=0)], axis=1), rowvar=False)
    assert np.abs(correlations - np.eye(len(correlations))).max() < 0.04
