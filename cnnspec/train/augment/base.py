"""What a step of augmentation is: its draws, and what it does to an image, to places in it, or to a batch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from ...elaborate.bind import count
from ...ir import BadValue, Entry, OpError, Registry
from ..imaging.engine import Engine, Size

if TYPE_CHECKING:
    import numpy as np


Range = tuple[float, float]
"""Least and largest."""


@dataclass(frozen=True, slots=True)
class Gate:
    """Open for an image where the number drawn for ``number`` is from ``low`` up to below ``high``."""

    number: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Leaf:
    """A step that does something, its number in the pipeline, and the gates that must be open for it."""

    step: Augmentation
    number: int
    gates: tuple[Gate, ...]


class Augmentation(Entry):
    """Base of all steps: section ``augment`` and section ``evaluation``.

    ``draws`` is how many random numbers a step takes for an image; ``parameters`` names what it makes of them.
    """

    examples: ClassVar[tuple[str, ...]] = ()
    """Calls as a spec has them: the contract tests run them, and the reference shows them."""
    also_called: ClassVar[tuple[str, ...]] = ()
    draws: ClassVar[int] = 0
    parameters: ClassVar[tuple[str, ...]] = ()
    sets_size: ClassVar[bool] = False
    needs_colour: ClassVar[bool] = False
    gives_colour: ClassVar[bool] = False
    """Whether images without colours may have some after it."""

    @property
    def share(self) -> float:
        """The share of images that the step is applied to: its argument ``p``, if it has one."""
        return float(getattr(self, "p", 1.0))

    @property
    def idle(self) -> bool:
        """Whether the step never changes an image."""
        return self.share == 0

    def leaves(self, numbers: Iterator[int], gates: tuple[Gate, ...]) -> Iterator[Leaf]:
        """The steps that this one stands for; itself, unless it combines others."""
        share = self.share
        if share < 1:
            gates = (*gates, Gate(next(numbers), 0.0, share))
        yield Leaf(self, next(numbers), gates)

    @property
    def fixed(self) -> bool:
        """Whether the step does the same to every image that it is applied to."""
        return not self.draws

    def at_evaluation(self) -> tuple[Augmentation, ...]:
        """What stands for the step at evaluation, where nothing is left to chance."""
        return (self,) if self.fixed and self.share >= 1 else ()

    def check(self, channels: int) -> None:
        """Raise ``OpError`` where the step makes no sense for images of so many channels."""
        if self.needs_colour:
            self._check_colours("it", channels)

    def _check_colours(self, what: str, channels: int, argument: str | None = None) -> None:
        if channels != 3:
            problem = f"{what} changes colours, and the images have {count(channels, 'channel')}"
            raise OpError(BadValue(call=self.call_name, problem=problem), argument)

    def output_size(self, size: Size | None) -> Size | None:
        """Height and width that an image of ``size`` has afterwards; None where it cannot be told.

        Raises ``OpError`` where the step cannot be applied to such an image.
        """
        return size

    def draw(self, u: np.ndarray, sizes: np.ndarray) -> np.ndarray:
        """The parameters (B, P) from ``u`` (B, draws), uniform from 0 to 1, and the sizes (B, 2) so far."""
        return u

    def described(self, parameters: np.ndarray) -> str:
        """The parameters of one image in words."""
        pairs = zip(self.parameters, parameters.tolist(), strict=False)
        return "  ".join(f"{name} {value + 0:.3g}" for name, value in pairs)


class Ranged(Augmentation):
    """A step that draws one number between two limits; it does the same to every image where they are one."""

    draws = 1

    def limits(self) -> Range:
        """The least and the largest."""
        raise NotImplementedError

    @property
    def fixed(self) -> bool:
        least, most = self.limits()
        return least == most

    def draw(self, u: np.ndarray, sizes: np.ndarray) -> np.ndarray:
        return between(u, *self.limits())


class Geometry(Augmentation):
    """A step that moves pixels, given by what place each place of the result comes from.

    ``warps`` says that it turns or bends; the others scale and cut along the axes. ``cuts`` says that it may leave
    something of the image out, ``pads`` that it may show what lies outside; ``scales`` that it changes the scale.
    """

    warps: ClassVar[bool] = False
    cuts: ClassVar[bool] = False
    pads: ClassVar[bool] = False
    scales: ClassVar[bool] = False
    turns: ClassVar[bool] = False
    """Whether it only mirrors, which goes with the step before it."""

    @property
    def filling(self) -> int:
        """The value, 0 to 255, of what lies outside."""
        return round(255 * getattr(self, "fill", 0.0))

    @property
    def resampling(self) -> str:
        """How values between pixels are found."""
        return str(getattr(self, "interpolation", "bilinear"))

    def geometry(self, parameters: np.ndarray, sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Matrices (B, 3, 3) and sizes (B, 2) of the results.

        A matrix times (x, y, 1), a place of the result, is the place of the image that is seen there.
        """
        raise NotImplementedError


class Pixels(Augmentation):
    """A step that changes values and leaves every pixel where it is."""

    on_device: ClassVar[bool] = False
    """Whether :meth:`compute` is there."""

    def apply(self, image: Any, parameters: np.ndarray, engine: Engine) -> Any:
        """The image, changed as ``parameters`` (P,) say; an image is what ``engine`` takes for one."""
        raise NotImplementedError

    def compute(self, images: Any, parameters: Any) -> Any:
        """The same in tensors: ``images`` (B, H, W, C) of 0 to 1, ``parameters`` (B, P)."""
        raise NotImplementedError


class Mixing(Augmentation):
    """A step that mixes each image of a batch with another, and the loss with that of the other's target.

    Each image goes with the one as far from the end as it is from the start.
    """

    def mix(self, u: np.ndarray, size: Size) -> np.ndarray:
        """From ``u`` (draws,) for a batch: the share that an image keeps inside a box and outside of it, the box's
        left, top, right and bottom edge in pixels, and the weight of the image's own target; (7,) of float32."""
        raise NotImplementedError


AUGMENTATIONS: Registry[Augmentation] = Registry("augmentation")


def either_way(value: float | Range) -> Range:
    """``value`` if it is a range, else from minus to plus it."""
    return value if isinstance(value, tuple) else (-value, value)


def between(u: np.ndarray, low: float, high: float) -> np.ndarray:
    """Numbers from ``low`` to ``high``."""
    return low + u * (high - low)
