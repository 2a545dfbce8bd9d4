"""Source ``shapes``: the number ``area``, and those that are wrong."""

import numpy as np
import pytest
from shape_data import chroma, of_seed, pixels, whole

from cnnspec.train.data import Splits
from cnnspec.train.data.sources.shapes import SHAPES


def numbers(part: object) -> np.ndarray:
    found = part.targets.numbers  # type: ignore[attr-defined]
    assert isinstance(found, np.ndarray) and found.dtype == np.float32
    assert found.shape == (len(found), 1)
    return found[:, 0]


@pytest.mark.parametrize("size", [(128, 128), (100, 180)])
def test_the_area_is_the_share_of_pixels(size: tuple[int, int]) -> None:
    splits = whole(size, classes=SHAPES, images=240, noise=0.0)
    assert splits.names.numbers == ("area",)
    colour = chroma(pixels(splits)).reshape(240, -1)
    between = (colour.max(axis=1) + np.median(colour, axis=1)) / 2
    counted = 100 * (colour > between[:, None]).mean(axis=1)
    ratios = counted / numbers(splits.train)
    assert np.abs(ratios - 1).max() < 0.05
    for shape in range(len(SHAPES)):
        assert ratios[splits.train.labels == shape].mean() == pytest.approx(1, abs=0.012)


def parts(share: float, seed: int = 0, run: int = 0) -> Splits:
    return of_seed(seed, run, images=200, outliers=share)


@pytest.mark.parametrize(("share", "wrong"), [(0.0, 0), (0.003, 0), (0.1, 14), (0.25, 35), (1.0, 140)])
def test_outliers_are_of_training_alone(share: float, wrong: int) -> None:
    true, found = parts(0.0), parts(share)
    ratios = numbers(found.train) / numbers(true.train)
    assert np.isin(ratios.round(4), (1, 10)).all()
    assert (ratios > 5).sum() == wrong
    for before, after in zip(list(true)[1:], list(found)[1:], strict=True):
        assert (numbers(before) == numbers(after)).all()


def test_outliers_change_nothing_else() -> None:
    true, found = parts(0.0), parts(0.5)
    assert (pixels(true) == pixels(found)).all()
    for column in ("classes", "boxes", "points"):
        assert (getattr(true.train.targets, column) == getattr(found.train.targets, column)).all()
    assert [found.train.names(i) for i in range(9)] == [true.train.names(i) for i in range(9)]


def test_which_are_outliers_follows_from_the_seed_of_the_source() -> None:
    def wrong(share: float, seed: int, run: int) -> set[str]:
        true, found = parts(0.0, seed, run).train, parts(share, seed, run).train
        return {found.names(i) for i in np.flatnonzero(numbers(true) != numbers(found))}

    assert wrong(0.2, 0, 0) == wrong(0.2, 0, 0) != wrong(0.2, 1, 0)
    assert wrong(0.1, 0, 0) < wrong(0.2, 0, 0)
    assert len(wrong(0.2, 0, 0) & wrong(0.2, 0, 1)) > 10
