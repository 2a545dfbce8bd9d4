"""What is done to the pixels of one image, and which library does it."""

from __future__ import annotations

import os
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Protocol

from ...ir import OpError
from .errors import EngineMissing
from .headers import Header

if TYPE_CHECKING:
    import numpy as np

Size = tuple[int, int]
"""Height and width."""
Box = tuple[float, float, float, float]
"""Left, top, right, bottom, in pixels from the image's upper left corner; the first pixel reaches from 0 to 1."""

INTERPOLATIONS = ("nearest", "bilinear", "bicubic")
LUMA = (0.299, 0.587, 0.114)
"""What red, green and blue give to gray (ITU-R BT.601), as Pillow, OpenCV and torchvision have it."""


class Engine(Protocol):
    """Works on images of its own kind (``Any`` below); ``array`` gives (H, W, C) of uint8."""

    name: str

    def decode(self, data: bytes, header: Header, mode: str, least: Size | None) -> Any:
        """The upright image of an encoded file, coloured as ``mode`` says.

        It may come at some eighths of its size where that is not below ``least``.
        Raises ``BrokenImage``.
        """
        ...

    def image(self, array: np.ndarray) -> Any:
        """An image of (H, W, C) of uint8."""
        ...

    def array(self, image: Any) -> np.ndarray:
        """(H, W, C) of uint8."""
        ...

    def size(self, image: Any) -> Size: ...

    def scaled(self, image: Any, box: Box, size: Size, interpolation: str) -> Any:
        """What is in ``box`` (inside the image), brought to ``size``; smoothed where that shrinks it."""
        ...

    def placed(self, image: Any, left: int, top: int, size: Size, fill: int) -> Any:
        """A canvas of ``size`` and of ``fill`` with the image's corner at (left, top), which may lie outside."""
        ...

    def flipped(self, image: Any, horizontally: bool, vertically: bool) -> Any: ...

    def warped(self, image: Any, matrix: np.ndarray, size: Size, fill: int, interpolation: str) -> Any:
        """``matrix`` (2, 3) says which place of the image a place of the result comes from."""
        ...

    def mapped(self, image: Any, table: np.ndarray) -> Any:
        """Every value looked up in ``table`` (256,) of uint8."""
        ...

    def mixed(self, image: Any, matrix: np.ndarray) -> Any:
        """RGB times ``matrix`` (3, 3), rounded and cut to 0 … 255."""
        ...

    def mean_gray(self, image: Any) -> float:
        """The mean of the image's gray values, 0 to 255."""
        ...

    def hue_shifted(self, image: Any, shift: int) -> Any:
        """RGB with its hue turned by ``shift`` / 256 of the circle."""
        ...


CHOICE = "CNNSPEC_IMAGES"
"""An environment variable that chooses the engine."""


@cache
def engine(name: str | None = None) -> Engine:
    """``pillow`` or ``opencv``; without a name the one that the environment chooses, else OpenCV where it is installed
    (the extra ``fast``). Raises ``OpError`` where the one chosen is not there."""
    name = name or os.environ.get(CHOICE) or ("opencv" if find_spec("cv2") else "pillow")
    if name not in ("pillow", "opencv") or (name == "opencv" and not find_spec("cv2")):
        reason = "is not installed" if name == "opencv" else "is not known"
        hints = ("pip install 'cnnspec[fast]'",) if name == "opencv" else ("known here: opencv, pillow",)
        raise OpError(EngineMissing(name=name, variable=CHOICE, reason=reason, hints=hints))
    if name == "pillow":
        from .pillow import Pillow

        return Pillow()
    from .opencv import OpenCV

    return OpenCV()
