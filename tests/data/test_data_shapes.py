"""Source ``shapes``: generated pictures."""

import math

import numpy as np
import pytest
from data_files import load
from shape_data import coloured, pixels, whole

from cnnspec.ir import OpError
from cnnspec.source import render
from cnnspec.train.data import shape_pictures
from cnnspec.train.data.pictures import ArrayPictures
from cnnspec.train.data.shape_outlines import outline
from cnnspec.train.data.shape_pictures import ShapePictures
from cnnspec.train.data.sources.shapes import SHAPES
from cnnspec.train.registries import DATA_SOURCES


def test_what_it_gives() -> None:
    splits = load("shapes", (3, 64, 64))
    assert [len(part) for part in splits] == [1400, 201, 399]
    assert splits.class_names == ("circle", "square", "triangle")
    targets = splits.train.targets
    assert targets.kinds == ("classes", "numbers", "boxes", "points")
    assert targets.boxes is not None and targets.points is not None
    assert (targets.boxes.shape, targets.boxes.dtype) == ((1400, 4), np.float32)
    assert (targets.points.shape, targets.points.dtype) == ((1400, 1, 2), np.float32)
    assert splits.names.points == ("centre",)
    assert splits.train.batch([0, 5]).shape == (2, 64, 64, 3)


def test_a_picture_follows_from_its_number_and_the_seed() -> None:
    few, many = whole(images=12), whole(images=30)
    assert (pixels(few) == pixels(many)[:12]).all()
    assert (
        pixels(few)
        == pixels(load("shapes", (3, 32, 32), 7, images=12, size=(32, 32), validation=0.0, test=0.0))
    ).all()
    assert few.train.targets.boxes is not None and many.train.targets.boxes is not None
    assert (few.train.targets.boxes == many.train.targets.boxes[:12]).all()
    other = DATA_SOURCES.make("shapes", images=12, size=(32, 32), seed=1).load((3, 32, 32), 0).train
    assert isinstance(other.pictures, ArrayPictures)
    assert (pixels(few) != other.pictures.pixels).any(axis=(1, 2, 3)).all()
    assert len(np.unique(pixels(many).reshape(30, -1), axis=0)) == 30


def test_the_pictures_of_all_releases_are_the_same() -> None:
    targets = whole((64, 64), images=3).train.targets
    assert targets.boxes is not None and targets.points is not None
    boxes = [[2.45, 1.55, 33.46, 32.56], [30.13, 3.99, 63.61, 37.47], [9.56, 10.56, 34.92, 36.16]]
    centres = [[17.95, 17.06], [46.87, 20.73], [24.33, 25.21]]
    assert targets.boxes == pytest.approx(np.array(boxes), abs=0.01)
    assert targets.points[:, 0] == pytest.approx(np.array(centres), abs=0.01)


@pytest.mark.parametrize(("by", "names"), [("shape", 3), ("color", 6), ("both", 18)])
def test_classes_come_equally_often(by: str, names: int) -> None:
    splits = whole((8, 8), images=names * 5, by=by)
    assert splits.classes == names
    assert np.bincount(splits.train.labels).tolist() == [5] * names


def test_colours_are_what_their_names_say() -> None:
    splits = whole(by="both", classes=("circle", "star"), images=60, noise=0.0)
    assert splits.class_names[:2] == ("red circle", "yellow circle")
    brightest = {"red": {0}, "yellow": {0, 1}, "green": {1}, "cyan": {1, 2}, "blue": {2}, "magenta": {0, 2}}
    assert splits.train.targets.points is not None
    for i, image in enumerate(pixels(splits)):
        x, y = splits.train.targets.points[i, 0].astype(int)
        colour = image[y, x].astype(int)
        name = splits.class_names[splits.train.labels[i]].split()[0]
        assert set(np.flatnonzero(colour > (colour.max() + colour.min()) / 2)) == brightest[name]


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("size", [(96, 96), (33, 80), (120, 50)])
def test_boxes_are_tight_and_inside(name: str, size: tuple[int, int]) -> None:
    classes = (name, "circle" if name != "circle" else "square")
    splits = whole(size, classes=classes, images=40, noise=0.0)
    height, width = size
    assert splits.train.targets.boxes is not None
    for i in range(0, 40, 2):
        left, top, right, bottom = splits.train.targets.boxes[i].tolist()
        assert 0 <= left < right <= width
        assert 0 <= top < bottom <= height
        rows, columns = np.nonzero(coloured(pixels(splits)[i], 0.3))
        edges = columns.min(), rows.min(), columns.max() + 1, rows.max() + 1
        assert left <= edges[0] + 1 and top <= edges[1] + 1
        assert right >= edges[2] - 1 and bottom >= edges[3] - 1
        assert np.abs(np.array(edges) - (left, top, right, bottom)).max() < 3.5
        assert min(height, width) * 0.2 < max(right - left, bottom - top) <= min(height, width) * 0.8


