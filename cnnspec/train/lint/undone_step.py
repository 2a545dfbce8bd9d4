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
    """Two steps come to less than they seem to: one takes back what the other did, or leaves it without effect.

    So two flips along one axis (as one with another share; with ``p = 1`` twice nothing is left), a ``resize`` right after
    a ``resize``, a ``center_crop`` that cuts off what ``pad`` put on, changes of colours in images that ``grayscale(1)``
    left none, and of their ``saturation`` before it does. Leave out what has no effect.
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
                    found = _undone(first, second, steps[earlier + 1 : later])
                    if found:
                        name, (problem, hint) = second.step.call_name, found
                        note = Note(
                            f"the first '{first.step.call_name}' is here", experiment.span(first.place)
                        )
                        fields = {"second": name, "problem": problem}
                        yield cls.at(
                            experiment, second.place, call=name, **fields, notes=(note,), hints=(hint,)
                        )


Between: TypeAlias = "Sequence[Placed]"
Found: TypeAlias = "tuple[str, str] | None"
"""What is wrong with the second of two steps, and what mends it."""
Rule: TypeAlias = "Callable[[Placed, Placed, Between], Found]"


def _undone(first: Placed, second: Placed, between: Between) -> Found:
    """What is wrong with two steps that follow each other, if anything is."""
    if first.step.idle or second.step.idle:
        return None
    return next((found for rule in _RULES if (found := rule(first, second, between))), None)


def _two_flips(first: Placed, second: Placed, between: Between) -> Found:
    from ..augment.base import Pixels
    from ..augment.warp import Flip

    one, other = first.step, second.step
    if not (isinstance(one, Flip) and isinstance(other, Flip)) or one.direction != other.direction:
        return None
    if not all(isinstance(each.step, Pixels | Flip) for each in between):
        return None  # what lies between is mirrored by the first alone
    share = one.p + other.p - 2 * one.p * other.p
    if share == 0:
        return "mirrors back what the one before it mirrored", "leave both out"
    as_one = f"as one with p = {share:.3g} does"
    hint = "leave one of them out" if one.p == other.p == share else f"write one, with p = {share:.3g}"
    return f"and the one before it mirror {share:.0%} of the images together, {as_one}", hint


def _two_sizes(first: Placed, second: Placed, between: Between) -> Found:
    from ..augment.frame import Resize

    one, other = first.step, second.step
    if between or not (isinstance(one, Resize) and isinstance(other, Resize)):
        return None
    if not isinstance(other.size, tuple) and not isinstance(one.size, int):
        return None
    return "scales again what was scaled right before it", "leave the first of them out"


def _padding_cut(first: Placed, second: Placed, between: Between) -> Found:
    from ..augment.frame import CenterCrop, Padding

    one, other = first.step, second.step
    if between or not (isinstance(one, Padding) and isinstance(other, CenterCrop)) or first.size is None:
        return None
    put: Any = one.padding
    even = isinstance(put, int) or put[:2] == put[-2:]
    inside = other.size[0] <= first.size[0] and other.size[1] <= first.size[1]
    hint = "leave both out" if other.size == first.size else "leave 'pad' out"
    return ("cuts off all that was put around right before it", hint) if even and inside else None


def _no_colours(first: Placed, second: Placed, between: Between) -> Found:
    if not _gray(first) or any(each.step.gives_colour for each in between):
        return None
    if second.step.needs_colour:
        return "changes nothing in images without colours", f"leave '{second.step.call_name}' out"
    if not (colours := getattr(second.step, "colours", ())):
        return None
    named = " and ".join(f"'{name}'" for name in colours)
    return f"changes no {' or '.join(colours)} of images without colours", f"leave {named} out of it"


def _gray_after_all(first: Placed, second: Placed, between: Between) -> Found:
    """Saturation keeps the gray of each pixel, and hues do not."""
    from ..augment.base import Geometry
    from ..augment.colour import Grayscale, Saturation

    without = isinstance(first.step, Saturation | Grayscale) and not _gray(first)
    if not (without and _gray(second) and all(isinstance(each.step, Geometry) for each in between)):
        return None
    return "takes away the colours that the one before it changed", f"leave '{first.step.call_name}' out"


def _gray(placed: Placed) -> bool:
    """Whether no image has colours after a step."""
    from ..augment.colour import Grayscale

    return isinstance(placed.step, Grayscale) and placed.step.p == 1


_RULES: tuple[Rule, ...] = (_two_flips, _two_sizes, _padding_cut, _no_colours, _gray_after_all)
