"""Source ``shapes``: how often each class comes."""

from fractions import Fraction

import numpy as np
import pytest
from data_files import load
from hypothesis import given
from hypothesis import strategies as st
from shape_data import pixels, whole

from cnnspec.train.data import shape_pictures
from cnnspec.train.data.shape_shares import counts, order

ORDER = [1, 0, 0, 0, 0, 2, 0, 1, 2, 1, 1, 0, 0, 0, 0, 2, 2, 1, 0, 2]
positive = st.floats(min_value=0, max_value=1e300, exclude_min=True)


@given(st.lists(positive, min_size=1, max_size=48), st.integers(1, 10_000_000))
def test_counts_are_the_shares_to_the_nearest_picture(shares: list[float], images: int) -> None:
    found = counts(shares, images)
    assert sum(found) == images
    whole = sum(map(Fraction, shares))
    for share, count in zip(shares, found, strict=True):
        assert abs(Fraction(share) * images / whole - count) < 1
    assert [c for _, c in sorted(zip(shares, found, strict=True))] == sorted(found)


@pytest.mark.parametrize(
    ("shares", "images", "wanted"),
    [
        ((7, 2, 1), 10, (7, 2, 1)),
        ((0.7, 0.2, 0.1), 1000, (700, 200, 100)),
        ((1, 1, 1), 10, (4, 3, 3)),
        ((90, 9, 1), 150, (135, 14, 1)),
        ((1e300, 1e300), 5, (3, 2)),
    ],
)
def test_counts(shares: tuple[float, ...], images: int, wanted: tuple[int, ...]) -> None:
    assert counts(shares, images) == wanted
    if len(shares) == 3:
        splits = whole((8, 8), images=images, shares=shares)
        assert np.bincount(splits.train.labels).tolist() == list(wanted)


def test_the_order_of_all_releases_is_the_same() -> None:
    assert order((10, 5, 5), 0).tolist() == ORDER
    assert whole((8, 8), images=20, shares=(2, 1, 1)).train.labels.tolist() == ORDER


def test_the_order_follows_from_the_seed_and_is_mixed() -> None:
    assert (order((900, 100), 0) != order((900, 100), 1)).any()
    gaps = np.diff(np.flatnonzero(order((900, 100), 0)))
    assert gaps.max() < 100 and (gaps == 1).any()
    rare = [order((900, 100), seed)[:500].sum() for seed in range(20)]
    assert 40 < np.mean(rare) < 60 and len(set(rare)) > 5


def test_classes_are_what_is_drawn() -> None:
    """Of another class, a picture with the same number has another shape; all else is as without shares."""
    equal, unequal = whole(images=60, noise=0.0), whole(images=60, noise=0.0, shares=(8, 1, 1))
    same = equal.train.labels == unequal.train.labels
    assert 10 < same.sum() < 50
    assert ((pixels(equal) == pixels(unequal)).all(axis=(1, 2, 3)) == same).all()


def test_parts_have_the_shares_too() -> None:
    splits = load("shapes", (3, 8, 8), images=1000, size=(8, 8), shares=(80, 15, 5))
    assert [np.bincount(part.labels).tolist() for part in splits] == [
        [560, 105, 35],
        [80, 15, 5],
        [160, 30, 10],
    ]


def test_with_shares_pictures_drawn_as_they_are_read_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = whole(images=20, by="color", shares=(6, 5, 4, 3, 2, 1))
    monkeypatch.setattr(shape_pictures, "_IN_MEMORY", 1000)
    assert (pixels(kept) == pixels(whole(images=20, by="color", shares=(6, 5, 4, 3, 2, 1)))).all()
