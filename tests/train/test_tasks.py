"""What an output is about: targets as losses take them, raw outputs as people read them, and data that does not fit."""

from __future__ import annotations

import numpy as np
import pytest
from helpers import chain, layer
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from cnnspec.ir import OpError
from cnnspec.train.aligned import aligned
from cnnspec.train.data import Known, TargetNames, Targets
from cnnspec.train.insight import chosen_layers
from cnnspec.train.registries import LOSSES
from cnnspec.train.tasks import BoxTask, ClassTask, LabelTask, NumberTask, PointTask, Task, overlaps
from cnnspec.train.tasks.making import Wanted, make_task
from cnnspec.train.tasks.saving import as_plain, task_from

NAMES = TargetNames(("cat", "dog"), ("wet", "dry", "big"), ("price",), ("nose", "tail"))
TARGETS = Targets(
    classes=np.array([0, 1, 1]),
    labels=np.array([[0, 1, 1], [0, 0, 0], [1, 1, 1]], np.uint8),
    numbers=np.array([[100.0], [300.0], [200.0]], np.float32),
    boxes=np.array([[0, 0, 10, 20], [5, 5, 6, 6], [1, 2, 3, 4]], np.float32),
    points=np.arange(12, dtype=np.float32).reshape(3, 2, 2),
)


def task(loss: str, features: int, kinds: tuple[str, ...] = TARGETS.kinds, **values: object) -> Task:
    known = Known(kinds, NAMES, TARGETS)
    return make_task(Wanted("out", "linear1", features, LOSSES.make(loss, **values), known, (3, 40, 80)))


def test_tasks_follow_from_loss_and_outputs() -> None:
    assert isinstance(task("cross_entropy", 2), ClassTask)
    assert isinstance(task("binary_cross_entropy", 3), LabelTask)
    assert isinstance(task("mse", 1), NumberTask) and task("mse", 1).kind == "numbers"
    assert isinstance(task("mae", 4, target="boxes"), BoxTask)
    assert isinstance(task("huber", 4, target="points"), PointTask)
    assert task("mse", 4, ("boxes", "numbers")).kind == "boxes"
    single = task("binary_cross_entropy", 1, ("classes",), positive="cat")
    assert isinstance(single, ClassTask) and single.single and single.positive == 0
    assert task("cross_entropy", 4).names == ("cat", "dog", "output 2", "output 3")


@pytest.mark.parametrize(
    ("loss", "features", "kinds", "values", "expected"),
    [
        ("cross_entropy", 1, ("classes",), {}, "only 1 output"),
        ("cross_entropy", 3, ("labels",), {}, "takes classes, and the data has labels"),
        ("binary_cross_entropy", 2, ("labels",), {}, "3 labels, which takes 3 outputs"),
        ("binary_cross_entropy", 2, ("classes",), {}, "which takes 1 output"),
        ("binary_cross_entropy", 1, ("classes",), {"positive": "cats"}, "names 'cats'"),
        ("mse", 2, ("classes",), {}, "takes numbers or boxes or points, and the data has classes"),
        ("mse", 4, ("boxes", "points"), {}, "could learn boxes or points"),
        ("mse", 3, ("boxes",), {"target": "boxes"}, "takes 4 outputs, but the output 'out' has 3"),
        ("mse", 3, ("boxes",), {"target": "numbers"}, "takes numbers, and the data has boxes"),
    ],
)
def test_what_does_not_fit(
    loss: str, features: int, kinds: tuple[str, ...], values: dict[str, object], expected: str
) -> None:
    with pytest.raises(OpError) as error:
        task(loss, features, kinds, **values)
    assert expected in error.value.diagnostic.text


def test_numbers_are_learnt_scaled_and_read_in_their_unit() -> None:
    made = task("mse", 1)
    encoded = made.encoded(TARGETS)
    assert encoded.mean() == pytest.approx(0, abs=1e-6) and encoded.std() == pytest.approx(1)
    np.testing.assert_allclose(made.scores(encoded), TARGETS.numbers, rtol=1e-6)
    plain = task("mse", 1, scaled=False)
    np.testing.assert_array_equal(plain.encoded(TARGETS), TARGETS.numbers)
    boxes = task("mae", 4, target="boxes").encoded(TARGETS)
    np.testing.assert_allclose(boxes[0], [0, 0, 10 / 80, 20 / 40])


