"""Steps that turn, move, bend and mirror."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...ir import Choice, Either, Float, ListOf, arg
from .base import AUGMENTATIONS, Geometry, Range, Ranged, between, either_way
from .frame import check_range, fill_argument, interpolation_argument

if TYPE_CHECKING:
    import numpy as np

_BETWEEN = ("nearest", "bilinear")


def _degrees(doc: str, default: Any = None) -> Any:
    kind = Either(
        Float(0, 360),
        ListOf(Float(-360, 360), 2),
        expected="a number from 0 to 360, or two from -360 to 360 (least, most)",
    )
    return arg(kind, doc) if default is None else arg(kind, doc, default)


def turned(angle: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """(B, 3, 3) that turn results about their middle by ``angle`` (radians) against the clock."""
    import numpy as np

    from .matrices import about_the_middle

    cos, sin = np.cos(angle), np.sin(angle)
    return about_the_middle(np.stack([np.stack([cos, -sin], -1), np.stack([sin, cos], -1)], 1), sizes)


class _Warp(Geometry):
    warps = True
    cuts = True
    pads = True


@AUGMENTATIONS.register("rotate")
class Rotate(Ranged, _Warp):
    """Turns images about their middle by up to ``degrees``, either way; positive angles are against the clock.

    As torchvision's ``RandomRotation``.
    """

    examples = (
        "rotate(15)",
        "rotate([0, 90], interpolation = nearest)",
    )
    also_called = ("RandomRotation", "rotation", "Rotate", "random_rotation")
    parameters = ("angle",)
    degrees: float | Range = _degrees("largest angle, or the least and the largest")
    fill: float = fill_argument()
    interpolation: str = interpolation_argument(_BETWEEN)

    def limits(self) -> Range:
        return either_way(self.degrees)

    @property
    def idle(self) -> bool:
        return self.limits() == (0, 0)

    def __post_init__(self) -> None:
        check_range(self.call_name, "degrees", self.limits())

    def geometry(self, parameters: np.ndarray, sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        import numpy as np

        return turned(np.radians(parameters[:, 0]), sizes), sizes


@AUGMENTATIONS.register("translate")
class Translate(_Warp):
    """Moves images sideways and up or down by up to a share of their width and height, in whole pixels.

    As the ``translate`` of torchvision's ``RandomAffine``.
    """

    examples = (
        "translate(0.1)",
        "translate(0, vertical = 0.2)",
    )
    also_called = ("RandomTranslation", "Translate", "shift", "translation")
    draws = 2
    parameters = ("x", "y")
    horizontal: float = arg(Float(0, 1), "largest share of the width")
    vertical: float | None = arg(Float(0, 1), "largest share of the height; as ``horizontal``", None)
    fill: float = fill_argument()

    @property
    def idle(self) -> bool:
        return not self.horizontal and not self.vertical

    def draw(self, u: np.ndarray, sizes: np.ndarray) -> np.ndarray:
        vertical = self.horizontal if self.vertical is None else self.vertical
        return _shift(u, (self.horizontal, vertical), sizes)

    def geometry(self, parameters: np.ndarray, sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        import numpy as np

        from .matrices import scaled_and_moved

        ones = np.ones(len(sizes))
        return scaled_and_moved(ones, ones, -parameters[:, 0], -parameters[:, 1]), sizes


def _shift(u: np.ndarray, shares: Range, sizes: np.ndarray) -> np.ndarray:
    """(B, 2): whole pixels to the right and down."""
    import numpy as np

    limits = np.array(shares) * sizes[:, ::-1]
    shift: np.ndarray = np.round((2 * u - 1) * limits)
    return shift


@AUGMENTATIONS.register("affine")
class Affine(_Warp):
    """Turns, moves, scales and bends images about their middle, all at once.

    As torchvision's ``RandomAffine``, whose angles are with the clock; each part is drawn on its own.
    """

    examples = (
        "affine(15)",
        "affine(10, translate = [0.1, 0.1], scale = [0.8, 1.2], shear = [5, 5])",
    )
    also_called = ("RandomAffine", "random_affine", "Affine", "ShiftScaleRotate")
    draws = 6
    parameters = ("angle", "x", "y", "scale", "shear_x", "shear_y")
    degrees: float | Range = _degrees("largest angle, or the least and the largest")
    translate: tuple[float, float] = arg(
        ListOf(Float(0, 1), 2), "largest shares of width and height to move by", (0.0, 0.0)
    )
    scale: tuple[float, float] = arg(ListOf(Float(above=0), 2), "least and largest scale", (1.0, 1.0))
    shear: tuple[float, float] = arg(
        ListOf(Float(0, below=90), 2), "largest angles to bend by, along x and along y", (0.0, 0.0)
    )
    fill: float = fill_argument()
    interpolation: str = interpolation_argument(_BETWEEN)

    def __post_init__(self) -> None:
        check_range(self.call_name, "degrees", either_way(self.degrees))
        check_range(self.call_name, "scale", self.scale)

    @property
    def idle(self) -> bool:
        turned, (least, most) = either_way(self.degrees), self.scale
        return not any((*turned, *self.translate, *self.shear)) and least == most == 1

    def draw(self, u: np.ndarray, sizes: np.ndarray) -> np.ndarray:
        import numpy as np

        angle = between(u[:, :1], *either_way(self.degrees))
        bent = (2 * u[:, 4:6] - 1) * np.array(self.shear)
        return np.concatenate(
            [angle, _shift(u[:, 1:3], self.translate, sizes), between(u[:, 3:4], *self.scale), bent], axis=1
        )

    def geometry(self, parameters: np.ndarray, sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return affine(parameters, sizes), sizes


def affine(parameters: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Matrices (B, 3, 3) from angle (degrees, with the clock), x, y, scale and shear along x and y (degrees).

    Turned * sheared along y * sheared along x * scaled, about the middle, as in torchvision's ``affine``.
    """
    import numpy as np

    from .matrices import about_the_middle

    angle, x, y, scale, shear_x, shear_y = parameters.T
    angle, shear_x, shear_y = np.radians(angle), np.radians(shear_x), np.radians(shear_y)
    a = np.cos(angle - shear_y) / np.cos(shear_y)
    b = -a * np.tan(shear_x) - np.sin(angle)
    c = np.sin(angle - shear_y) / np.cos(shear_y)
    d = -c * np.tan(shear_x) + np.cos(angle)
    inner = np.stack([np.stack([d, -b], -1), np.stack([-c, a], -1)], 1) / scale[:, None, None]
    return about_the_middle(inner, sizes, np.stack([x, y], axis=1))


