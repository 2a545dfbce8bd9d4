"""Steps that blur, add noise, and hide parts of images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...ir import BadValue, Choice, Either, Float, Int, ListOf, OpError, arg
from ..imaging.engine import Engine
from .base import AUGMENTATIONS, Pixels, Range, Ranged
from .frame import TRIES, check_range, rectangles

if TYPE_CHECKING:
    import numpy as np


@AUGMENTATIONS.register("blur")
class Blur(Ranged, Pixels):
    """Blurs images with a Gaussian of a deviation drawn from ``sigma`` (pixels), cut to ``kernel`` pixels.

    Edges are mirrored. As torchvision's ``GaussianBlur``.
    """

    examples = (
        "blur(5)",
        "blur(3, sigma = 1)",
    )
    also_called = ("GaussianBlur", "gaussian_blur", "RandomGaussianBlur")
    parameters = ("sigma",)
    kernel: int = arg(Int(1, 255), "side of the window, an odd number of pixels")
    sigma: float | Range = arg(
        Either(
            Float(above=0),
            ListOf(Float(above=0), 2),
            expected="a number above 0, or two of them (least, most)",
        ),
        "deviation, or the least and the largest",
        (0.1, 2.0),
    )

    def __post_init__(self) -> None:
        check_range(self.call_name, "sigma", self.limits())
        if self.kernel % 2 == 0:
            raise OpError(
                BadValue(call=self.call_name, problem=f"a window of {self.kernel} has no middle"), "kernel"
            )

    def limits(self) -> Range:
        return self.sigma if isinstance(self.sigma, tuple) else (self.sigma, self.sigma)

    @property
    def idle(self) -> bool:
        return self.kernel == 1

    def apply(self, image: Any, parameters: np.ndarray, engine: Engine) -> Any:
        import numpy as np
        from scipy.ndimage import correlate1d

        places = np.arange(self.kernel) - self.kernel // 2
        weights = np.exp(-0.5 * (places / float(parameters[0])) ** 2)
        weights /= weights.sum()
        pixels = engine.array(image).astype(np.float32)
        for axis in (0, 1):
            pixels = correlate1d(pixels, weights, axis=axis, mode="mirror")
        return engine.image(np.clip(np.rint(pixels), 0, 255).astype(np.uint8))


@AUGMENTATIONS.register("noise")
class Noise(Pixels):
    """Adds Gaussian noise of deviation ``sigma``, of values from 0 to 1, to every value.

    As torchvision's ``GaussianNoise``.
    """

    examples = (
        "noise",
        "noise(0.02)",
    )
    also_called = ("GaussianNoise", "gaussian_noise", "GaussNoise")
    gives_colour = True
    draws = 1
    parameters = ("stream",)
    sigma: float = arg(Float(0, 1), "deviation of the noise", 0.1)

    @property
    def idle(self) -> bool:
        return self.sigma == 0

    def apply(self, image: Any, parameters: np.ndarray, engine: Engine) -> Any:
        import numpy as np

        pixels = engine.array(image)
        noise = stream(parameters[0]).standard_normal(pixels.shape, np.float32)
        return engine.image(np.clip(np.rint(pixels + noise * (255 * self.sigma)), 0, 255).astype(np.uint8))

    def described(self, parameters: np.ndarray) -> str:
        return f"sigma {self.sigma:.3g}"


def stream(number: float) -> np.random.Generator:
    """Random numbers for one image that follow from one drawn for it."""
    import numpy as np

    return np.random.Generator(np.random.SFC64(int(number * 2**53)))


@AUGMENTATIONS.register("random_erasing")
class RandomErasing(Pixels):
    """Hides a rectangle of random place, area and proportions in a share of the images.

    Zhong et al. 2017, algorithm 1; as torchvision's ``RandomErasing``, before normalisation.
    """

    examples = (
        "random_erasing",
        "random_erasing(1, value = random)",
    )
    also_called = ("RandomErasing", "cutout", "Cutout", "CoarseDropout")
    gives_colour = True
    draws = 4 * TRIES + 1
    parameters = ("left", "top", "width", "height", "stream")
    p: float = arg(Float(0, 1), "share of the images", 0.5)
    scale: tuple[float, float] = arg(
        ListOf(Float(0, 1), 2), "least and largest share of the area that is hidden", (0.02, 0.33)
    )
    ratio: tuple[float, float] = arg(
        ListOf(Float(above=0), 2), "least and largest height over width", (0.3, 3.3)
    )
    value: float | str = arg(
        Either(Float(0, 1), Choice("random"), expected="a number from 0 to 1, or random"),
        "what it is hidden by: a value from 0 (black) to 1 (white), or noise",
        0.0,
    )

    def __post_init__(self) -> None:
        check_range(self.call_name, "scale", self.scale)
        check_range(self.call_name, "ratio", self.ratio)

    def draw(self, u: np.ndarray, sizes: np.ndarray) -> np.ndarray:
        import numpy as np

        drawn, found = rectangles(u, sizes, self.scale, self.ratio, upright=True)
        drawn[:, 2:] *= found[:, None]
        return np.concatenate([drawn, u[:, -1:]], axis=1)

    def apply(self, image: Any, parameters: np.ndarray, engine: Engine) -> Any:
        import numpy as np

        left, top, width, height = (int(v) for v in parameters[:4])
        pixels = np.array(engine.array(image))
        hole = pixels[top : top + height, left : left + width]
        if self.value == "random":
            hole[:] = stream(parameters[4]).integers(0, 256, hole.shape, np.uint8)
        else:
            hole[:] = round(255 * float(self.value))
        return engine.image(pixels)

    def described(self, parameters: np.ndarray) -> str:
        left, top, width, height = (int(v) for v in parameters[:4])
        return f"{height} x {width} at row {top}, column {left}"
