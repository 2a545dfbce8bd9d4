"""Brightness, contrast, saturation and hue in an order that is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from ...ir import BadValue, OpError
from ..imaging.engine import Engine
from .base import AUGMENTATIONS, Pixels, Range, either_way
from .colour import (
    blended,
    brightened,
    column,
    contrasted,
    factors,
    gray,
    hue_argument,
    hue_turned,
    saturated,
    strength_argument,
    turned_hues,
)
from .frame import check_range

if TYPE_CHECKING:
    import numpy as np

_ORDERS = 24
_ARE = ("brightness", "contrast", "saturation", "hue")


@AUGMENTATIONS.register("color_jitter")
class ColorJitter(Pixels):
    """``brightness``, ``contrast``, ``saturation`` and ``hue`` in an order that is drawn too.

    As torchvision's ``ColorJitter``; what is 0 is left out.
    """

    examples = (
        "color_jitter(0.2, 0.2, 0.2, 0.05)",
        "color_jitter(brightness = 0.4)",
    )
    also_called = ("ColorJitter", "colour_jitter", "colorjitter", "jitter", "RandomColorJitter")
    draws = 5
    parameters = (*_ARE, "order")
    on_device = True
    brightness: float | Range = strength_argument("as of the step ``brightness``", 0.0)
    contrast: float | Range = strength_argument("as of the step ``contrast``", 0.0)
    saturation: float | Range = strength_argument("as of the step ``saturation``", 0.0)
    hue: float | Range = hue_argument("as of the step ``hue``", 0.0)
    changes: ClassVar = (brightened, contrasted, saturated, hue_turned)

    def __post_init__(self) -> None:
        for name, (least, most) in zip(_ARE, self._limits(), strict=True):
            check_range(self.call_name, name, (least, most))
        if not self._used():
            problem = "it changes nothing: give it a brightness, contrast, saturation or hue"
            raise OpError(BadValue(call=self.call_name, problem=problem))

    def check(self, channels: int) -> None:
        if self.colours:
            self._check_colours(self.colours[0], channels, self.colours[0])

    @property
    def colours(self) -> tuple[str, ...]:
        """The arguments by which it changes colours."""
        return tuple(_ARE[i] for i in self._used() if i >= 2)

    def _limits(self) -> tuple[Range, Range, Range, Range]:
        return (
            factors(self.brightness),
            factors(self.contrast),
            factors(self.saturation),
            either_way(self.hue),
        )

    def _used(self) -> list[int]:
        nothing = ((1.0, 1.0),) * 3 + ((0.0, 0.0),)
        return [
            i for i, (limits, none) in enumerate(zip(self._limits(), nothing, strict=True)) if limits != none
        ]

    def draw(self, u: np.ndarray, sizes: np.ndarray) -> np.ndarray:
        import numpy as np

        limits = np.array(self._limits())
        drawn = limits[:, 0] + u[:, :4] * (limits[:, 1] - limits[:, 0])
        return np.concatenate([drawn, np.floor(u[:, 4:] * _ORDERS)], axis=1)

    def apply(self, image: Any, parameters: np.ndarray, engine: Engine) -> Any:
        used = self._used()
        for which in orders()[int(parameters[4])]:
            if which in used:
                image = self.changes[which](image, float(parameters[which]), engine)
        return image

    def compute(self, images: Any, parameters: Any) -> Any:
        order, used = parameters[:, 4], self._used()
        for place in range(4):
            here = [
                sum((order == i for i, each in enumerate(orders()) if each[place] == which), order != order)
                for which in range(4)
            ]
            images = self._changed(images, parameters, [h.reshape(-1, 1, 1, 1) > 0 for h in here], used)
        return images

    def _changed(self, images: Any, parameters: Any, here: list[Any], used: list[int]) -> Any:
        """Each image after the one change that is its next: ``here`` says for each change where it is."""
        luma = gray(images)
        targets = (images * 0, luma.mean(axis=(1, 2), keepdim=True), luma)
        done = images
        for which in used:
            value = column(parameters, which)
            made = blended(images, targets[which], value) if which < 3 else turned_hues(images, value)
            done = here[which].where(made, done)
        return done

    def described(self, parameters: np.ndarray) -> str:
        used = self._used()
        order = [which for which in orders()[int(parameters[4])] if which in used]
        return "  ".join(f"{_ARE[which]} {parameters[which]:.3g}" for which in order)


def orders() -> tuple[tuple[int, ...], ...]:
    """The 24 orders of four changes."""
    from itertools import permutations

    return tuple(permutations(range(4)))
