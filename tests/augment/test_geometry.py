"""Geometry against Pillow and against torchvision's formulas; identities, inverses, and targets that follow."""

from __future__ import annotations

import math

import numpy as np
import pytest
from applying import applied, drawn_for, off_by, photo, step, with_parameters
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from cnnspec.train.augment import Augmentation
from cnnspec.train.augment.matrices import moved_boxes
from cnnspec.train.data.targets import Targets
from cnnspec.train.imaging.engine import Engine

PER_ENGINE = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
ANGLES = st.floats(-180, 180)
BILINEAR = Image.Resampling.BILINEAR


def close(ours: np.ndarray, reference: np.ndarray, using: Engine) -> None:
    """Equal within a level for Pillow; for OpenCV within 3 levels but along edges to what lies outside."""
    apart = off_by(ours, reference)
    if using.name == "pillow":
        assert apart.max() <= 1
    else:
        assert np.quantile(apart, 0.9) <= 3
        assert apart.mean() <= 4


def torchvision_matrix(
    angle: float, x: float, y: float, scale: float, shear: tuple[float, float], size: tuple[int, int]
) -> list[float]:
    """torchvision.transforms.functional._get_inverse_affine_matrix, by its documentation: T * C * R * S * Sh * C^-1."""
    a, sx, sy = math.radians(angle), math.radians(shear[0]), math.radians(shear[1])
    cx, cy = size[1] / 2, size[0] / 2
    to = np.array([[1, 0, x], [0, 1, y], [0, 0, 1]])
    centre = np.array([[1, 0, cx], [0, 1, cy], [0, 0, 1]])
    bent = (
        np.array(
            [
                [
                    math.cos(a - sy) / math.cos(sy),
                    -math.cos(a - sy) * math.tan(sx) / math.cos(sy) - math.sin(a),
                    0,
                ],
                [
                    math.sin(a - sy) / math.cos(sy),
                    -math.sin(a - sy) * math.tan(sx) / math.cos(sy) + math.cos(a),
                    0,
                ],
                [0, 0, 1 / scale],
            ]
        )
        * scale
    )
    return np.linalg.inv(to @ centre @ bent @ np.linalg.inv(centre))[:2].ravel().tolist()


@PER_ENGINE
@given(ANGLES)
def test_rotate_is_pillows(using: Engine, angle: float) -> None:
    image = photo()
    close(
        with_parameters(step("rotate", 180), [angle], image, using),
        np.asarray(Image.fromarray(image).rotate(angle, BILINEAR)),
        using,
    )


@PER_ENGINE
@given(
    ANGLES,
    st.integers(-9, 9),
    st.integers(-9, 9),
    st.floats(0.6, 1.6),
    st.floats(-30, 30),
    st.floats(-30, 30),
)
def test_affine_is_torchvisions(
    using: Engine, angle: float, x: int, y: int, scale: float, shear_x: float, shear_y: float
) -> None:
    image = photo()
    data = torchvision_matrix(angle, x, y, scale, (shear_x, shear_y), image.shape[:2])
    reference = Image.fromarray(image).transform((56, 40), Image.Transform.AFFINE, data, BILINEAR)
    ours = with_parameters(step("affine", 180), [angle, x, y, scale, shear_x, shear_y], image, using)
    close(ours, np.asarray(reference), using)


@PER_ENGINE
@given(st.floats(-40, 40), st.floats(-40, 40))
def test_shear_is_affines(using: Engine, shear_x: float, shear_y: float) -> None:
    image = photo()
    data = torchvision_matrix(0, 0, 0, 1, (shear_x, shear_y), image.shape[:2])
    reference = Image.fromarray(image).transform((56, 40), Image.Transform.AFFINE, data, BILINEAR)
    close(with_parameters(step("shear", 40), [shear_x, shear_y], image, using), np.asarray(reference), using)


@PER_ENGINE
@given(st.integers(-30, 30), st.integers(-30, 30))
def test_translate_moves_whole_pixels(using: Engine, x: int, y: int) -> None:
    image = photo()
    moved = with_parameters(step("translate", 0.5, fill=1.0), [x, y], image, using)
    reference = np.full_like(image, 255)
    reference[max(0, y) : 40 + min(0, y), max(0, x) : 56 + min(0, x)] = image[
        max(0, -y) : 40 - max(0, y), max(0, -x) : 56 - max(0, x)
    ]
    assert off_by(moved, reference).max() <= 1


