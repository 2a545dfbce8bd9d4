"""Steps that change colours.

Each is a formula of torchvision's; on images of bytes results are rounded after each step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...ir import Either, Float, ListOf, arg
from ..imaging.engine import LUMA, Engine
from .base import AUGMENTATIONS, Pixels, Range, Ranged, either_way
from .frame import check_range

if TYPE_CHECKING:
    import numpy as np


def strength_argument(doc: str, default: Any = None) -> Any:
    kind = Either(
        Float(0),
        ListOf(Float(0), 2),
        expected="a number of at least 0, or two of them (least and largest factor)",
    )
    return arg(kind, doc) if default is None else arg(kind, doc, default)


def hue_argument(doc: str, default: Any = None) -> Any:
    kind = Either(
        Float(0, 0.5),
        ListOf(Float(-0.5, 0.5), 2),
        expected="a number from 0 to 0.5, or two from -0.5 to 0.5 (least, most)",
    )
    return arg(kind, doc) if default is None else arg(kind, doc, default)


def factors(value: float | Range) -> Range:
    """Least and largest factor; one number is how far from 1 they are."""
    return value if isinstance(value, tuple) else (max(0.0, 1 - value), 1 + value)


def blend_table(factor: float, target: float) -> np.ndarray:
    """(256,) of uint8: each value ``factor`` times as far from ``target`` as it was, rounded and cut."""
    import numpy as np

    values = factor * np.arange(256) + (1 - factor) * target
    table: np.ndarray = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return table


def brightened(image: Any, factor: float, engine: Engine) -> Any:
    return engine.mapped(image, blend_table(factor, 0.0))


def contrasted(image: Any, factor: float, engine: Engine) -> Any:
    return engine.mapped(image, blend_table(factor, int(engine.mean_gray(image) + 0.5)))


def saturated(image: Any, factor: float, engine: Engine) -> Any:
    import numpy as np

    return engine.mixed(image, factor * np.eye(3) + (1 - factor) * np.array([LUMA] * 3))


def hue_turned(image: Any, turn: float, engine: Engine) -> Any:
    """``turn`` is a share of the circle; hues are kept as bytes, as in torchvision's on Pillow images."""
    return engine.hue_shifted(image, int(turn * 255) % 256)


def gray(images: Any) -> Any:
    """(B, H, W, 1): the luma of (B, H, W, C)."""
    if images.shape[3] == 1:
        return images
    red, green, blue = (images[..., i : i + 1] * LUMA[i] for i in range(3))
    return red + green + blue


def blended(images: Any, target: Any, factor: Any) -> Any:
    return (images * factor + target * (1 - factor)).clip(0, 1)


def column(parameters: Any, number: int) -> Any:
    """(B, 1, 1, 1) of a parameter of each image."""
    return parameters[:, number].reshape(-1, 1, 1, 1)


def turned_hues(images: Any, turn: Any) -> Any:
    """(B, H, W, 3) of 0 to 1 with hues turned by ``turn``, a share of the circle; by way of HSV (Smith 1978)."""
    red, green, blue = (images[..., i : i + 1] for i in range(3))
    value = images.max(axis=3, keepdim=True)
    chroma = value - images.min(axis=3, keepdim=True)
    some = (chroma > 0).where(chroma, 1.0)
    hue = (value == red).where(
        (green - blue) / some,
        (value == green).where(2.0 + (blue - red) / some, 4.0 + (red - green) / some),
    )
    hue = hue + 6 * turn

    def channel(offset: float) -> Any:
        place = (hue + offset) / 6
        k = (place - place.floor()) * 6
        return value - chroma * k.minimum(4 - k).clip(0, 1)

    return channel(5.0).cat(channel(3.0), channel(1.0), dim=3)


class _Factor(Ranged, Pixels):
    """A step with one factor."""

    parameters = ("factor",)
    on_device = True

    def limits(self) -> Range:
        return factors(getattr(self, "strength"))  # noqa: B009 - each subclass declares it

    @property
    def idle(self) -> bool:
        return self.limits() == (1, 1)

    def __post_init__(self) -> None:
        check_range(self.call_name, "strength", self.limits())


