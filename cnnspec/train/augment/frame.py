"""Steps that scale, cut and pad along the axes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ...ir import BadValue, Choice, Either, Float, Int, ListOf, OpError, Pair, arg, show
from ...ir.signature import Bool
from ..imaging.engine import INTERPOLATIONS, Size
from .base import AUGMENTATIONS, Augmentation, Geometry, Range, between

if TYPE_CHECKING:
    import numpy as np

_SIDE = Int(1, 16384)
_EDGE = Int(0, 16384)
"""What a side of an image, and padding, may be: beyond it a number is a slip, and would take gigabytes."""
TRIES = 10
"""As often torchvision draws a crop that may not fit."""


def square_argument() -> Any:
    return arg(Pair(_SIDE), "height and width of the result; one number for a square")


def fill_argument() -> Any:
    return arg(Float(0, 1), "value of what lies outside the image, from 0 (black) to 1 (white)", 0.0)


def interpolation_argument(choices: tuple[str, ...] = INTERPOLATIONS) -> Any:
    return arg(Choice(*choices), "how values between pixels are found", "bilinear")


def range_argument(doc: str, default: tuple[float, float], minimum: float = 0.0) -> Any:
    return arg(ListOf(Float(above=minimum), 2), doc, default)


def check_range(call: str, name: str, limits: tuple[float, float]) -> None:
    """Raise ``OpError`` where a range ends before it begins."""
    if limits[0] > limits[1]:
        problem = f"{name} goes from {limits[0]:g} down to {limits[1]:g}"
        raise OpError(BadValue(call=call, problem=problem), name)


def rectangles(
    u: np.ndarray, sizes: np.ndarray, scale: Range, ratio: Range, upright: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Rectangles in images of ``sizes``: left, top, width and height (B, 4), of the first of ten that fits; (B,) whether
    one does.

    ``scale`` is their share of the area; ``ratio`` is width over height, evenly on a logarithmic scale. ``upright``: it is
    height over width, and a rectangle must be smaller than the image, as torchvision's ``RandomErasing`` has it.
    """
    import numpy as np

    height, width = sizes[:, :1].astype(np.float64), sizes[:, 1:].astype(np.float64)
    area, shape, right, down = (u[:, i * TRIES : (i + 1) * TRIES] for i in range(4))
    wanted = height * width * between(area, *scale)
    aspect = np.exp(between(shape, math.log(ratio[0]), math.log(ratio[1])))
    w, h = np.round(np.sqrt(wanted * aspect)), np.round(np.sqrt(wanted / aspect))
    if upright:
        w, h = h, w
        fits = (h < height) & (w < width)
    else:
        fits = (w > 0) & (w <= width) & (h > 0) & (h <= height)
    found = fits.any(1)
    chosen = np.where(found, fits.argmax(1), 0)
    rows = np.arange(len(u))
    w, h, right, down = (a[rows, chosen] for a in (w, h, right, down))
    left, top = np.floor(right * (width[:, 0] - w + 1)), np.floor(down * (height[:, 0] - h + 1))
    return np.stack([left, top, w, h], axis=1), found


