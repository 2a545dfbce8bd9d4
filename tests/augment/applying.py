"""Steps applied to single images, with parameters of the test's choice or drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from cnnspec.train.augment import AUGMENTATIONS, Augmentation
from cnnspec.train.augment.base import Geometry, Pixels
from cnnspec.train.augment.draws import Draws
from cnnspec.train.imaging.engine import Engine
from cnnspec.train.pipeline.drawn import Drawn, DrawnGroup, draw
from cnnspec.train.pipeline.host import changed
from cnnspec.train.pipeline.plan import Group, Pipeline


def step(name: str, *values: Any, **named: Any) -> Augmentation:
    from cnnspec.ir import signature

    cls = AUGMENTATIONS.entries[name]
    given = {a.name: v for a, v in zip(signature(cls), values, strict=False)}
    return AUGMENTATIONS.make(name, **given, **named)


def photo(height: int = 40, width: int = 56, channels: int = 3, seed: int = 0) -> np.ndarray:
    """(H, W, C) of uint8: smooth waves of colour, with some texture."""
    random = np.random.RandomState(seed)
    y, x = np.mgrid[0:height, 0:width] / 9.0
    waves = [np.sin(x * (c + 1) / 2 + seed) + np.cos(y * (3 - c) / 2) for c in range(channels)]
    image = 128 + 45 * np.stack(waves, axis=2) + random.normal(0, 3, (height, width, channels))
    return np.clip(image, 0, 255).astype(np.uint8)


def with_parameters(
    made: Augmentation, parameters: Sequence[float], image: np.ndarray, using: Engine
) -> np.ndarray:
    """``image`` after a step with these parameters, instead of drawn ones."""
    row = np.array([parameters], np.float64)
    if isinstance(made, Pixels):
        return using.array(made.apply(using.image(image), row[0], using))
    assert isinstance(made, Geometry)
    leaf = next(made.leaves(iter(range(9)), ()))
    group = Group("warp" if made.warps else "frame", (leaf,))
    sizes = np.array([image.shape[:2]])
    matrices, after = made.geometry(row, sizes)
    drawn = Drawn((DrawnGroup(group, (), sizes, after, matrices),), sizes)
    return using.array(changed(using.image(image), drawn, 1, 0, using))


def drawn_for(steps: Sequence[Augmentation], sizes: np.ndarray, seed: int = 0) -> tuple[Pipeline, Drawn]:
    """A pipeline and what it draws for images of ``sizes``."""
    pipeline = Pipeline.of(steps, (3, 8, 8))
    return pipeline, draw(pipeline, Draws.of(seed, 1, np.arange(len(sizes))), sizes)


def applied(steps: Sequence[Augmentation], image: np.ndarray, using: Engine, seed: int = 0) -> np.ndarray:
    pipeline, drawn = drawn_for(steps, np.array([image.shape[:2]]), seed)
    return using.array(changed(using.image(image), drawn, len(pipeline.groups), 0, using))


def off_by(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """How far values are apart."""
    assert one.shape == other.shape
    return np.abs(one.astype(int) - other.astype(int))