@PER_ENGINE
@given(st.integers(5, 90), st.integers(5, 90), st.sampled_from(["bilinear", "bicubic", "nearest"]))
def test_resize_is_pillows(using: Engine, height: int, width: int, interpolation: str) -> None:
    image = photo()
    made = with_parameters(step("resize", (height, width), interpolation=interpolation), [], image, using)
    reference = Image.fromarray(image).resize((width, height), Image.Resampling[interpolation.upper()])
    limit = 1 if using.name == "pillow" else 2
    if interpolation == "nearest":
        assert (off_by(made, np.asarray(reference)) > 0).mean() < 0.2
    else:
        assert off_by(made, np.asarray(reference)).max() <= limit


@pytest.mark.parametrize(
    ("size", "shorter", "expected"),
    [((40, 56), 20, (20, 28)), ((56, 40), 20, (28, 20)), ((33, 50), 7, (7, 10))],
)
def test_one_number_is_the_shorter_side(
    size: tuple[int, int], shorter: int, expected: tuple[int, int], using: Engine
) -> None:
    assert with_parameters(step("resize", shorter), [], photo(*size), using).shape[:2] == expected
    assert step("resize", shorter).output_size(size) == expected


@pytest.mark.parametrize("size", [(40, 56), (7, 9), (41, 57), (50, 20), (64, 64), (39, 55)])
def test_center_crop_is_torchvisions(size: tuple[int, int], using: Engine) -> None:
    image, (height, width) = photo(), size
    left, top = max(0, (width - 56) // 2), max(0, (height - 40) // 2)
    padded = np.zeros((max(height, 40), max(width, 56), 3), np.uint8)
    padded[top : top + 40, left : left + 56] = image
    row, column = round((padded.shape[0] - height) / 2), round((padded.shape[1] - width) / 2)
    reference = padded[row : row + height, column : column + width]
    assert (with_parameters(step("center_crop", size), [], image, using) == reference).all()


def test_pad(using: Engine) -> None:
    image = photo(5, 6)
    for given_padding, (left, top, right, bottom) in [
        (2, (2, 2, 2, 2)),
        ((1, 3), (1, 3, 1, 3)),
        ((1, 2, 3, 4), (1, 2, 3, 4)),
    ]:
        reference = np.pad(image, ((top, bottom), (left, right), (0, 0)), constant_values=128)
        made = step("pad", given_padding, fill=0.5)
        assert (with_parameters(made, [], image, using) == reference).all()
        assert made.output_size((5, 6)) == reference.shape[:2]


def test_flips(using: Engine) -> None:
    image = photo()
    assert (with_parameters(step("flip"), [], image, using) == image[:, ::-1]).all()
    assert (with_parameters(step("flip", direction="vertical"), [], image, using) == image[::-1]).all()


IDENTITIES = [
    step("rotate", 0),
    step("translate", 0),
    step("affine", 0),
    step("shear", 0),
    step("pad", 0),
    step("resize", (40, 56)),
    step("resize", 40),
    step("center_crop", (40, 56)),
    step("random_crop", (40, 56)),
    step("random_resized_crop", (40, 56), scale=(1, 1), ratio=(1.4, 1.4)),
    step("flip", p=0),
]


@pytest.mark.parametrize("made", IDENTITIES, ids=lambda s: s.call_name)
def test_identity_parameters_change_nothing(made: Augmentation, using: Engine) -> None:
    image = photo()
    for seed in range(5):
        assert (applied([made], image, using, seed) == image).all()


def test_inverse_pairs_cancel(using: Engine) -> None:
    image = photo()
    for there, back in [
        (step("rotate", (30, 30)), step("rotate", (-30, -30))),
        (step("rotate", (90, 90)), step("affine", (90, 90))),
        (step("affine", 0, scale=(2, 2)), step("affine", 0, scale=(0.5, 0.5))),
        (step("flip", p=1), step("flip", p=1)),
        (step("flip", "vertical", p=1), step("rotate", 0)),
    ]:
        twice = applied([there, back] if there.call_name != "flip" else [there, there], image, using)
        assert off_by(twice, image).max() <= 1


def test_rotating_by_right_angles_is_exact(using: Engine) -> None:
    image = photo(40, 40)
    for angle, turns in [(90, 1), (180, 2), (-90, 3)]:
        assert (
            off_by(with_parameters(step("rotate", 180), [angle], image, using), np.rot90(image, turns)).max()
            <= 1
        )


@pytest.mark.parametrize(
    "steps",
    [
        [step("resize", 30), step("center_crop", (24, 24))],
        [step("resize", (20, 80)), step("pad", 3)],
        [step("center_crop", (30, 30)), step("pad", 5)],
        [step("center_crop", (30, 30)), step("resize", (50, 44))],
        [step("resize", 20), step("resize", 40)],
        [step("pad", 4), step("center_crop", (44, 60))],
    ],
)
def test_steps_computed_as_one_are_those_computed_one_by_one(
    steps: list[Augmentation], using: Engine
) -> None:
    image = photo()
    one_by_one = image
    for each in steps:
        one_by_one = with_parameters(each, [], one_by_one, using)
    assert off_by(applied(steps, image, using), one_by_one).max() <= 2


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 400), st.integers(1, 400), st.integers(0, 10**6))
def test_a_random_resized_crop_lies_in_the_image(height: int, width: int, seed: int) -> None:
    made = step("random_resized_crop", 32, scale=(0.2, 0.9))
    _, drawn = drawn_for([made], np.array([[height, width]] * 8), seed)
    left, top, w, h = drawn.groups[0].leaves[0].parameters.T
    assert (left >= 0).all() and (top >= 0).all() and (left + w <= width).all() and (top + h <= height).all()
    if min(height, width) > 60 and max(height, width) < 1.2 * min(height, width):
        assert ((w * h) / (height * width) > 0.18).all() and ((w * h) / (height * width) < 0.92).all()
        assert (w / h > 0.7).all() and (w / h < 1.4).all()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_random_crops_reach_every_place(seed: int) -> None:
    made = step("random_crop", 4, padding=1)
    _, drawn = drawn_for([made], np.array([[6, 6]] * 4000), seed)
    places = np.unique(drawn.groups[0].leaves[0].parameters, axis=0)
    assert places.min() == -1 and places.max() == 3
    assert len(places) == 25


