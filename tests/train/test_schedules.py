"""Factors on the learning rate, at points that can be worked out by hand."""

from __future__ import annotations

import pytest

from cnnspec.train import schedules  # noqa: F401
from cnnspec.train.registries import SCHEDULES


def factors(name: str, epochs: int, at: list[float], **values: float) -> list[float]:
    schedule = SCHEDULES.make(name, **values)
    return [schedule.factor(epoch, epochs) for epoch in at]


def test_constant() -> None:
    assert factors("constant", 5, [0, 2.5, 4.9]) == [1, 1, 1]


def test_step() -> None:
    found = factors("step", 9, [0, 2.99, 3, 5.5, 6], size=3, gamma=0.5)
    assert found == [1, 1, 0.5, 0.5, 0.25]


def test_cosine() -> None:
    assert factors("cosine", 4, [0, 2, 4]) == pytest.approx([1, 0.5, 0])


def test_cosine_with_warmup_and_minimum() -> None:
    found = factors("cosine", 12, [0, 1, 2, 7, 12], warmup=2, minimum=0.2)
    assert found == pytest.approx([0, 0.5, 1, 0.6, 0.2])


def test_warmup_longer_than_training() -> None:
    assert factors("cosine", 2, [0, 1.5], warmup=3) == pytest.approx([0, 0.5])
