"""Tables of reports: counts by class, and how far probabilities can be trusted."""

from __future__ import annotations

import numpy as np
import pytest
import sklearn.metrics as theirs
from drawn_scores import names, of_classes, of_labels, quiet, said, same, unhurried
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve

from cnnspec.train.metrics.tables import (
    Counts,
    baseline_note,
    class_table,
    confusion,
    largest_share,
    reliability,
    unequal,
)
from cnnspec.train.tasks import ClassTask, Scored

FOUND = {"precision": theirs.precision_score, "recall": theirs.recall_score, "f1": theirs.f1_score}


@unhurried
@given(of_classes())
def test_the_confusion_matrix_is_scikit_learns_turned(scored: Scored) -> None:
    labels = range(len(scored.task.names))
    expected = theirs.confusion_matrix(scored.truth, said(scored), labels=labels).T
    found = confusion(scored)
    assert found.dtype.kind == "i"
    assert (found == expected).all() and found.shape == expected.shape


def test_rows_of_the_confusion_matrix_are_what_was_predicted() -> None:
    scored = Scored(ClassTask("output", names(2), 2), np.array([[0.0, 1.0]] * 3), np.array([0, 0, 1]))
    assert confusion(scored).tolist() == [[0, 0], [2, 1]]


@unhurried
@given(st.one_of(of_classes(), of_labels()))
def test_the_table_has_scikit_learns_numbers(scored: Scored) -> None:
    rows = class_table(scored)
    assert tuple(row.name for row in rows) == scored.task.names
    for number, row in enumerate(rows):
        truth, guess = (column(scored, each, number) for each in (scored.truth, said(scored)))
        counted = row.images, row.predicted, row.correct
        assert counted == (truth.sum(), guess.sum(), (truth & guess).sum())
        assert {type(each) for each in counted} == {int}
        assert (row.precision is None) == (not row.predicted)
        assert (row.recall is None) == (not row.images)
        assert (row.f1 is None) == (not row.images and not row.predicted)
        for name, measure in FOUND.items():
            expected = pytest.approx(quiet(measure, truth, guess, zero_division=0))
            assert (getattr(row, name) or 0.0) == expected


def column(scored: Scored, answers: np.ndarray, number: int) -> np.ndarray:
    return answers[:, number] == 1 if scored.task.kind == "labels" else answers == number


def test_the_lectures_numbers() -> None:
    counts = Counts(tp=90, fp=60, fn=10, tn=940)
    assert counts.accuracy == 1030 / 1100
    assert round(1030 / 1100, 4) == 0.9364
    assert (counts.precision, counts.recall) == (0.6, 0.9)
    assert counts.f1 == pytest.approx(0.72, abs=1e-15)
    assert Counts(0, 0, 0, 0) == Counts(0, 0, 0, 0)
    assert {Counts(0, 0, 0, 0).accuracy, Counts(0, 0, 0, 5).precision, Counts(0, 0, 0, 5).recall} == {None}
    assert Counts(0, 0, 0, 5).f1 is None


def test_the_lectures_numbers_from_predictions() -> None:
    """The matrix read from images, through metrics and table alike."""
    predicted = np.repeat([1, 1, 0, 0], [90, 60, 10, 940])
    truth = np.repeat([1, 0, 1, 0], [90, 60, 10, 940])
    scored = Scored(ClassTask("output", ("healthy", "ill"), 2, 1), np.eye(2)[predicted], truth)
    assert confusion(scored).tolist() == [[940, 10], [60, 90]]
    for name, expected in {"accuracy": 1030 / 1100, "precision": 0.6, "recall": 0.9, "f1": 0.72}.items():
        same(name, scored, expected)
    row = class_table(scored)[1]
    assert (row.images, row.predicted, row.correct) == (100, 150, 90)
    assert (row.precision, row.recall, row.f1) == pytest.approx((0.6, 0.9, 0.72))


def test_the_largest_class() -> None:
    truth = np.array([0] * 2 + [3] * 98)
    assert largest_share(truth) == (3, 0.98)
    assert largest_share(np.array([1, 0])) == (0, 0.5)
    assert largest_share(truth[:0]) == (0, 0.0)


@pytest.mark.parametrize(
    ("counts", "classes", "expected"),
    [
        ((50, 50), 2, False),
        ((60, 40), 2, False),
        ((61, 39), 2, True),
        ((4, 3, 3), 3, False),
        ((40, 30, 30), 3, False),
        ((41, 30, 29), 3, True),
        ((5, 5), 3, True),
        ((), 3, False),
        ((7,), 1, False),
    ],
)
def test_classes_are_unequal_beyond_a_fifth(counts: tuple[int, ...], classes: int, expected: bool) -> None:
    truth = np.repeat(np.arange(len(counts)), counts).astype(np.int64)
    assert unequal(truth, classes) is expected


def test_accuracy_is_compared_with_naming_the_largest_class() -> None:
    expected = "accuracy 0.98 is no better than naming 'A' for every image, which gives 0.98"
    assert baseline_note(0.98, "A", 0.98) == expected
    assert baseline_note(0.9364, "A", 0.98) == expected.replace("accuracy 0.98", "accuracy 0.9364")
    assert baseline_note(0.981, "A", 0.98) is None


@unhurried
@given(st.one_of(of_classes(), of_labels()), st.integers(1, 12))
def test_reliability_is_scikit_learns_calibration_curve(scored: Scored, bins: int) -> None:
    labels = scored.task.kind == "labels"
    sure = scored.scores.ravel() if labels else scored.scores.max(1)
    right = scored.truth.ravel() if labels else scored.scores.argmax(1) == scored.truth
    found = reliability(scored, bins)
    assert sum(each.count for each in found.bins) == len(sure)
    shares, means = calibration_curve(right * 1, sure, n_bins=bins) if set(right) == {0, 1} else ((), ())
    if len(shares):
        assert [each.right for each in found.bins] == pytest.approx(shares)
        assert [each.confidence for each in found.bins] == pytest.approx(means)
    gaps = [each.count * abs(each.right - each.confidence) for each in found.bins]
    assert found.error == pytest.approx(sum(gaps) / len(sure))


def test_calibration_by_hand() -> None:
    scores = np.array([[0.95, 0.05], [0.95, 0.05], [0.6, 0.4], [0.4, 0.6]])
    found = reliability(Scored(ClassTask("output", names(2), 2), scores, np.array([0, 1, 0, 1])))
    assert [each.count for each in found.bins] == [2, 2]
    assert [each.right for each in found.bins] == [1.0, 0.5]
    assert [each.confidence for each in found.bins] == pytest.approx([0.6, 0.95])
    assert found.error == pytest.approx((2 * 0.4 + 2 * 0.45) / 4)
    nothing = reliability(Scored(ClassTask("output", names(2), 2), scores[:0], np.zeros(0, np.int64)))
    assert (nothing.bins, nothing.error) == ((), None)
