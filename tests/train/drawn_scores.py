"""What networks might say, drawn by Hypothesis; few values, so that there are ties."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st

from cnnspec.train import metrics  # noqa: F401
from cnnspec.train.registries import METRICS, Metric
from cnnspec.train.tasks import BoxTask, ClassTask, LabelTask, NumberTask, PointTask, Scored

Draw = Callable[..., Any]
unhurried = settings(deadline=None)  # scikit-learn is slow on a busy machine


def table(draw: Draw, images: int, columns: int, most: int) -> np.ndarray:
    """(images, columns) of small whole numbers, so that there are ties."""
    rows = st.lists(st.integers(0, most), min_size=images * columns, max_size=images * columns)
    return np.array(draw(rows), np.float64).reshape(images, columns)


@st.composite
def of_classes(draw: Draw, least: int = 2, images: int | None = None) -> Scored:
    """Some classes may be missing from the truth, and there may be outputs beyond the data's classes."""
    outputs = draw(st.integers(least, 5))
    count = draw(st.integers(1, 12)) if images is None else images
    classes = draw(st.integers(2, outputs)) if outputs > 2 else outputs
    there = draw(st.lists(st.integers(0, classes - 1), min_size=1, max_size=classes, unique=True))
    truth = np.array(draw(st.lists(st.sampled_from(there), min_size=count, max_size=count)), np.int64)
    task = ClassTask("output", names(outputs), classes, draw(st.integers(0, classes - 1)))
    scores = table(draw, count, outputs, 3) + 1
    return Scored(task, scores / scores.sum(1, keepdims=True), truth)


@st.composite
def of_labels(draw: Draw, least: int = 1, most: int = 4) -> Scored:
    labels, images = draw(st.integers(least, most)), draw(st.integers(1, 10))
    truth = table(draw, images, labels, 1).astype(np.uint8)
    return Scored(LabelTask("output", names(labels)), table(draw, images, labels, 4) / 4, truth)


@st.composite
def all_occur(draw: Draw) -> Scored:
    """Three classes or more, each of which some image is of."""
    scored = draw(of_classes(least=3, images=draw(st.integers(5, 12))))
    truth = scored.truth.copy()
    truth[: len(scored.task.names)] = draw(st.permutations(range(len(scored.task.names))))
    return Scored(scored.task, scored.scores, truth)


@st.composite
def both_kinds(draw: Draw) -> Scored:
    """Labels each of which some images have and others have not."""
    labels, images = draw(st.integers(2, 4)), draw(st.integers(2, 10))
    truth = table(draw, images, labels, 1).astype(np.uint8)
    truth[0], truth[-1] = 0, 1
    return Scored(LabelTask("output", names(labels)), table(draw, images, labels, 4) / 4, truth)


@st.composite
def of_numbers(draw: Draw, kind: str = "numbers") -> Scored:
    columns = 4 if kind == "points" else draw(st.integers(1, 3))
    images = draw(st.integers(1, 8))
    task = (PointTask if kind == "points" else NumberTask)("output", names(columns))
    return Scored(task, table(draw, images, columns, 5) / 3, table(draw, images, columns, 5) / 3)


@st.composite
def of_boxes(draw: Draw, images: int | None = None) -> Scored:
    """Boxes of whole pixels; predicted ones may be empty or turned inside out."""
    count = draw(st.integers(1, 8)) if images is None else images
    truth = table(draw, count, 4, 5)
    truth = np.concatenate([np.minimum(truth[:, :2], 4), np.minimum(truth[:, :2], 4) + 1 + truth[:, 2:]], 1)
    return Scored(BoxTask("output", ("left", "top", "right", "bottom")), table(draw, count, 4, 9), truth)


@st.composite
def of_both(draw: Draw) -> tuple[Scored, Scored]:
    images = draw(st.integers(1, 8))
    return draw(of_classes(images=images)), draw(of_boxes(images=images))


def names(count: int) -> tuple[str, ...]:
    return tuple(f"c{number}" for number in range(count))


DRAWN: dict[str, st.SearchStrategy[Scored]] = {
    "classes": of_classes(),
    "labels": of_labels(),
    "numbers": of_numbers(),
    "points": of_numbers("points"),
    "boxes": of_boxes(),
}


def quiet(measure: Callable[..., Any], *values: Any, **options: Any) -> float | None:
    """What scikit-learn gives; None for what is not finite."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = float(measure(*values, **options))
    return found if math.isfinite(found) else None


def computed(metric: Metric, *scored: Scored) -> float | None:
    """What ``metric`` gives, where it warns of nothing."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return metric.compute(*scored)


def same(name: str, scored: Scored, expected: float | None, **values: Any) -> None:
    assert computed(METRICS.make(name, **values), scored) == (
        None if expected is None else pytest.approx(expected, abs=1e-12)
    )


def said(scored: Scored) -> np.ndarray:
    if scored.task.kind == "labels":
        return (scored.scores >= 0.5).astype(int)
    return scored.scores.argmax(1)