@AUGMENTATIONS.register("resize")
class Resize(Geometry):
    """Scales images, smoothing them where they shrink.

    One number is the length of the shorter side, and the other side follows; two are height and width, whatever
    that does to the proportions. As torchvision's ``Resize``.
    """

    examples = (
        "resize(24)",
        "resize((20, 30))",
        "resize(24, interpolation = bicubic)",
    )
    also_called = ("Resize", "Resizing", "scale", "rescale", "Scale")
    sets_size = True
    scales = True
    size: int | tuple[int, int] = arg(
        Either(
            _SIDE,
            Pair(_SIDE),
            expected="an integer of at least 1 (the shorter side), or two (height, width)",
        ),
        "length of the shorter side, or height and width",
    )
    interpolation: str = interpolation_argument()

    def output_size(self, size: Size | None) -> Size | None:
        if not isinstance(self.size, int):
            return self.size
        if size is None:
            return None
        short, long = min(size), max(size)
        other = max(1, self.size * long // short)
        return (self.size, other) if size[0] <= size[1] else (other, self.size)

    def geometry(self, parameters: np.ndarray, sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        import numpy as np

        from .matrices import scaled_and_moved

        if isinstance(self.size, int):
            ends = self.size * sizes.max(1) // sizes.min(1)
            tall = sizes[:, 0] > sizes[:, 1]
            long = np.maximum(1, ends)
            out = np.stack([np.where(tall, long, self.size), np.where(tall, self.size, long)], axis=1)
        else:
            out = np.broadcast_to(np.array(self.size), sizes.shape)
        scale = sizes / out
        return scaled_and_moved(scale[:, 0], scale[:, 1], 0.0, 0.0), out


@AUGMENTATIONS.register("center_crop")
class CenterCrop(Geometry):
    """Cuts the middle out; images that are smaller are padded. As torchvision's ``CenterCrop``."""

    examples = (
        "center_crop(24)",
        "center_crop((60, 20), fill = 0.5)",
    )
    also_called = ("CenterCrop", "centre_crop", "CentreCrop")
    sets_size = True
    cuts = True
    pads = True
    size: tuple[int, int] = square_argument()
    fill: float = fill_argument()

    def output_size(self, size: Size | None) -> Size:
        return self.size

    def geometry(self, parameters: np.ndarray, sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        import numpy as np

        from .matrices import scaled_and_moved

        out = np.array(self.size)
        spare = sizes - out
        start = np.where(spare >= 0, np.round(spare / 2), -(-spare // 2))
        ones = np.ones(len(sizes))
        return scaled_and_moved(ones, ones, start[:, 1], start[:, 0]), np.broadcast_to(out, sizes.shape)


@AUGMENTATIONS.register("random_crop")
class RandomCrop(Geometry):
    """Cuts a part of this size out, anywhere; ``padding`` pixels are put around first.

    Images that are smaller are refused, or padded as far as is needed. As torchvision's ``RandomCrop``. At evaluation the
    middle is taken.
    """

    examples = (
        "random_crop(24)",
        "random_crop((44, 60), padding = 4)",
        "random_crop(64, pad_if_needed = true)",
    )
    also_called = ("RandomCrop",)
    draws = 2
    parameters = ("left", "top")
    sets_size = True
    cuts = True
    pads = True
    size: tuple[int, int] = square_argument()
    padding: int = arg(_EDGE, "pixels put around the image first", 0)
    pad_if_needed: bool = arg(Bool(), "whether images that are smaller are padded", False)
    fill: float = fill_argument()

    def at_evaluation(self) -> tuple[Augmentation, ...]:
        return (CenterCrop(self.size, self.fill),)

    def output_size(self, size: Size | None) -> Size:
        if size is not None and not self.pad_if_needed:
            padded = (size[0] + 2 * self.padding, size[1] + 2 * self.padding)
            if padded[0] < self.size[0] or padded[1] < self.size[1]:
                problem = f"{show(self.size)} cannot be cut out of {show(padded)}"
                hints = ("pad_if_needed = true pads the smaller ones",)
                raise OpError(BadValue(call=self.call_name, problem=problem, hints=hints), "size")
        return self.size

    def draw(self, u: np.ndarray, sizes: np.ndarray) -> np.ndarray:
        import numpy as np

        out = np.array(self.size)
        before = self.padding + np.maximum(0, out - sizes - 2 * self.padding) * self.pad_if_needed
        room = sizes + 2 * before - out
        start: np.ndarray = np.floor(u * (room[:, ::-1] + 1)) - before[:, ::-1]
        return start

    def geometry(self, parameters: np.ndarray, sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        import numpy as np

        from .matrices import scaled_and_moved

        ones = np.ones(len(sizes))
        moved = scaled_and_moved(ones, ones, parameters[:, 0], parameters[:, 1])
        return moved, np.broadcast_to(np.array(self.size), sizes.shape)


@AUGMENTATIONS.register("random_resized_crop")
class RandomResizedCrop(Geometry):
    """Cuts a part of random area and proportions out and scales it to ``size``.

    The area is a share of the image's, from ``scale``; width over height is from ``ratio``, evenly on a logarithmic scale.
    Szegedy et al. 2015, section 6; as torchvision's ``RandomResizedCrop``. At evaluation the shorter side is scaled to
    8/7 of ``size`` and the middle cut out (224 of 256); where ``size`` is not square, images are scaled to it as a whole.
    """

    examples = (
        "random_resized_crop(24)",
        "random_resized_crop((20, 30), scale = [0.5, 1])",
    )
    also_called = ("RandomResizedCrop", "random_sized_crop")
    draws = 4 * TRIES
    parameters = ("left", "top", "width", "height")
    sets_size = True
    scales = True
    cuts = True
    size: tuple[int, int] = square_argument()
    scale: tuple[float, float] = range_argument("least and largest share of the image's area", (0.08, 1.0))
    ratio: tuple[float, float] = range_argument("least and largest width over height", (3 / 4, 4 / 3))
    interpolation: str = interpolation_argument()

    def __post_init__(self) -> None:
        check_range(self.call_name, "scale", self.scale)
        check_range(self.call_name, "ratio", self.ratio)
        if self.scale[1] > 1:
            problem = f"no part has {self.scale[1]:g} times the image's area"
            raise OpError(BadValue(call=self.call_name, problem=problem), "scale")

    def at_evaluation(self) -> tuple[Augmentation, ...]:
        height, width = self.size
        if height == width:
            return Resize(round(height * 8 / 7), self.interpolation), CenterCrop(self.size)
        return (Resize(self.size, self.interpolation),)

    def output_size(self, size: Size | None) -> Size:
        return self.size

    def draw(self, u: np.ndarray, sizes: np.ndarray) -> np.ndarray:
        import numpy as np

        drawn, found = rectangles(u, sizes, self.scale, self.ratio, upright=False)
        return np.where(found[:, None], drawn, self._middle(sizes[:, 0], sizes[:, 1]))

    def _middle(self, height: np.ndarray, width: np.ndarray) -> np.ndarray:
        """The largest part in the middle with proportions that are allowed."""
        import numpy as np

        least, most = self.ratio
        aspect = width / height
        w = np.where(aspect > most, np.round(height * most), width)
        h = np.where(aspect < least, np.round(width / least), height)
        return np.stack([(width - w) // 2, (height - h) // 2, w, h], axis=1)

    def geometry(self, parameters: np.ndarray, sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        import numpy as np

        from .matrices import scaled_and_moved

        left, top, w, h = parameters.T
        out = np.broadcast_to(np.array(self.size), sizes.shape)
        return scaled_and_moved(h / self.size[0], w / self.size[1], left, top), out


@AUGMENTATIONS.register("pad")
class Padding(Geometry):
    """Puts ``padding`` pixels of one value around; two numbers are left and right, top and bottom; four are left, top,
    right and bottom. As torchvision's ``Pad``."""

    examples = (
        "pad(4)",
        "pad([1, 2], fill = 1)",
        "pad([1, 2, 3, 4])",
    )
    also_called = ("Pad", "ZeroPadding2D", "padding")
    sets_size = True
    pads = True
    padding: tuple[int, int, int, int] = arg(
        Either(
            _EDGE,
            ListOf(_EDGE, 2),
            ListOf(_EDGE, 4),
            expected="an integer of at least 0, or two of them (left and right, top and bottom), or four "
            "(left, top, right, bottom)",
        ),
        "pixels put around",
    )
    fill: float = fill_argument()

    def _sides(self) -> tuple[int, int, int, int]:
        p: Any = self.padding
        if isinstance(p, int):
            return p, p, p, p
        return (*p, *p) if len(p) == 2 else p

    @property
    def idle(self) -> bool:
        return not any(self._sides())

    def output_size(self, size: Size | None) -> Size | None:
        left, top, right, bottom = self._sides()
        return None if size is None else (size[0] + top + bottom, size[1] + left + right)

    def geometry(self, parameters: np.ndarray, sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        import numpy as np

        from .matrices import scaled_and_moved

        left, top, right, bottom = self._sides()
        ones = np.ones(len(sizes))
        return scaled_and_moved(ones, ones, -left, -top), sizes + np.array([top + bottom, left + right])
