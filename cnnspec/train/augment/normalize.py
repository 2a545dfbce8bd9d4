"""The last step: mean 0 and deviation 1."""

from __future__ import annotations

from ...elaborate.bind import count
from ...ir import BadValue, Float, ListOf, OpError, arg
from .base import AUGMENTATIONS, Augmentation


@AUGMENTATIONS.register("normalize")
class Normalize(Augmentation):
    """Brings each channel to mean 0 and deviation 1: ``(x - mean) / std`` of values from 0 to 1.

    It is done to all images, in training and after, whether a spec says so or not; the step is there to give figures of your
    own. Without them they are those of the training images. It must be the last.
    """

    examples = (
        "normalize",
        "normalize(mean = [0.5, 0.5, 0.5], std = [0.2, 0.2, 0.2])",
    )
    also_called = ("Normalize", "Normalization", "Normalise", "standardize")
    mean: tuple[float, ...] | None = arg(
        ListOf(Float(0, 1)), "mean of each channel, of values from 0 to 1; measured", None
    )
    std: tuple[float, ...] | None = arg(
        ListOf(Float(above=0, maximum=1)), "deviation of each channel; measured", None
    )

    def __post_init__(self) -> None:
        if (self.mean is None) != (self.std is None):
            given, other = ("mean", "std") if self.std is None else ("std", "mean")
            raise OpError(BadValue(call=self.call_name, problem=f"{given} is given without {other}"), given)

    def check(self, channels: int) -> None:
        for name in ("mean", "std"):
            values = getattr(self, name)
            if values is not None and len(values) != channels:
                problem = f"{name} has {count(len(values), 'value')}, and the images have {count(channels, 'channel')}"
                raise OpError(BadValue(call=self.call_name, problem=problem), name)