@AUGMENTATIONS.register("brightness")
class Brightness(_Factor):
    """Multiplies all values by a factor, from 1 - ``strength`` to 1 + ``strength``, or from the least to the largest.

    As torchvision's ``ColorJitter(brightness)``.
    """

    examples = (
        "brightness(0.2)",
        "brightness([0.5, 1])",
    )
    also_called = ("RandomBrightness",)
    strength: float | Range = strength_argument(
        "how far the factor may be from 1, or the least and the largest"
    )

    def apply(self, image: Any, parameters: np.ndarray, engine: Engine) -> Any:
        return brightened(image, float(parameters[0]), engine)

    def compute(self, images: Any, parameters: Any) -> Any:
        return blended(images, images * 0, column(parameters, 0))


@AUGMENTATIONS.register("contrast")
class Contrast(_Factor):
    """Multiplies the distance of all values from the image's mean gray by a factor.

    As torchvision's ``ColorJitter(contrast)``.
    """

    examples = ("contrast(0.2)",)
    also_called = ("RandomContrast",)
    strength: float | Range = strength_argument(
        "how far the factor may be from 1, or the least and the largest"
    )

    def apply(self, image: Any, parameters: np.ndarray, engine: Engine) -> Any:
        return contrasted(image, float(parameters[0]), engine)

    def compute(self, images: Any, parameters: Any) -> Any:
        return blended(images, gray(images).mean(axis=(1, 2), keepdim=True), column(parameters, 0))


@AUGMENTATIONS.register("saturation")
class Saturation(_Factor):
    """Multiplies the distance of each pixel from its own gray by a factor: 0 leaves no colour, 1 changes nothing.

    As torchvision's ``ColorJitter(saturation)``.
    """

    examples = ("saturation(0.2)",)
    also_called = ("RandomSaturation", "color", "colour")
    needs_colour = True
    strength: float | Range = strength_argument(
        "how far the factor may be from 1, or the least and the largest"
    )

    def apply(self, image: Any, parameters: np.ndarray, engine: Engine) -> Any:
        return saturated(image, float(parameters[0]), engine)

    def compute(self, images: Any, parameters: Any) -> Any:
        return blended(images, gray(images), column(parameters, 0))


@AUGMENTATIONS.register("hue")
class Hue(Ranged, Pixels):
    """Turns all hues round the circle of colours by up to ``strength`` of it, either way.

    As torchvision's ``ColorJitter(hue)``.
    """

    examples = (
        "hue(0.05)",
        "hue([0, 0.2])",
    )
    also_called = ("RandomHue",)
    parameters = ("turn",)
    on_device = True
    needs_colour = True
    strength: float | Range = hue_argument("largest share of the circle, or the least and the largest")

    def limits(self) -> Range:
        return either_way(self.strength)

    @property
    def idle(self) -> bool:
        return self.limits() == (0, 0)

    def __post_init__(self) -> None:
        check_range(self.call_name, "strength", self.limits())

    def apply(self, image: Any, parameters: np.ndarray, engine: Engine) -> Any:
        return hue_turned(image, float(parameters[0]), engine)

    def compute(self, images: Any, parameters: Any) -> Any:
        return turned_hues(images, column(parameters, 0))


@AUGMENTATIONS.register("grayscale")
class Grayscale(Pixels):
    """Takes the colour out of a share of the images; they keep three channels, which are equal then.

    As torchvision's ``RandomGrayscale``; with ``p = 1`` it holds at evaluation too.
    """

    examples = (
        "grayscale",
        "grayscale(1)",
    )
    also_called = ("RandomGrayscale", "Grayscale", "greyscale", "gray", "grey", "ToGray")
    on_device = True
    needs_colour = True
    p: float = arg(Float(0, 1), "share of the images", 0.1)

    def apply(self, image: Any, parameters: np.ndarray, engine: Engine) -> Any:
        return saturated(image, 0.0, engine)

    def compute(self, images: Any, parameters: Any) -> Any:
        return gray(images).expand(images.shape)
