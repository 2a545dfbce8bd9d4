"""Damaged files give a diagnostic or data, never another exception."""

import random
import warnings
from pathlib import Path

import numpy as np
import pytest
from data_files import images, labels, load, write_idx, write_image

from cnnspec.ir import OpError
from cnnspec.source import as_json, render
from cnnspec.train.data import Dataset, Fitting, Targets
from cnnspec.train.data.pictures import Files, scanned
from cnnspec.train.data.preparing import pipelines

ROUNDS = 150


def damage(data: bytes, random_source: random.Random) -> bytes:
    """Cut short, with flipped bits, or with a stretch overwritten."""
    changed = bytearray(data)
    kind = random_source.randrange(3)
    at = random_source.randrange(len(data))
    if kind == 0:
        return data[:at]
    if kind == 1:
        for _ in range(random_source.randint(1, 8)):
            changed[random_source.randrange(len(data))] ^= 1 << random_source.randrange(8)
    else:
        changed[at : at + 16] = random_source.randbytes(16)
    return bytes(changed)


def attempt(source: str, **values: object) -> None:
    try:
        splits = load(source, **values)
    except OpError as error:
        render(error.diagnostic)
        as_json(error.diagnostic)
    else:
        splits.train.batch(range(min(4, len(splits.train))))


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("which", ["images", "labels"])
def test_idx(tmp_path: Path, which: str, zipped: bool) -> None:
    values = {
        "images": write_idx(tmp_path / "images", images(), zipped),
        "labels": write_idx(tmp_path / "labels", labels(), zipped),
    }
    whole = Path(values[which]).read_bytes()
    source = random.Random(0)
    for _ in range(ROUNDS):
        Path(values[which]).write_bytes(damage(whole, source))
        attempt("idx", **values)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_npz(tmp_path: Path, save: object) -> None:
    path = tmp_path / "a.npz"
    save(path, images=images(20), labels=labels(20))  # type: ignore[operator]
    whole = path.read_bytes()
    source = random.Random(0)
    for _ in range(2 * ROUNDS):
        path.write_bytes(damage(whole, source))
        attempt("npz", path=str(path))


@pytest.mark.parametrize("ending", ["jpg", "png", "gif", "bmp", "webp", "tif", "ppm"])
@pytest.mark.usefixtures("library")
def test_images(tmp_path: Path, ending: str) -> None:
    path = write_image(tmp_path / f"a.{ending}", (16, 12), "RGB", 77)
    whole = path.read_bytes()
    source = random.Random(0)
    fitting = Fitting((3, 8, 8), "crop", "rgb")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in range(ROUNDS):
            path.write_bytes(damage(whole, source))
            pictures, problems = scanned(Files((path,), tmp_path))
            if problems:
                continue
            dataset = Dataset(pictures, Targets(), pipeline=pipelines((), (), fitting)[1])
            try:
                assert dataset.batch([0]).shape == (1, 8, 8, 3)
            except OpError as error:
                render(error.diagnostic)
