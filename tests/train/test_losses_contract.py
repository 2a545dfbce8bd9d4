"""What holds of every loss in the registry, and what each makes of its arguments once the data is known."""

from __future__ import annotations

import inspect
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnspec.elaborate import Environment, bind_entry
from cnnspec.ir import OpError, known_as, signature
from cnnspec.source import Diagnostics, Source
from cnnspec.syntax import parse_call, print_expression
from cnnspec.train.data.targets import Targets
from cnnspec.train.losses import balanced_weights
from cnnspec.train.registries import LOSSES, Loss
from cnnspec.train.resolve import call_of
from cnnspec.train.tasks import ClassTask, LabelTask

KINDS = ("classes", "labels", "numbers", "boxes", "points")
each = pytest.mark.parametrize("cls", LOSSES.entries.values(), ids=LOSSES.entries)


@each
def test_its_last_arguments_are_those_of_all_losses(cls: type[Loss]) -> None:
    arguments = {argument.name: argument for argument in signature(cls)}
    assert [*arguments][-2:] == ["of", "weight"]
    assert all(argument.doc and not argument.required for argument in arguments.values())
    made = LOSSES.make(cls.call_name)
    assert (made.of, made.weight) == (None, 1.0)


@each
def test_it_says_what_it_learns(cls: type[Loss]) -> None:
    arguments = {argument.name: argument for argument in signature(cls)}
    assert cls.kinds and set(cls.kinds) <= set(KINDS)
    assert cls.bounded in ("softmax", "sigmoid", "")
    if len(cls.kinds) > 1:
        assert arguments["target"].kind.choices == cls.kinds
        assert [*arguments][-3] == "target"
    assert ("single" in cls.class_outputs) == ("positive" in arguments)


@each
def test_it_is_documented_with_its_source(cls: type[Loss]) -> None:
    text = inspect.getdoc(cls) or ""
    assert re.search(r"[A-Z]\w+ (et al\. )?(1[89]|20)\d\d\b", text)
    assert "``" in text


EXAMPLES = [(name, text) for name, cls in LOSSES.entries.items() for text in (name, *cls.examples)]


@pytest.mark.parametrize(("name", "text"), EXAMPLES, ids=[text for _, text in EXAMPLES])
def test_it_is_written_as_it_is_read(name: str, text: str) -> None:
    assert made(text).call_name == name
    assert made(print_expression(call_of(made(text)))) == made(text)


def made(text: str) -> Loss:
    found = Diagnostics()
    loss = bind_entry(LOSSES, parse_call(Source("example", text)), Environment(), found)
    found.raise_errors()
    assert loss is not None
    return loss


def test_other_tools_names_lead_to_one_loss_each() -> None:
    others = [(name, other.lower()) for name, cls in LOSSES.entries.items() for other in cls.also_called]
    assert len({other for _, other in others}) == len(others)
    assert not {other for _, other in others} & set(LOSSES.entries)
    assert all(known_as(LOSSES, other) == name for name, other in others)
    assert known_as(LOSSES, "smoothl1loss") == "huber"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("cross_entropy(label_smoothing = 1)", "at least 0 and below 1"),
        ("cross_entropy(class_weights = [1, -1])", "equal, balanced, or a list"),
        ("binary_cross_entropy(positive_weight = 0)", "a number above 0"),
        ("binary_cross_entropy(positive_weight = [1, 0])", "a number above 0"),
        ("binary_cross_entropy(positive_weight = much)", "equal, balanced"),
        ("focal(gamma = -1)", "at least 0"),
        ("focal(alpha = 1.5)", "from 0 to 1"),
        ("huber(delta = 0)", "above 0"),
        ("mse(target = classes)", "one of numbers, boxes, points"),
        ("mae(weight = 0)", "above 0"),
    ],
)
def test_values_that_make_no_sense_are_refused(text: str, message: str) -> None:
    with pytest.raises(Exception, match=message):
        made(text)


# Once the data is known


def of_classes(outputs: int, classes: int | None = None, single: bool = False) -> ClassTask:
    names = tuple(f"c{i}" for i in range(outputs))
    return ClassTask("output", names, classes or outputs, single=single)


