"""Colour and texture against Pillow, SciPy and torchvision's formulas."""

from __future__ import annotations

import colorsys

import numpy as np
import pytest
from applying import applied, drawn_for, off_by, photo, step, with_parameters
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageEnhance

from cnnspec.train.imaging.engine import Engine

PER_ENGINE = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
ENHANCERS = {
    "brightness": ImageEnhance.Brightness,
    "contrast": ImageEnhance.Contrast,
    "saturation": ImageEnhance.Color,
}
FACTORS = st.floats(0, 3)


@pytest.mark.parametrize("name", ENHANCERS)
@PER_ENGINE
@given(factor=FACTORS, seed=st.integers(0, 5))
def test_factors_are_pillows(using: Engine, name: str, factor: float, seed: int) -> None:
    image = photo(seed=seed)
    reference = np.asarray(ENHANCERS[name](Image.fromarray(image)).enhance(factor))
    # Pillow cuts fractions off, and takes a gray that is rounded already; OpenCV's products have ten bits.
    limit = 1 + abs(1 - factor) + (using.name == "opencv")
    assert off_by(with_parameters(step(name, 1), [factor], image, using), reference).max() <= limit


@pytest.mark.parametrize("name", ENHANCERS)
def test_a_factor_of_one_changes_nothing(using: Engine, name: str) -> None:
    assert (applied([step(name, 0)], photo(), using) == photo()).all()


def test_no_saturation_is_gray(using: Engine) -> None:
    image = photo()
    gray = with_parameters(step("saturation", 1), [0.0], image, using)
    assert (gray == gray[..., :1]).all()
    assert off_by(gray[..., 0], np.asarray(Image.fromarray(image).convert("L"))).max() <= 1
    assert (applied([step("grayscale", p=1)], image, using) == gray).all()


@PER_ENGINE
@given(turn=st.floats(-0.5, 0.5))
def test_hue_turns_the_hue_and_nothing_else(using: Engine, turn: float) -> None:
    image = photo(12, 16)
    made = with_parameters(step("hue", 0.5), [turn], image, using)
    for before, after in zip(image.reshape(-1, 3) / 255, made.reshape(-1, 3) / 255, strict=True):
        hue, saturation, value = colorsys.rgb_to_hsv(*before)
        expected = colorsys.hsv_to_rgb((hue + turn) % 1, saturation, value)
        assert np.abs(np.array(expected) - after).max() < 0.03


def test_hue_is_torchvisions_on_pillow_images() -> None:
    from cnnspec.train.imaging.engine import engine

    image = photo()
    for turn in (-0.5, -0.13, 0.0, 0.07, 0.5):
        hue, saturation, value = Image.fromarray(image).convert("HSV").split()
        turned = np.asarray(hue).astype(np.int32) + np.int32(turn * 255)
        merged = Image.merge("HSV", (Image.fromarray((turned % 256).astype(np.uint8)), saturation, value))
        ours = with_parameters(step("hue", 0.5), [turn], image, engine("pillow"))
        assert (ours == np.asarray(merged.convert("RGB"))).all()


def test_color_jitter_is_its_parts_in_the_order_drawn(using: Engine) -> None:
    image, made = photo(), step("color_jitter", 0.4, 0.4, 0.4, 0.1)
    orders = set()
    for seed in range(30):
        _, drawn = drawn_for([made], np.array([image.shape[:2]]), seed)
        parameters = drawn.groups[0].leaves[0].parameters[0]
        expected = image
        order = made.described(parameters).split()[::2]
        for name in order:
            value = parameters[("brightness", "contrast", "saturation", "hue").index(name)]
            expected = with_parameters(step(name, 0.4), [value], expected, using)
        assert (applied([made], image, using, seed) == expected).all()
        orders.add(tuple(order))
    assert len(orders) > 10


@PER_ENGINE
@given(kernel=st.sampled_from([1, 3, 5, 9]), sigma=st.floats(0.1, 4))
def test_blur_is_torchvisions(using: Engine, kernel: int, sigma: float) -> None:
    image = photo(20, 24)
    places = np.linspace(-(kernel - 1) / 2, (kernel - 1) / 2, kernel)
    weights = np.exp(-0.5 * (places / sigma) ** 2)
    weights /= weights.sum()
    half = kernel // 2
    padded = np.pad(image.astype(float), ((half, half), (half, half), (0, 0)), mode="reflect")
    rows = sum(w * padded[i : i + 20] for i, w in enumerate(weights))
    reference = np.rint(sum(w * rows[:, i : i + 24] for i, w in enumerate(weights)))
    assert off_by(with_parameters(step("blur", kernel), [sigma], image, using), reference).max() <= 1


def test_noise_has_its_deviation_and_follows_from_what_was_drawn(using: Engine) -> None:
    image = np.full((80, 80, 3), 128, np.uint8)
    made = applied([step("noise", 0.05)], image, using)
    assert made.std() == pytest.approx(0.05 * 255, rel=0.05)
    assert abs(made.mean() - 128) < 0.5
    assert (made == applied([step("noise", 0.05)], image, using)).all()
    assert (made != applied([step("noise", 0.05)], image, using, seed=1)).any()


def test_random_erasing_hides_a_rectangle_of_the_area_asked_for(using: Engine) -> None:
    image = np.full((60, 80, 3), 200, np.uint8)
    for seed in range(40):
        made = applied([step("random_erasing", p=1, scale=(0.1, 0.2), value=0.5)], image, using, seed)
        hidden = (made == 128).all(2)
        rows, columns = np.nonzero(hidden)
        assert hidden.sum() == (np.ptp(rows) + 1) * (np.ptp(columns) + 1)
        assert 0.09 < hidden.mean() < 0.21
    noisy = applied([step("random_erasing", p=1, value="random")], image, using)
    assert len(np.unique(noisy)) > 50


def test_shares_of_images() -> None:
    sizes = np.array([[8, 8]] * 4000)
    for made in (step("flip", p=0.3), step("grayscale", p=0.3), step("maybe", 0.3, step("blur", 3))):
        _, drawn = drawn_for([made], sizes)
        active = drawn.groups[0].leaves[0].active
        assert active is not None and abs(active.mean() - 0.3) < 0.03


def test_choose_takes_one_in_proportion() -> None:
    made = step("choose", (step("rotate", 5), (step("blur", 3), step("noise", 0.1)), ()), weights=(2, 1, 1))
    _, drawn = drawn_for([made], np.array([[8, 8]] * 4000))
    on = {leaf.leaf.step.call_name: leaf.active for group in drawn.groups for leaf in group.leaves}
    assert on["rotate"].mean() == pytest.approx(0.5, abs=0.03)
    assert on["blur"].mean() == pytest.approx(0.25, abs=0.03)
    assert (on["blur"] == on["noise"]).all()
    assert not (on["rotate"] & on["blur"]).any()


def test_trivial_augment_takes_each_change_equally_often(using: Engine) -> None:
    _, drawn = drawn_for([step("trivial_augment")], np.array([[32, 32]] * 7000))
    leaves = [leaf for group in drawn.groups for leaf in group.leaves]
    assert len(leaves) == 14
    shares = np.array([leaf.active for leaf in leaves])
    assert (shares.sum(0) == 1).all()
    assert np.abs(shares.mean(1) - 1 / 14).max() < 0.015
    for seed in range(60):
        for channels in (1, 3):
            assert applied([step("trivial_augment")], photo(32, 32, channels), using, seed).shape == (
                32,
                32,
                channels,
            )
