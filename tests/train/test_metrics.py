"""Measures give scikit-learn's numbers, and None where they are not defined."""

from __future__ import annotations

import numpy as np
import pytest
import sklearn.metrics as theirs
from drawn_scores import (
    all_occur,
    both_kinds,
    computed,
    names,
    of_both,
    of_boxes,
    of_classes,
    of_labels,
    of_numbers,
    quiet,
    said,
    same,
    unhurried,
)
from hypothesis import given
from hypothesis import strategies as st

from cnnspec.train.registries import METRICS
from cnnspec.train.tasks import ClassTask, NumberTask, Scored

DECISIONS = {
    "accuracy": theirs.accuracy_score,
    "balanced_accuracy": theirs.balanced_accuracy_score,
    "matthews": theirs.matthews_corrcoef,
    "kappa": theirs.cohen_kappa_score,
}
FOUND = {"precision": theirs.precision_score, "recall": theirs.recall_score, "f1": theirs.f1_score}
AREAS = {"roc_auc": theirs.roc_auc_score, "pr_auc": theirs.average_precision_score}


@pytest.mark.parametrize("name", DECISIONS)
@unhurried
@given(of_classes())
def test_predicted_classes(name: str, scored: Scored) -> None:
    same(name, scored, quiet(DECISIONS[name], scored.truth, scored.scores.argmax(1)))


@pytest.mark.parametrize("average", ["macro", "micro", "weighted"])
@pytest.mark.parametrize("name", FOUND)
@unhurried
@given(st.one_of(of_classes(), of_labels(least=2)))
def test_averages_of_classes_and_labels(name: str, average: str, scored: Scored) -> None:
    expected = quiet(FOUND[name], scored.truth, said(scored), average=average, zero_division=0)
    same(name, scored, expected, average=average)


@pytest.mark.parametrize("name", FOUND)
@unhurried
@given(st.one_of(of_classes(), of_labels()), st.data())
def test_one_class_or_label(name: str, scored: Scored, data: st.DataObject) -> None:
    number = data.draw(st.integers(0, len(scored.task.names) - 1))
    same(name, scored, of_one(name, scored, number), positive=scored.task.names[number])


@pytest.mark.parametrize("name", FOUND)
@unhurried
@given(st.one_of(of_classes(), of_labels()))
def test_without_an_average_the_positive_class_or_the_mean(name: str, scored: Scored) -> None:
    task = scored.task
    if isinstance(task, ClassTask) and task.binary:
        expected = of_one(name, scored, task.positive)
    elif len(task.names) == 1:
        expected = of_one(name, scored, 0)
    else:
        expected = quiet(FOUND[name], scored.truth, said(scored), average="macro", zero_division=0)
    same(name, scored, expected)


def of_one(name: str, scored: Scored, number: int) -> float | None:
    answers = [scored.truth, said(scored)]
    if scored.task.kind == "labels":
        return quiet(FOUND[name], *(each[:, number] for each in answers), zero_division=0)
    return quiet(FOUND[name], *answers, labels=[number], average="macro", zero_division=0)


@unhurried
@given(of_classes(), st.data())
def test_top(scored: Scored, data: st.DataObject) -> None:
    count = len(scored.task.names)
    k = data.draw(st.integers(1, count - 1))
    scores = scored.scores[:, 1] if count == 2 else scored.scores
    expected = quiet(theirs.top_k_accuracy_score, scored.truth, scores, k=k, labels=range(count))
    same("top", scored, expected, k=k)
    if count > 2:
        best = [sorted(range(count), key=lambda c: (row[c], c))[-k:] for row in scored.scores]
        same("top", scored, np.mean([t in each for t, each in zip(scored.truth, best, strict=True)]), k=k)


@unhurried
@given(of_labels(least=2))
def test_whole_images_and_single_decisions_of_labels(scored: Scored) -> None:
    same("accuracy", scored, theirs.accuracy_score(scored.truth, said(scored)))
    same("accuracy", scored, (scored.truth == said(scored)).all(1).mean())
    same("hamming", scored, theirs.hamming_loss(scored.truth, said(scored)))


@unhurried
@given(of_labels(most=1))
def test_a_single_label_is_measured_like_several(scored: Scored) -> None:
    wrong = (scored.truth != said(scored)).mean()
    same("hamming", scored, wrong)
    same("accuracy", scored, 1 - wrong)
    for name in FOUND:
        for average in ("macro", "micro", "weighted"):
            same(name, scored, of_one(name, scored, 0), average=average)


