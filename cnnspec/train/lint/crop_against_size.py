"""A crop that does not suit the images."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .base import ExperimentLint

if TYPE_CHECKING:
    from ..experiment import Experiment
    from .steps import Placed


class CropAgainstSize(ExperimentLint):
    """A crop does not do what crops are for, with images of this size: it takes all of them, makes them larger by a border,
    or may take the border alone.

    Give a ``random_crop`` something to cut off, by ``padding = 4`` or a larger ``resize`` before it; to make images
    larger, ``pad`` or ``resize`` says so. A crop larger than the images, and one that gives another size than the
    network's input, are errors (``bad-value``, ``image-size``).
    """

    code = "crop-against-size"
    message = "{problem}"
    bad = "data fashion_mnist  augment { random_crop(28) }"
    good = "data fashion_mnist  augment { random_crop(28, padding = 2) }"
    problem: str

    @classmethod
    def find(cls, experiment: Experiment) -> Iterator[ExperimentLint]:
        from .steps import placed_steps

        for steps in placed_steps(experiment):
            for placed in steps:
                if found := _problem(placed):
                    problem, hint = found
                    yield cls.at(experiment, placed.place, problem=problem, hints=(hint,))


def _problem(placed: Placed) -> tuple[str, str] | None:
    """What is wrong with a crop, and what mends it."""
    from ...ir import show
    from ..augment.frame import CenterCrop, RandomCrop

    step, size = placed.step, placed.size
    if isinstance(step, RandomCrop) and step.padding >= min(step.size):
        problem = f"'random_crop' of {show(step.size)} may cut out padding alone, of which there are {step.padding} pixels"
        return problem, "less padding leaves some of the image"
    if size is None:
        return None
    if isinstance(step, RandomCrop) and step.size == size and not step.padding:
        problem = f"'random_crop' of {show(step.size)} takes all of images that are {show(size)}"
        return problem, "give it something to cut off: padding, or a larger size before it"
    if isinstance(step, CenterCrop) and (step.size[0] > size[0] or step.size[1] > size[1]):
        problem = f"'center_crop' of {show(step.size)} cuts nothing off {show(size)}, it puts a border around"
        return problem, "'pad' does that and says so; 'resize' scales instead"
    return None