MOVING = [
    step("rotate", 40),
    step("translate", 0.2),
    step("affine", 20, translate=(0.1, 0.1), scale=(0.8, 1.2), shear=(10, 5)),
    step("shear", 15),
    step("flip"),
    step("flip", "vertical"),
    step("resize", 70),
    step("resize", (50, 90)),
    step("pad", 6),
    step("center_crop", (60, 64)),
    step("random_crop", (56, 70), padding=4),
    step("random_resized_crop", (64, 60), scale=(0.6, 1.0)),
]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(MOVING), min_size=1, max_size=4), st.integers(0, 10**6))
def test_boxes_and_points_follow_the_pixels(using: Engine, steps: list[Augmentation], seed: int) -> None:
    image = np.zeros((80, 96, 3), np.uint8)
    image[30:46, 40:52] = 255
    pipeline, drawn = drawn_for(steps, np.array([image.shape[:2]]), seed)
    moved = applied(steps, image, using, seed)
    targets = drawn.targets(Targets(boxes=np.array([[40, 30, 52, 46.0]]), points=np.array([[[46.0, 38.0]]])))
    assert targets.boxes is not None and targets.points is not None
    left, top, right, bottom = targets.boxes[0]
    rows, columns = np.nonzero(moved[..., 0] > 127)
    if len(rows) == 0:
        return
    seen = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    # The upright box around a turned one is seen a little smaller than it is: corners are thin.
    assert (
        seen[0] >= left - 1.5 and seen[1] >= top - 1.5 and seen[2] <= right + 1.5 and seen[3] <= bottom + 1.5
    )
    if not any(s.warps for g in pipeline.groups for s in g.geometry):
        assert np.abs(np.array(seen) - targets.boxes[0]).max() <= 1.5
    x, y = targets.points[0, 0]
    height, width = moved.shape[:2]
    cuts = [
        i for i, made in enumerate(steps) if made.cuts
    ]  # what was cut off does not count in the middle of the rest
    whole = not cuts or not any(made.pads for made in steps[cuts[0] + 1 :])
    if whole and left > 1 and top > 1 and right < width - 1 and bottom < height - 1:
        assert abs(columns.mean() + 0.5 - x) < 1.5 and abs(rows.mean() + 0.5 - y) < 1.5


def test_boxes_are_cut_at_the_edges() -> None:
    matrices = np.array([[[1, 0, 5], [0, 1, 0], [0, 0, 1.0]]])
    assert moved_boxes(np.array([[0, 0, 8, 4.0]]), matrices, np.array([[10, 10]])).tolist() == [[0, 0, 3, 4]]


@pytest.mark.parametrize("channels", [1, 2, 3, 4, 6])
def test_any_number_of_channels(channels: int, using: Engine) -> None:
    image = photo(40, 56, channels)
    steps = [
        step("random_resized_crop", (20, 24)),
        step("flip"),
        step("rotate", 20),
        step("pad", 1),
        step("brightness", 0.3),
    ]
    assert applied(steps, image, using).shape == (22, 26, channels)
