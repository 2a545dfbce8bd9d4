"""Source ``shapes``: several shapes in a picture."""

import numpy as np
import pytest
from data_files import load
from shape_data import chroma, of_seed, pixels, whole

from cnnspec.train.data import shape_pictures
from cnnspec.train.data.shape_colours import HUES
from cnnspec.train.data.shape_pictures import ShapePictures, draw
from cnnspec.train.data.shape_scenes import Drawing, areas, scenes
from cnnspec.train.data.sources.shapes import SHAPES

SIZES = ((48, 48), (64, 64), (40, 90))


def labels(splits: object) -> np.ndarray:
    found = splits.train.targets.labels  # type: ignore[attr-defined]
    assert isinstance(found, np.ndarray) and found.dtype == np.uint8
    return found


@pytest.mark.parametrize(("by", "names"), [("shape", 3), ("color", 6), ("both", 18)])
def test_what_it_gives(by: str, names: int) -> None:
    splits = load("shapes", (3, 48, 48), size=(48, 48), images=200, objects=4, by=by)
    assert [len(part) for part in splits] == [140, 20, 40]
    assert (len(splits.names.labels), splits.names.classes, splits.names.points) == (names, (), ())
    assert splits.train.targets.kinds == ("labels",)
    assert labels(splits).shape == (140, names)
    assert set(np.unique(labels(splits).sum(axis=1))) <= {1, 2, 3, 4}
    assert labels(splits).any(axis=0).all() and not labels(splits).all(axis=0).any()


def test_pictures_follow_from_their_number_and_the_seed() -> None:
    few, many = whole(images=12, objects=5), whole(images=30, objects=5)
    assert (pixels(few) == pixels(many)[:12]).all()
    assert (labels(few) == labels(many)[:12]).all()
    other = of_seed(1, size=(32, 32), images=12, objects=5, validation=0.0, test=0.0)
    assert (pixels(few) != pixels(other)).any(axis=(1, 2, 3)).all()
    assert len(np.unique(pixels(many).reshape(30, -1), axis=0)) == 30


def test_the_pictures_of_all_releases_are_the_same() -> None:
    found = scenes(Drawing((64, 64), SHAPES, "both", 0.05, 0, 3), np.arange(3))
    assert found.starts.tolist() == [0, 3, 6, 7]
    assert found.figures.classes.tolist() == [24, 2, 1, 21, 11, 34, 25]
    assert found.figures.centres == pytest.approx(
        np.array(
            [
                [46.14, 38.91],
                [17.44, 11.91],
                [48.75, 20.58],
                [37.01, 13.41],
                [22.73, 32.74],
                [37.2, 29.29],
                [15.75, 35.07],
            ]
        ),
        abs=0.01,
    )
    assert found.figures.radii == pytest.approx(
        np.array([12.51, 10.85, 7.17, 7.74, 8.75, 6.42, 8.44]), abs=0.01
    )


@pytest.mark.parametrize("by", ["shape", "color", "both"])
def test_labels_are_what_is_in_the_picture(by: str) -> None:
    splits = whole(images=300, objects=4, by=by)
    found = scenes(Drawing((32, 32), ("circle", "square", "triangle"), by, 0.05, 0, 4), np.arange(300))
    for i, row in enumerate(labels(splits)):
        classes = found.figures.classes[found.starts[i] : found.starts[i + 1]]
        assert np.flatnonzero(row).tolist() == sorted(set(classes.tolist()))


def test_colours_in_the_picture_are_its_labels() -> None:
    splits = whole((64, 64), images=200, objects=4, by="color", noise=0.0, classes=SHAPES)
    assert splits.names.labels == tuple(HUES)
    for image, row in zip(pixels(splits), labels(splits), strict=True):
        values = image[chroma(image) > 0.45 * 255].astype(float)
        low, high = values.min(axis=1), values.max(axis=1)
        strong = (values - low[:, None]) / (high - low)[:, None] > 0.5
        kinds = {(1, 0, 0): 0, (1, 1, 0): 1, (0, 1, 0): 2, (0, 1, 1): 3, (0, 0, 1): 4, (1, 0, 1): 5}
        seen = np.bincount([kinds[tuple(each)] for each in strong.astype(int).tolist()], minlength=6)
        assert ((seen >= 12) == row.astype(bool)).all()


def test_the_number_of_shapes_is_uniform() -> None:
    found = scenes(Drawing((64, 64), SHAPES, "shape", 0.0, 0, 4), np.arange(4000))
    assert np.bincount(np.diff(found.starts), minlength=5)[1:] == pytest.approx([1000] * 4, rel=0.1)
    assert np.bincount(found.figures.classes) == pytest.approx([10_000 / 8] * 8, rel=0.1)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("objects", [2, 4, 12])
def test_shapes_overlap_only_a_little(size: tuple[int, int], objects: int) -> None:
    found = scenes(Drawing(size, SHAPES, "shape", 0.0, 0, objects), np.arange(500))
    height, width = size
    figures, least = found.figures, min(size)
    assert (figures.radii >= 0.1 * least).all() and (figures.radii < 0.2 * least).all()
    assert (figures.boxes >= -1e-9).all() and (figures.boxes <= (width, height) * 2).all()
    same = found.pictures[:, None] == found.pictures
    between = np.hypot(*np.moveaxis(figures.centres[:, None] - figures.centres, 2, 0))
    clear = between / (figures.radii[:, None] + figures.radii)
    clear = clear[same & ~np.eye(len(same), dtype=bool)]
    assert clear.min() > 0.7
    assert (clear < 0.899).mean() < 0.005


def test_every_shape_is_seen() -> None:
    """Little of the areas of all shapes of a picture is covered by others."""
    drawing = Drawing((128, 128), SHAPES, "shape", 0.0, 0, 6)
    found = scenes(drawing, np.arange(100))
    for i in range(100):
        seen = 100 * (chroma(draw(drawing, found, i)) > 0.4 * 255).mean()
        there = areas(drawing, found.figures)[found.starts[i] : found.starts[i + 1]].sum()
        assert 0.85 * there < seen < 1.1 * there


def test_small_pictures() -> None:
    splits = whole((8, 9), images=50, objects=12, by="both")
    assert pixels(splits).shape == (50, 8, 9, 3)


def test_large_sets_are_drawn_when_they_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = whole(images=10, objects=7)
    monkeypatch.setattr(shape_pictures, "_IN_MEMORY", 1000)
    drawn = whole(images=10, objects=7)
    assert isinstance(drawn.train.pictures, ShapePictures)
    assert (pixels(kept) == pixels(drawn)).all() and (labels(kept) == labels(drawn)).all()


def test_one_object_is_as_without() -> None:
    assert (pixels(whole(images=9)) == pixels(whole(images=9, objects=1))).all()
