"""What an image is described by before a linear classifier sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ...ir import Entry, Registry, Shape
from ...source import SpecError
from ..errors import PackageMissing

if TYPE_CHECKING:
    import numpy as np

    Batches = Callable[[], Iterator[np.ndarray]]
    """Goes through the training images in a drawn order, a batch (B, H, W, C) of uint8 at a time, which the next one may
    overwrite."""
    Describe = Callable[[np.ndarray], np.ndarray]
    """Numbers (B, F) of float32 for a batch (B, H, W, C) of uint8."""


class Descriptor(Entry):
    """A way to describe images: option ``--features``."""

    def check(self, shape: Shape) -> None:
        """Raise ``OpError`` where images of ``shape`` (C, H, W) can't be described, ``SpecError`` where a package is not
        there."""

    def fitted(self, images: Batches, seed: int) -> Describe:
        """What describes a batch, with what there is to learn from the training images."""
        raise NotImplementedError


DESCRIPTORS: Registry[Descriptor] = Registry("kind of features")


def need(module: str, package: str, extra: str, what: str) -> Any:
    """The imported ``module``, or a ``SpecError`` that says how to install the ``package``."""
    try:
        return import_module(module)
    except ImportError:
        hints = (f"pip install 'cnnspec[{extra}]'",)
        raise SpecError([PackageMissing(what=what, package=package, hints=hints)]) from None
