"""Steps put together: what is refused, what evaluation makes of them, what batches do not depend on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from applying import photo, step
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cnnspec.ir import OpError
from cnnspec.train.augment import Augmentation
from cnnspec.train.augment.draws import Draws
from cnnspec.train.data import Dataset, Fitting, Targets
from cnnspec.train.data.pictures import ArrayPictures, Files, scanned
from cnnspec.train.data.preparing import evaluation_steps, pipelines
from cnnspec.train.pipeline import Pipeline
from cnnspec.train.pipeline.feed import Feed
from cnnspec.train.pipeline.plan import check_targets
from cnnspec.train.pipeline.settling import settled

LECTURE = [
    step("random_resized_crop", 24),
    step("flip"),
    step("rotate", 15),
    step("translate", 0.1),
    step("color_jitter", 0.2, 0.2, 0.2, 0.05),
]


def files(folder: Path, count: int = 23) -> Dataset:
    for i in range(count):
        Image.fromarray(photo(30 + i, 50 - i, seed=i)).save(folder / f"{i:02}.jpg", quality=90)
    pictures, problems = scanned(Files(tuple(sorted(folder.glob("*.jpg"))), folder))
    assert not problems
    return Dataset(pictures, Targets(classes=np.zeros(count, np.int64)))


def batches(
    dataset: Dataset, pipeline: Pipeline, order: list[np.ndarray], workers: int, epoch: int = 1
) -> list[np.ndarray]:
    feed = Feed(dataset, pipeline, 6, workers)
    return [
        fed.images[: len(fed.rows)].copy()
        for fed in feed.batches(order, lambda _, rows: Draws.of(5, epoch, rows))
    ]


def test_batches_depend_on_seed_epoch_and_image_alone(tmp_path: Path) -> None:
    dataset, pipeline = files(tmp_path), Pipeline.of(LECTURE, (3, 24, 24))
    order = [np.arange(i, min(i + 6, 23)) for i in range(0, 23, 6)]
    first = np.concatenate(batches(dataset, pipeline, order, 1))
    for workers in (2, 3, 7):
        assert (np.concatenate(batches(dataset, pipeline, order, workers)) == first).all()
    shuffled = np.random.RandomState(0).permutation(23)
    again = np.concatenate(batches(dataset, pipeline, np.array_split(shuffled, 5), 2))
    assert (again == first[shuffled]).all()
    assert (np.concatenate(batches(dataset, pipeline, order, 2, epoch=2)) != first).any()


def test_a_feed_may_be_left_and_begun_again(tmp_path: Path) -> None:
    dataset, pipeline = files(tmp_path), Pipeline.of(LECTURE, (3, 24, 24))
    feed = Feed(dataset, pipeline, 4, 2)
    order = [np.arange(i, i + 4) for i in range(0, 20, 4)]
    for fed in feed.batches(order):
        assert fed.images.shape == (4, 24, 24, 3)
        break
    assert len(list(feed.batches(order))) == 5


def test_a_broken_image_is_named_when_it_is_met(tmp_path: Path) -> None:
    dataset = files(tmp_path)
    (tmp_path / "03.jpg").write_bytes((tmp_path / "03.jpg").read_bytes()[:300])
    with pytest.raises(OpError, match=r"03\.jpg"):
        batches(dataset, Pipeline.of(LECTURE, (3, 24, 24)), [np.arange(6)], 2)


def groups(*steps: Augmentation) -> list[tuple[str, int]]:
    return [(group.kind, len(group.leaves)) for group in Pipeline.of(steps, (3, 24, 24)).groups]


def test_geometry_in_a_row_is_one_resampling() -> None:
    assert groups(*LECTURE) == [("frame", 2), ("warp", 2), ("pixels", 1)]
    assert groups(step("resize", 30), step("center_crop", 24), step("flip")) == [("frame", 3)]
    assert groups(step("flip"), step("rotate", 5), step("shear", 5)) == [("warp", 3)]
    assert groups(step("rotate", 5), step("blur", 3), step("rotate", 5)) == [
        ("warp", 1),
        ("pixels", 1),
        ("warp", 1),
    ]
    assert groups(step("rotate", 5), step("rotate", 5, fill=1.0)) == [("warp", 1), ("warp", 1)]
    assert groups(step("center_crop", 20), step("pad", 2)) == [("frame", 1), ("frame", 1)]
    assert groups(step("resize", 9), step("resize", 24)) == [("frame", 1), ("frame", 1)]


def evaluated(*steps: Augmentation) -> str:
    return " ".join(s.call_name for s in evaluation_steps(steps, None))


def test_evaluation_is_what_is_left_without_chance() -> None:
    assert evaluated(*LECTURE) == "resize center_crop"
    assert evaluation_steps(LECTURE, None) == (step("resize", 27), step("center_crop", 24))
    assert evaluated(step("random_crop", 32, padding=4), step("noise")) == "center_crop"
    assert evaluated(step("resize", 32), step("pad", 2), step("maybe", 0.5, step("blur", 3))) == "resize pad"
    assert (
        evaluated(step("maybe", 1, step("grayscale", p=1)), step("normalize", (0.5,), (0.2,)))
        == "grayscale normalize"
    )
    assert (
        evaluated(step("choose", (step("random_resized_crop", 24), step("resize", (24, 24)))))
        == "resize center_crop"
    )


def code(
    *steps: Augmentation, shape: tuple[int, int, int] = (3, 24, 24), stored: tuple[int, int] | None = None
) -> str:
    with pytest.raises(OpError) as found:
        pipeline, _ = pipelines(steps, evaluation_steps(steps, None), Fitting(shape))
        pipeline.check_size(stored, "the images")
    return found.value.diagnostic.code


def test_what_is_refused() -> None:
    assert code(step("random_crop", 20)) == "image-size"
    assert code(step("resize", 24), stored=(30, 40)) == "image-size"
    assert code(step("random_crop", 24), stored=(20, 40)) == "bad-value"
    assert code(step("normalize"), step("brightness", 0.1)) == "step-after-normalize"
    assert code(step("mixup"), step("cutmix")) == "two-mixings"
    assert code(step("hue", 0.1), shape=(1, 24, 24)) == "bad-value"
    assert code(step("color_jitter", hue=0.1), shape=(1, 24, 24)) == "bad-value"
    assert code(step("normalize", (0.5,), (0.5,))) == "bad-value"
    assert code(step("choose", (step("resize", (24, 24)), step("resize", (20, 20))))) == "bad-value"
    assert code(step("maybe", 0.5, step("center_crop", 24)), stored=(30, 30)) == "bad-value"
    Pipeline.of([step("choose", (step("mixup"), step("cutmix")))], (3, 24, 24))
    for made in (lambda: step("color_jitter"), lambda: step("blur", 4), lambda: step("rotate", (9, 2))):
        with pytest.raises(OpError):
            made()


def test_evaluation_leaves_nothing_to_chance() -> None:
    with pytest.raises(OpError) as found:
        evaluation_steps((), (step("resize", 24), step("flip")))
    assert found.value.diagnostic.code == "evaluation-drawn"
    with pytest.raises(OpError) as found:
        evaluation_steps((step("normalize", (0.5,), (0.5,)),), (step("normalize", (0.4,), (0.5,)),))
    assert found.value.diagnostic.code == "normalize-differs"


def test_boxes_are_not_mixed_where_they_are_learnt() -> None:
    training, _ = pipelines((step("mixup"),), (), Fitting((3, 8, 8)))
    check_targets(training, ["classes"])
    with pytest.raises(OpError) as found:
        check_targets(training, ["classes", "boxes"])
    assert found.value.diagnostic.code == "targets-not-mixed"


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_what_is_fixed_is_done_once_and_gives_the_same(seed: int) -> None:
    pixels = np.stack([photo(20, 22, seed=i) for i in range(5)])
    dataset = Dataset(ArrayPictures(pixels, "image", "the images"), Targets(classes=np.zeros(5, np.int64)))
    pipeline = Pipeline.of(
        [step("resize", (30, 30)), step("brightness", 0.3), step("random_crop", 24)], (3, 24, 24)
    )
    order = [np.arange(5)]
    ready, rest = settled(dataset, pipeline)
    assert ready.pictures.shapes[0].tolist() == [3, 30, 30] and len(rest.groups) == 2
    assert ready.names(3) == dataset.names(3)
    feeds = (
        Feed(d, p, 5).batches(order, lambda _, rows: Draws.of(seed, 1, rows))
        for d, p in ((dataset, pipeline), (ready, rest))
    )
    one, other = (next(iter(feed)).images.copy() for feed in feeds)
    assert (one == other).all()


def test_boxes_and_points_go_along_where_images_are_made_ready(seed: int = 3) -> None:
    targets = Targets(
        boxes=np.array([[4, 6, 20, 30]] * 5, np.float32), points=np.array([[[10, 12]]] * 5, np.float32)
    )
    pictures = ArrayPictures(np.zeros((5, 40, 50, 3), np.uint8), "image", "the images")
    dataset = Dataset(pictures, targets)
    pipeline = Pipeline.of(
        [step("resize", (30, 30)), step("brightness", 0.3), step("random_crop", 24), step("flip")],
        (3, 24, 24),
    )
    order = [np.arange(5)]
    ready, rest = settled(dataset, pipeline)
    assert ready.targets.boxes is not None and len(rest.groups) < len(pipeline.groups)
    np.testing.assert_allclose(ready.targets.boxes[0], [4 * 0.6, 6 * 0.75, 20 * 0.6, 30 * 0.75], rtol=1e-6)
    found = []
    for d, p in ((dataset, pipeline), (ready, rest)):
        fed = next(iter(Feed(d, p, 5).batches(order, lambda _, rows: Draws.of(seed, 1, rows))))
        found.append(fed.drawn.targets(d.targets[fed.rows]))
    np.testing.assert_allclose(found[0].boxes, found[1].boxes, atol=1e-4)
    np.testing.assert_allclose(found[0].points, found[1].points, atol=1e-4)


def test_steps_in_a_row_are_a_list() -> None:
    from test_contract import made

    assert made("choose(flip, [blur(3), noise], [])") == made("choose([flip, [blur(3), noise], []])")
    assert made("choose(flip, blur(3), weights = [1, 2])") == made("choose([flip, blur(3)], [1, 2])")
    assert made("maybe(0.5, flip, rotate(5))") == made("maybe(0.5, [flip, rotate(5)])")


def test_what_does_the_same_to_every_image_stays_at_evaluation() -> None:
    fixed = [
        step("rotate", (90, 90)),
        step("blur", 3, sigma=1.0),
        step("brightness", (1.5, 1.5)),
        step("flip", p=1),
    ]
    assert evaluation_steps(tuple(fixed), None) == tuple(fixed)
    assert evaluated(step("rotate", (80, 90)), step("blur", 3), step("brightness", 0.1), step("flip")) == ""
    assert evaluation_steps((), tuple(fixed)) == tuple(fixed)


def test_normalize_is_not_nested() -> None:
    for made in (step("maybe", 0.5, step("normalize")), step("choose", (step("normalize"), step("flip")))):
        assert code(made) == "normalize-nested"