def test_a_constant_number_is_not_divided_by_zero() -> None:
    known = Known(("numbers",), NAMES, Targets(numbers=np.full((3, 1), 7, np.float32)))
    made = make_task(Wanted("out", "linear1", 1, LOSSES.make("mse"), known, (3, 40, 80)))
    assert isinstance(made, NumberTask) and (made.shift, made.scale) == ((7.0,), (1.0,))


@given(arrays.arrays(np.float32, (4, 1), elements=st.floats(-1e4, 1e4, width=32)), st.sampled_from((0, 1)))
def test_a_single_output_is_the_sigmoid_of_the_positive_class(outputs: np.ndarray, positive: int) -> None:
    from scipy.special import expit

    made = ClassTask("out", ("cat", "dog"), 2, positive, single=True)
    scores = made.scores(outputs)
    np.testing.assert_allclose(scores[:, positive], expit(outputs[:, 0].astype(np.float64)), atol=1e-12)
    np.testing.assert_allclose(scores.sum(1), 1)
    assert made.encoded(TARGETS).ravel().tolist() == [float(c == positive) for c in (0, 1, 1)]


@given(arrays.arrays(np.int64, (2, 4), elements=st.integers(0, 12)))
def test_overlap_is_that_of_counted_pixels(boxes: np.ndarray) -> None:
    """Intersection over union of whole pixels; a network may also say boxes with crossed sides, which overlap nothing."""

    def pixels(box: np.ndarray) -> set[tuple[int, int]]:
        left, top, right, bottom = box.tolist()
        return {(x, y) for x in range(left, right) for y in range(top, bottom)}

    one, other = map(pixels, boxes)
    expected = len(one & other) / max(1, len(one | other))
    assert overlaps(boxes[:1].astype(float), boxes[1:].astype(float))[0] == pytest.approx(expected)


@pytest.mark.parametrize(
    "made",
    [
        task("cross_entropy", 4),
        task("binary_cross_entropy", 1, ("classes",)),
        task("binary_cross_entropy", 3),
        task("mse", 1),
        task("mse", 4, target="points"),
        task("mse", 4, target="boxes"),
    ],
)
def test_tasks_are_saved_and_read_back(made: Task) -> None:
    import json

    plain = json.loads(json.dumps(as_plain(made)))
    assert task_from(plain) == made
    for key in plain:
        with pytest.raises(ValueError):
            task_from({**plain, key: None})


def test_other_data_is_put_into_the_order_of_the_run() -> None:
    tasks = (ClassTask("a", ("bird", "cat", "dog"), 3), LabelTask("b", ("big", "wet")))
    found = aligned(TARGETS, NAMES, tasks)
    assert found.classes is not None and found.classes.tolist() == [1, 2, 2]
    assert found.labels is not None and found.labels.tolist() == [[1, 0], [0, 0], [1, 1]]
    with pytest.raises(
        OpError, match="the data has the classes cat, dog, but the run was trained on the classes cat, cow"
    ):
        aligned(TARGETS, NAMES, (ClassTask("a", ("cat", "cow"), 2),))
    with pytest.raises(OpError, match="labels wet, dry, big, but the run was trained on the labels huge"):
        aligned(TARGETS, NAMES, (LabelTask("b", ("huge",)),))
    with pytest.raises(OpError, match="no classes"):
        aligned(Targets(labels=TARGETS.labels), NAMES, tasks)


def test_layers_to_show_are_spread_over_the_depth() -> None:
    ops = [layer("conv", channels=2, kernel=3, padding=1), layer("relu")] * 6
    graph = chain((1, 8, 8), *ops, layer("flatten"), layer("linear", features=2))
    assert [node.name for node in chosen_layers(graph)] == ["relu2", "relu6", "relu8", "relu12"]
    assert [node.name for node in chosen_layers(graph, ("conv3",))] == ["conv3"]
    for name, expected in (("conv33", "is no layer"), ("linear14", "gives no map of several pixels")):
        with pytest.raises(Exception, match=expected):
            chosen_layers(graph, (name,))
