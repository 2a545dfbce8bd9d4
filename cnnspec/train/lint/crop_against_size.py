"""A crop that does not suit the images."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .base import ExperimentLint

if TYPE_CHECKING:
    from ..augment.frame import RandomCrop
    from ..experiment import Experiment
    from ..imaging.engine import Size
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
                    call = placed.step.call_name
                    yield cls.at(experiment, placed.place, call=call, problem=problem, hints=(hint,))


def _problem(placed: Placed) -> tuple[str, str] | None:
    """What is wrong with a crop, and what mends it."""
    from ...ir import show
    from ..augment.central import CentralCrop
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
    if isinstance(step, RandomCrop) and _only_pads(step, size):
        problem = f"'random_crop' of {show(step.size)} cuts nothing off {show(size)}, it puts a border around"
        return (
            problem,
            "'pad' and 'translate' do that and say so; a 'resize' before it gives it something to cut off",
        )
    if isinstance(step, CenterCrop | CentralCrop) and step.output_size(size) == size:
        problem = f"'{step.call_name}' takes all of images that are {show(size)}"
        return problem, "leave it out, or give it something to cut off by a larger size before it"
    if isinstance(step, CenterCrop) and (step.size[0] > size[0] or step.size[1] > size[1]):
        problem = f"'center_crop' of {show(step.size)} cuts nothing off {show(size)}, it puts a border around"
        return problem, "'pad' does that and says so; 'resize' scales instead"
    return None


def _only_pads(step: RandomCrop, size: Size) -> bool:
    """Whether images of ``size`` are wholly inside of each cut, with a border."""
    padded = (size[0] + 2 * step.padding, size[1] + 2 * step.padding)
    return padded[0] <= step.size[0] and padded[1] <= step.size[1] and step.size != size