def weights(given: Any, task: ClassTask, *classes: int) -> Any:
    loss = LOSSES.make("cross_entropy", class_weights=given)
    return loss.fitted(task, Targets(classes=np.array(classes))).class_weights


@settings(deadline=None)
@given(st.lists(st.integers(0, 6), min_size=1, max_size=40))
def test_balanced_weights_are_scikit_learns(classes: list[int]) -> None:
    from sklearn.utils.class_weight import compute_class_weight

    there = np.unique(classes)
    expected = np.zeros(7)
    expected[there] = compute_class_weight("balanced", classes=there, y=np.array(classes))
    assert balanced_weights(np.bincount(classes, minlength=7)) == pytest.approx(expected)
    assert weights("balanced", of_classes(9, 7), *classes) == pytest.approx((*expected, 0, 0))


def test_class_weights_are_one_an_output() -> None:
    assert weights("equal", of_classes(3), 0, 1) == "equal"
    assert weights((1, 2, 3), of_classes(3), 0, 1) == (1, 2, 3)
    assert weights((1, 2, 3), of_classes(5, 3), 0, 1) == (1, 2, 3, 0, 0)
    assert weights((1, 2, 3, 4, 5), of_classes(5, 3), 0, 1) == (1, 2, 3, 4, 5)
    assert weights((0, 2, 0), of_classes(3), 0, 1) == (0, 2, 0)


@pytest.mark.parametrize(
    ("given", "task", "message"),
    [
        ((1, 2), of_classes(3), "there are 2 class weights for 3 classes$"),
        ((1, 2, 3, 4), of_classes(5, 3), "there are 4 class weights for 3 classes and 5 outputs"),
        ((0, 0, 1), of_classes(3), "all classes that have training images weigh 0"),
    ],
)
def test_class_weights_that_do_not_fit(given: tuple[float, ...], task: ClassTask, message: str) -> None:
    with pytest.raises(OpError, match=message) as raised:
        weights(given, task, 0, 1)
    assert raised.value.argument == "class_weights"
    assert raised.value.diagnostic.code == "bad-value"


def labelled(*columns: list[int]) -> tuple[LabelTask, Targets]:
    task = LabelTask("output", tuple(f"l{i}" for i in range(len(columns))))
    return task, Targets(labels=np.array(columns, np.uint8).T)


def test_balanced_positive_weights_are_the_others_over_those_with_the_label() -> None:
    loss = LOSSES.make("binary_cross_entropy", positive_weight="balanced")
    task, targets = labelled([1, 0, 0, 0], [1, 1, 1, 0], [0, 0, 0, 0], [1, 1, 1, 1])
    assert loss.fitted(task, targets).positive_weight == pytest.approx((3, 1 / 3, 1, 1))
    single, classes = of_classes(2, single=True), Targets(classes=np.array([0, 0, 0, 1, 0, 1]))
    assert loss.fitted(single, classes).positive_weight == pytest.approx((2,))
    other = ClassTask("output", single.names, 2, positive=0, single=True)
    assert loss.fitted(other, classes).positive_weight == pytest.approx((0.5,))


def test_positive_weights_are_one_an_output() -> None:
    task, targets = labelled([1, 0], [0, 1])
    for weight in ("equal", 2.0, (1.0, 2.0)):
        loss = LOSSES.make("binary_cross_entropy", positive_weight=weight)
        assert loss.fitted(task, targets) == loss
    with pytest.raises(OpError, match="there are 3 positive weights for 2 outputs") as raised:
        LOSSES.make("binary_cross_entropy", positive_weight=(1.0, 2.0, 3.0)).fitted(task, targets)
    assert raised.value.argument == "positive_weight"


def test_alpha_is_for_outputs_that_say_yes_or_no() -> None:
    loss, classes = LOSSES.make("focal", alpha=0.25), Targets(classes=np.array([0, 1]))
    assert loss.fitted(*labelled([1, 0], [0, 1])) == loss
    assert loss.fitted(of_classes(2, single=True), classes) == loss
    assert LOSSES.make("focal").fitted(of_classes(2), classes) == LOSSES.make("focal")
    with pytest.raises(OpError, match="each class has an output") as raised:
        loss.fitted(of_classes(2), classes)
    assert raised.value.argument == "alpha"
