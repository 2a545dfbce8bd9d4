"""TrivialAugment: one change an image, drawn from a table, at a strength that is drawn too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from ...ir import Float, arg
from ..imaging.engine import Engine
from .base import AUGMENTATIONS, Augmentation, Gate, Geometry, Leaf, Pixels
from .colour import brightened, contrasted, saturated
from .frame import fill_argument

if TYPE_CHECKING:
    import numpy as np

_LEVELS = 31


def _level(u: np.ndarray, most: float) -> np.ndarray:
    """(B, 1): one of 31 levels from 0 to ``most`` by the first number, either way by the second."""
    import numpy as np

    level = np.floor(u[:, :1] * _LEVELS) * (most / (_LEVELS - 1))
    signed: np.ndarray = np.where(u[:, 1:] < 0.5, -level, level)
    return signed


class _Move(Geometry):
    """One number that a matrix is made of."""

    warps = True
    cuts = True
    pads = True
    draws = 2
    call_name = "trivial_augment"
    made: str = arg(Float(), "which")
    fill: float = fill_argument()
    most: ClassVar = {"shear_x": 0.99, "shear_y": 0.99, "x": 32.0, "y": 32.0, "angle": 135.0}

    @property
    def resampling(self) -> str:
        return "nearest"

    def draw(self, u: np.ndarray, sizes: np.ndarray) -> np.ndarray:
        level = _level(u, self.most[self.made])
        return level.round() if self.made in ("x", "y") else level

    def geometry(self, parameters: np.ndarray, sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        import numpy as np

        from .matrices import identity
        from .warp import turned

        level = parameters[:, 0]
        if self.made == "angle":
            return turned(np.radians(level), sizes), sizes
        made = identity(len(sizes))
        row, column = {"shear_x": (0, 1), "shear_y": (1, 0), "x": (0, 2), "y": (1, 2)}[self.made]
        made[:, row, column] = -level
        return made, sizes

    def described(self, parameters: np.ndarray) -> str:
        return f"{self.made} {parameters[0] + 0:.3g}"


class _Change(Pixels):
    """One number that values are changed by."""

    draws = 2
    call_name = "trivial_augment"
    made: str = arg(Float(), "which")

    def draw(self, u: np.ndarray, sizes: np.ndarray) -> np.ndarray:
        return _level(u, 1.0)

    def apply(self, image: Any, parameters: np.ndarray, engine: Engine) -> Any:
        return _CHANGES[self.made](image, float(parameters[0]), engine)

    def described(self, parameters: np.ndarray) -> str:
        level = parameters[0] if self.made in _SIGNED else abs(parameters[0])
        return self.made if self.made in _PLAIN else f"{self.made} {level + 0:.3g}"


def _posterized(image: Any, level: float, engine: Engine) -> Any:
    import numpy as np

    bits = 8 - round(abs(level) * 6)
    return engine.mapped(image, (np.arange(256) & (256 - 2 ** (8 - bits))).astype(np.uint8))


def _solarized(image: Any, level: float, engine: Engine) -> Any:
    import numpy as np

    values = np.arange(256)
    return engine.mapped(
        image, np.where(values < 255 * (1 - abs(level)), values, 255 - values).astype(np.uint8)
    )


def _sharpened(image: Any, level: float, engine: Engine) -> Any:
    from PIL import ImageEnhance

    return _by_pillow(image, engine, lambda plane: ImageEnhance.Sharpness(plane).enhance(1 + 0.99 * level))


def _auto_contrasted(image: Any, level: float, engine: Engine) -> Any:
    from PIL import ImageOps

    return _by_pillow(image, engine, ImageOps.autocontrast)


def _equalized(image: Any, level: float, engine: Engine) -> Any:
    from PIL import ImageOps

    return _by_pillow(image, engine, ImageOps.equalize)


def _by_pillow(image: Any, engine: Engine, change: Callable[[Any], Any]) -> Any:
    from ..imaging.pillow import Pillow

    pillow = Pillow()
    planes = image if engine.name == pillow.name else pillow.image(engine.array(image))
    changed = tuple(change(plane) for plane in planes)
    return changed if engine.name == pillow.name else engine.image(pillow.array(changed))


def _unchanged(image: Any, level: float, engine: Engine) -> Any:
    return image


def _with_colour(image: Any, level: float, engine: Engine) -> Any:
    gray = engine.array(image).shape[2] != 3
    return image if gray else saturated(image, 1 + 0.99 * level, engine)


_CHANGES: dict[str, Callable[[Any, float, Engine], Any]] = {
    "identity": _unchanged,
    "brightness": lambda image, level, engine: brightened(image, 1 + 0.99 * level, engine),
    "color": _with_colour,
    "contrast": lambda image, level, engine: contrasted(image, 1 + 0.99 * level, engine),
    "sharpness": _sharpened,
    "posterize": _posterized,
    "solarize": _solarized,
    "autocontrast": _auto_contrasted,
    "equalize": _equalized,
}
_SIGNED = ("brightness", "color", "contrast", "sharpness")
_PLAIN = ("identity", "autocontrast", "equalize")


@AUGMENTATIONS.register("trivial_augment")
class TrivialAugment(Augmentation):
    """One of 14 changes an image, at one of 31 strengths: nothing to tune.

    Müller and Hutter 2021, the wide space of table 8: identity, shear, translation and rotation, brightness, color,
    contrast, sharpness, posterize, solarize, autocontrast, equalize. As torchvision's ``TrivialAugmentWide``.
    """

    examples = ("trivial_augment",)
    also_called = ("TrivialAugmentWide", "TrivialAugment", "trivialaugment")
    draws = 1
    fill: float = fill_argument()

    def leaves(self, numbers: Iterator[int], gates: tuple[Gate, ...]) -> Iterator[Leaf]:
        steps = [*(_Move(made, self.fill) for made in _Move.most), *(_Change(made) for made in _CHANGES)]
        number = next(numbers)
        for place, step in enumerate(steps):
            gate = Gate(number, place / len(steps), (place + 1) / len(steps))
            yield from step.leaves(numbers, (*gates, gate))