@AUGMENTATIONS.register("shear")
class Shear(_Warp):
    """Bends images: rows are moved along x, and columns along y, in proportion to their distance from the middle.

    As the ``shear`` of torchvision's ``RandomAffine``.
    """

    examples = (
        "shear(10)",
        "shear(0, vertical = 10)",
    )
    also_called = ("RandomShear", "Shear")
    draws = 2
    parameters = ("shear_x", "shear_y")
    degrees: float = arg(Float(0, below=90), "largest angle along x")
    vertical: float = arg(Float(0, below=90), "largest angle along y", 0.0)
    fill: float = fill_argument()
    interpolation: str = interpolation_argument(_BETWEEN)

    @property
    def idle(self) -> bool:
        return not self.degrees and not self.vertical

    def draw(self, u: np.ndarray, sizes: np.ndarray) -> np.ndarray:
        import numpy as np

        angles: np.ndarray = (2 * u - 1) * np.array([self.degrees, self.vertical])
        return angles

    def geometry(self, parameters: np.ndarray, sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        import numpy as np

        nothing = np.zeros(len(sizes))
        columns = [nothing, nothing, nothing, nothing + 1, parameters[:, 0], parameters[:, 1]]
        return affine(np.stack(columns, axis=1), sizes), sizes


@AUGMENTATIONS.register("flip")
class Flip(Geometry):
    """Mirrors a share of the images: left and right, or top and bottom.

    As torchvision's ``RandomHorizontalFlip`` and ``RandomVerticalFlip``.
    """

    examples = (
        "flip",
        "flip(vertical, p = 1)",
    )
    also_called = (
        "hflip",
        "vflip",
        "RandomHorizontalFlip",
        "RandomVerticalFlip",
        "RandomFlip",
        "horizontal_flip",
        "vertical_flip",
        "random_flip",
        "mirror",
    )
    warps = False
    turns = True
    direction: str = arg(
        Choice("horizontal", "vertical"), "what changes places with its mirror image", "horizontal"
    )
    p: float = arg(Float(0, 1), "share of the images", 0.5)

    def geometry(self, parameters: np.ndarray, sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        import numpy as np

        from .matrices import identity

        made = identity(len(sizes))
        axis = 0 if self.direction == "horizontal" else 1
        made[:, axis, axis] = -1
        made[:, axis, 2] = sizes[:, 1 - axis]
        return made, np.asarray(sizes)