def test_the_point_is_the_centre_of_area() -> None:
    splits = whole((128, 128), classes=("heart", "moon"), images=10, noise=0.0)
    assert splits.train.targets.points is not None
    for image, point in zip(pixels(splits), splits.train.targets.points[:, 0], strict=True):
        rows, columns = np.nonzero(coloured(image, 0.4))
        assert np.abs(point - (columns.mean() + 0.5, rows.mean() + 0.5)).max() < 1.5


def test_shapes_can_be_seen_without_colour() -> None:
    colour = whole(images=60, noise=0.0, classes=SHAPES)
    gray = load(
        "shapes",
        (1, 32, 32),
        size=(32, 32),
        images=60,
        noise=0.0,
        classes=SHAPES,
        mode="gray",
        validation=0.0,
        test=0.0,
    )
    for image, plain in zip(pixels(colour), pixels(gray)[..., 0].astype(int), strict=True):
        inside, outside = coloured(image, 0.5), ~coloured(image, 0.25)
        assert abs(plain[inside].mean() - plain[outside].mean()) > 50


def test_grain() -> None:
    clean, grainy = pixels(whole(images=20, noise=0.0)), pixels(whole(images=20, noise=0.1))
    middle = (clean > 60) & (clean < 195)
    deviation = (grainy.astype(float) - clean)[middle].std() / 255
    assert deviation == pytest.approx(0.1, rel=0.05)


def test_large_sets_are_drawn_when_they_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = whole(images=10)
    monkeypatch.setattr(shape_pictures, "_IN_MEMORY", 1000)
    drawn = whole(images=10)
    assert isinstance(kept.train.pictures, ArrayPictures)
    assert isinstance(drawn.train.pictures, ShapePictures)
    assert (pixels(kept) == pixels(drawn)).all()
    assert kept.train.names(3) == drawn.train.names(3) == "shape 3"
    gray = [load("shapes", (1, 32, 32), size=(32, 32), images=10, mode="gray").train for _ in range(2)]
    assert gray[0].batch([2]).shape == (1, 32, 32, 1)
    assert load("shapes", (3, 16, 16), size=(32, 32), images=10, fit="resize").train.batch([1]).shape == (
        1,
        16,
        16,
        3,
    )


@pytest.mark.parametrize("values", [{}, {"by": "both"}, {"objects": 3}, {"objects": 3, "by": "color"}])
def test_what_is_known_before_loading(values: dict[str, object]) -> None:
    made = DATA_SOURCES.make("shapes", size=(20, 30), images=40, **values)
    assert made.known_shape == (3, 20, 30)
    splits = made.load((3, 20, 30), 0)
    assert made.known is not None
    assert (made.known.kinds, made.known.names) == (splits.train.targets.kinds, splits.names)


@pytest.mark.parametrize("name", SHAPES)
def test_outlines(name: str) -> None:
    corners = outline(name).corners
    assert max(math.hypot(x, y) for x, y in corners) == pytest.approx(1)
    turns = zip(corners, (*corners[1:], corners[0]), strict=True)
    area = sum(a * d - b * c for (a, b), (c, d) in turns) / 2
    assert area > 0.4
    hole = 1 - 0.55**2 if name == "ring" else 1
    assert outline(name).area == pytest.approx(area * hole, rel=1e-9)


@pytest.mark.parametrize(
    ("argument", "values"),
    [
        ("classes", {"classes": ("circle", "circle")}),
        ("classes", {"classes": ("circle",)}),
        ("classes", {"classes": ("circle",), "objects": 4}),
        ("classes", {"classes": ("blob", "circle")}),
        ("classes", {"classes": (), "by": "color"}),
        ("images", {"images": 17, "by": "both"}),
        ("size", {"size": (4, 64)}),
        ("shares", {"shares": ()}),
        ("shares", {"shares": (1, 1)}),
        ("shares", {"shares": (1, 1, 1), "by": "color"}),
        ("shares", {"shares": (1, 1, 0)}),
        ("shares", {"shares": (1, 1, -1)}),
        ("shares", {"shares": (1, 1, 0.001), "images": 100}),
        ("shares", {"shares": (1, 1, 1), "objects": 2}),
        ("objects", {"objects": 0}),
        ("objects", {"objects": 13}),
        ("outliers", {"outliers": 1.5}),
        ("outliers", {"outliers": 0.1, "objects": 2}),
    ],
)
def test_arguments_that_make_no_sense(argument: str, values: dict[str, object]) -> None:
    with pytest.raises(OpError) as caught:
        DATA_SOURCES.make("shapes", **values)
    assert caught.value.argument == argument
    assert "{" not in render(caught.value.diagnostic)
