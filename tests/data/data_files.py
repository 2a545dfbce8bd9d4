"""Writes small data files for the tests: IDX, npz, folders of images."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
from PIL import Image

from cnnspec.ir import OpError
from cnnspec.source import render
from cnnspec.train.data import Dataset, Fitting, Splits
from cnnspec.train.data.pictures import ArrayPictures
from cnnspec.train.data.preparing import check_parts, evaluation_steps, pipelines
from cnnspec.train.data.targets import Targets
from cnnspec.train.registries import DATA_SOURCES

CODES = {np.dtype("u1"): 8, np.dtype("i1"): 9, np.dtype("i2"): 11, np.dtype("i4"): 12, np.dtype("f4"): 13}


def load(source: str, shape: tuple[int, ...] = (1, 4, 4), seed: int = 0, **values: object) -> Splits:
    """What the source gives, brought to a network's input as its ``fit`` and ``mode`` say."""
    made = DATA_SOURCES.make(source, **values)
    return fitted(made.load(shape, seed), Fitting(shape, made.fit, made.mode))


def fitted(splits: Splits, fitting: Fitting) -> Splits:
    """The parts without augmentation, checked."""
    training, evaluation = pipelines((), evaluation_steps((), None), fitting)
    check_parts(splits, training, evaluation, fitting)
    return splits.prepared(evaluation)


def in_memory(pixels: np.ndarray, fitting: Fitting) -> Dataset:
    """A part of images (N, H, W, C), all of class 0."""
    pictures = ArrayPictures(pixels, "image", "the images")
    _, evaluation = pipelines((), (), fitting)
    return Dataset(pictures, Targets(classes=np.zeros(len(pixels), np.int64))).prepared(evaluation)


def error(source: str, shape: tuple[int, ...] = (1, 4, 4), **values: object) -> OpError:
    """The ``OpError`` that loading raises; its diagnostic can be shown."""
    try:
        load(source, shape, **values)
    except OpError as problem:
        assert "{" not in render(problem.diagnostic)
        return problem
    raise AssertionError("loading succeeded")


def idx_bytes(array: np.ndarray) -> bytes:
    head = bytes([0, 0, CODES[array.dtype], array.ndim])
    return (
        head
        + struct.pack(f">{array.ndim}I", *array.shape)
        + array.astype(array.dtype.newbyteorder(">")).tobytes()
    )


def write_idx(path: Path, array: np.ndarray, zipped: bool = False) -> str:
    data = idx_bytes(array)
    path.write_bytes(gzip.compress(data, mtime=0) if zipped else data)
    return str(path)


def images(count: int = 40, height: int = 4, width: int = 4) -> np.ndarray:
    return np.random.RandomState(0).randint(0, 256, (count, height, width), np.uint8)


def labels(count: int = 40, classes: int = 2) -> np.ndarray:
    return (np.arange(count) % classes).astype(np.uint8)


def write_image(
    path: Path, size: tuple[int, int] = (4, 4), mode: str = "L", value: int = 0, **save: object
) -> Path:
    """A picture of one colour, ``size`` (width, height)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    bands = len(Image.new(mode, (1, 1)).getbands())
    Image.new(mode, size, value if bands == 1 else (value,) * bands).save(path, **save)
    return path


def write_folder(
    root: Path, classes: tuple[str, ...] = ("cat", "dog"), count: int = 10, **image: object
) -> str:
    for value, name in enumerate(classes):
        for i in range(count):
            write_image(root / name / f"{i}.png", value=100 * value + i, **image)
    return str(root)
