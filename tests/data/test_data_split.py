"""Splits, fitting and normalization."""

import subprocess
import sys

import numpy as np
import pytest
from data_files import error, in_memory, load
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cnnspec.ir import OpError
from cnnspec.train.data import Fitting, measure, stratified
from cnnspec.train.data.pictures import recoloured
from cnnspec.train.registries import DATA_SOURCES


def test_importing_the_sources_imports_nothing_heavy() -> None:
    program = (
        "import sys, cnnspec.train.data; print([m for m in ('numpy', 'PIL', 'sklearn') if m in sys.modules])"
    )
    assert subprocess.check_output([sys.executable, "-c", program], text=True).strip() == "[]"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 4), min_size=1, max_size=80),
    st.sampled_from([(0.1, 0.2), (0.1, 0.0), (0.0, 0.5), (0.49, 0.5), (0.3,), ()]),
    st.integers(0, 2**32 - 1),
)
def test_a_split_is_a_stratified_partition(
    labels: list[int], fractions: tuple[float, ...], seed: int
) -> None:
    array = np.array(labels)
    parts = stratified(array, fractions, seed)
    assert sorted(np.concatenate(parts)) == list(range(len(labels)))
    assert all((np.diff(p) > 0).all() for p in parts)
    wanted = [True, *(f > 0 for f in fractions)]
    for label in set(labels):
        counts = [int((array[p] == label).sum()) for p in parts]
        assert counts[0] >= 1
        if sum(counts) >= sum(wanted):
            assert [c > 0 for c in counts] == wanted
        for count, fraction in zip(counts[1:], fractions, strict=True):
            assert abs(count - fraction * sum(counts)) <= 1
    again = stratified(array, fractions, seed)
    assert all((a == b).all() for a, b in zip(parts, again, strict=True))


def test_another_seed_is_another_split_and_the_split_never_changes() -> None:
    labels = np.arange(40) % 2
    assert stratified(labels, [0.2], 0)[1].tolist() != stratified(labels, [0.2], 1)[1].tolist()
    assert stratified(labels, [0.2], 0)[1].tolist() == [2, 3, 16, 23, 35, 36, 37, 38]


def test_few_images_go_to_training_first() -> None:
    labels = np.array([0, 1, 1, 2, 2, 2])
    train, validation, test = stratified(labels, (0.1, 0.1), 0)
    assert [labels[p].tolist() for p in (train, validation, test)] == [[0, 1, 2], [1, 2], [2]]


def test_digits() -> None:
    splits = load("digits", (1, 8, 8))
    assert sum(map(len, splits)) == 1797
    assert len(splits.validation) == pytest.approx(180, abs=5)
    assert len(splits.test) == pytest.approx(359, abs=5)
    batch = splits.train.batch(range(len(splits.train)))
    assert (batch.dtype, batch.shape[1:]) == (np.uint8, (8, 8, 1))
    assert set(np.unique(batch)) == {round(v * 255 / 16 + 1e-9) for v in range(17)}
    assert splits.class_names == tuple("0123456789")
    assert all(set(part.labels) == set(range(10)) for part in splits)
    assert splits.test.names(0).startswith("digit ")


def test_known_shapes() -> None:
    assert DATA_SOURCES.make("digits").known_shape == (1, 8, 8)
    assert DATA_SOURCES.make("fashion_mnist").known_shape == (1, 28, 28)
    assert len(DATA_SOURCES.make("fashion_mnist").known.names.classes) == 10
    assert DATA_SOURCES.make("folder", path="x").known_shape is None


@pytest.mark.parametrize(
    ("values", "shape", "code", "argument", "hint"),
    [
        ({}, (1, 16, 16), "image-size", "fit", "fit = resize"),
        ({}, (3, 8, 8), "image-channels", "mode", "mode = rgb"),
        ({"mode": "rgb"}, (1, 8, 8), "image-channels", "mode", "mode = gray"),
        ({"mode": "rgb"}, (5, 8, 8), "image-channels", "mode", "'input 3 x 8 x 8'"),
        ({}, (64,), "input-not-image", None, "flatten"),
        ({"validation": 0.5, "test": 0.5}, (1, 8, 8), "bad-value", "validation", ""),
    ],
)
def test_digits_that_do_not_fit(
    values: dict[str, object], shape: tuple[int, ...], code: str, argument: str | None, hint: str
) -> None:
    problem = error("digits", shape, **values)
    assert (problem.diagnostic.code, problem.argument) == (code, argument)
    assert hint in "".join(problem.diagnostic.hints)


@pytest.mark.parametrize("fit", ["resize", "crop", "pad"])
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_fits(fit: str, dtype: type) -> None:
    image = np.zeros((1, 8, 4, 3), dtype)
    image[:, 2:6] = 1 if dtype is np.float32 else 255
    out = in_memory(image, Fitting((3, 6, 6), fit)).batch([0])
    assert (out.shape, out.dtype) == ((1, 6, 6, 3), np.uint8)
    assert (out[..., 0] == out[..., 2]).all()
    if fit == "crop":
        assert (out[:, 1:5] == 255).all()
    if fit == "pad":
        assert not out[:, :, 0].any()
        assert not out[:, :, 5].any()
        assert (out[:, 2:4, 2:4] == 255).all()


def test_pad_of_smaller_images_keeps_the_pixels() -> None:
    image = np.arange(1, 5, dtype=np.uint8).reshape(1, 2, 2, 1)
    out = in_memory(image, Fitting((1, 4, 6), "pad")).batch([0])
    assert out[0, ..., 0].tolist() == [[0] * 6, [0, 0, 1, 2, 0, 0], [0, 0, 3, 4, 0, 0], [0] * 6]


def test_gray_is_pillows() -> None:
    pixels = np.random.RandomState(0).randint(0, 256, (1, 16, 16, 3), np.uint8)
    ours = recoloured(pixels, "gray")[0, ..., 0]
    assert (ours == np.asarray(Image.fromarray(pixels[0]).convert("L"))).all()
    floats = recoloured(pixels.astype(np.float32) / 255, "gray")[0, ..., 0]
    assert np.abs(floats * 255 - ours).max() < 1
    assert recoloured(pixels[..., :1], "rgb").shape == (1, 16, 16, 3)


def test_measure() -> None:
    pixels = np.random.RandomState(0).randint(0, 256, (600, 3, 3, 2), np.uint8)
    pixels[..., 1] = 51
    fitting = Fitting((2, 3, 3))
    found = measure(in_memory(pixels, fitting))
    assert found.mean == pytest.approx((pixels[..., 0].mean() / 255, 0.2))
    assert found.std == pytest.approx((pixels[..., 0].std() / 255, 1.0))
    floats = pixels.astype(np.float32) / 255
    assert measure(in_memory(floats, fitting)).mean == pytest.approx(found.mean)
    empty = in_memory(pixels[:0], fitting)
    assert measure(empty).std == (1.0, 1.0)
    assert empty.batch([]).shape == (0, 3, 3, 2)


def test_op_error_is_the_only_exception_of_a_vector_input() -> None:
    with pytest.raises(OpError):
        Fitting((10,))
