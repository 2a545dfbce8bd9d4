"""A step of augmentation that another one undoes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from ...source import Note
from .base import ExperimentLint

if TYPE_CHECKING:
    from ..experiment import Experiment
    from .steps import Placed


class UndoneStep(ExperimentLint):
    """Two steps come to less than they seem to: the later one takes back what the earlier one did, or has no effect.

    So two flips along one axis (as one with another share; with ``p = 1`` twice nothing is left), a ``resize`` right after
    a ``resize``, a ``center_crop`` that cuts off what ``pad`` put on, ``saturation`` or ``hue`` of images that
    ``grayscale(1)`` left no colours. Leave one of them out.
    """

    code = "undone-step"
    message = "'{second}' {problem}"
    bad = "augment { flip  flip }"
    good = "augment { flip  flip(vertical) }"
    second: str
    problem: str

    @classmethod
    def find(cls, experiment: Experiment) -> Iterator[ExperimentLint]:
        from .steps import placed_steps

        for steps in placed_steps(experiment):
            for later, second in enumerate(steps):
                for earlier, first in enumerate(steps[:later]):
                    problem = _undone(first, second, steps[earlier + 1 : later])
                    if problem:
                        note = Note(
                            f"the first '{first.step.call_name}' is here", experiment.span(first.place)
                        )
                        fields = {"second": second.step.call_name, "problem": problem}
                        yield cls.at(
                            experiment, second.place, **fields, notes=(note,), hints=("leave one out",)
                        )


Between: TypeAlias = "Sequence[Placed]"
Rule: TypeAlias = "Callable[[Placed, Placed, Between], str | None]"


def _undone(first: Placed, second: Placed, between: Between) -> str | None:
    """What is wrong with two steps that follow each other, if anything is."""
    return next((found for rule in _RULES if (found := rule(first, second, between))), None)


def _two_flips(first: Placed, second: Placed, between: Between) -> str | None:
    from ..augment.base import Pixels
    from ..augment.warp import Flip

    one, other = first.step, second.step
    if not (isinstance(one, Flip) and isinstance(other, Flip)) or one.direction != other.direction:
        return None
    if not all(isinstance(each.step, Pixels | Flip) for each in between):
        return None  # what lies between is mirrored by the first alone
    share = one.p + other.p - 2 * one.p * other.p
    if share == 0:
        return "mirrors back what the one before it mirrored"
    return (
        f"and the one before it mirror {share:.0%} of the images together, as one with p = {share:.3g} does"
    )


def _two_sizes(first: Placed, second: Placed, between: Between) -> str | None:
    from ..augment.frame import Resize

    one, other = first.step, second.step
    if between or not (isinstance(one, Resize) and isinstance(other, Resize)):
        return None
    decides = isinstance(other.size, tuple) or isinstance(one.size, int)
    return "scales again what was scaled right before it" if decides else None


def _padding_cut(first: Placed, second: Placed, between: Between) -> str | None:
    from ..augment.frame import CenterCrop, Padding

    one, other = first.step, second.step
    if between or not (isinstance(one, Padding) and isinstance(other, CenterCrop)) or first.size is None:
        return None
    put: Any = one.padding
    even = isinstance(put, int) or put[:2] == put[-2:]
    inside = other.size[0] <= first.size[0] and other.size[1] <= first.size[1]
    return "cuts off all that was put around right before it" if even and inside else None


def _no_colours(first: Placed, second: Placed, between: Between) -> str | None:
    from ..augment.colour import Grayscale, Hue, Saturation

    gray = isinstance(first.step, Grayscale) and first.step.p == 1
    return (
        "changes nothing in images without colours"
        if gray and isinstance(second.step, Saturation | Hue)
        else None
    )


_RULES: tuple[Rule, ...] = (_two_flips, _two_sizes, _padding_cut, _no_colours)