@pytest.mark.parametrize("average", ["macro", "weighted"])
@unhurried
@given(all_occur())
def test_areas_of_classes_that_all_occur(average: str, scored: Scored) -> None:
    count = len(scored.task.names)
    roc = quiet(
        theirs.roc_auc_score,
        scored.truth,
        scored.scores,
        multi_class="ovr",
        labels=range(count),
        average=average,
    )
    same("roc_auc", scored, roc, average=average)
    same(
        "pr_auc",
        scored,
        quiet(AREAS["pr_auc"], scored.truth, scored.scores, average=average),
        average=average,
    )


@pytest.mark.parametrize("name", AREAS)
@unhurried
@given(st.one_of(of_classes(), of_labels()))
def test_areas_leave_out_what_all_images_or_none_have(name: str, scored: Scored) -> None:
    found = [quiet(AREAS[name], *columns) for columns in told_apart(scored)]
    same(name, scored, float(np.mean(found)) if found else None)


@pytest.mark.parametrize("average", ["macro", "weighted"])
@pytest.mark.parametrize("name", AREAS)
@unhurried
@given(both_kinds())
def test_areas_of_labels(name: str, average: str, scored: Scored) -> None:
    expected = quiet(AREAS[name], scored.truth, scored.scores, average=average)
    same(name, scored, expected, average=average)


def told_apart(scored: Scored) -> list[tuple[np.ndarray, np.ndarray]]:
    """Truth and scores of what some images have and others have not."""
    task = scored.task
    numbers = [task.positive] if isinstance(task, ClassTask) and task.binary else range(len(task.names))
    columns = [scored.truth[:, n] if task.kind == "labels" else (scored.truth == n) * 1 for n in numbers]
    pairs = zip(columns, (scored.scores[:, n] for n in numbers), strict=True)
    return [pair for pair in pairs if set(pair[0]) == {0, 1}]


@unhurried
@given(st.one_of(of_numbers(), of_numbers("points"), of_boxes()))
def test_numbers(scored: Scored) -> None:
    same("mae", scored, theirs.mean_absolute_error(scored.truth, scored.scores))
    same("mse", scored, theirs.mean_squared_error(scored.truth, scored.scores))
    columns = zip(scored.truth.T, scored.scores.T, strict=True)
    same("rmse", scored, np.mean([theirs.mean_squared_error(*each) ** 0.5 for each in columns]))
    if hasattr(theirs, "root_mean_squared_error"):
        same("rmse", scored, theirs.root_mean_squared_error(scored.truth, scored.scores))
    constant = (scored.truth.max(0) == scored.truth.min(0)).any()
    same("r2", scored, None if constant else quiet(theirs.r2_score, scored.truth, scored.scores))


def test_nothing_is_explained_of_a_constant_that_rounding_makes_vary() -> None:
    task = NumberTask("output", ("price",))
    same("r2", Scored(task, np.zeros((3, 1)), np.full((3, 1), 0.1)), None)


@unhurried
@given(of_boxes())
def test_iou(scored: Scored) -> None:
    same("iou", scored, np.mean(pixel_overlaps(scored)))


@unhurried
@given(of_both(), st.sampled_from([0.1, 0.25, 0.5, 1.0]))
def test_localization(both: tuple[Scored, Scored], iou: float) -> None:
    classes, boxes = both
    right = (classes.scores.argmax(1) == classes.truth) & (np.array(pixel_overlaps(boxes)) >= iou)
    assert computed(METRICS.make("localization", iou=iou), *both) == pytest.approx(right.mean())


def pixel_overlaps(scored: Scored) -> list[float]:
    """Intersection over union by counting the pixels inside."""
    pairs = zip(map(inside, scored.scores), map(inside, scored.truth), strict=True)
    return [len(one & other) / len(one | other) for one, other in pairs]


def inside(box: np.ndarray) -> set[tuple[int, int]]:
    left, top, right, bottom = map(int, box)
    return {(x, y) for x in range(left, right) for y in range(top, bottom)}


def test_accuracy() -> None:
    scores = np.array([[1, 2, 0], [3, 1, 2], [0, 0, 1], [1, 0, 0]], np.float64)
    same("accuracy", Scored(ClassTask("output", names(3), 3), scores, np.array([1, 0, 0, 0])), 0.75)
