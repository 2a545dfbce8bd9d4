"""Steps made of steps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...ir import BadValue, CallsOf, Float, ListOf, OpError, arg
from ..imaging.engine import Size
from .base import AUGMENTATIONS, Augmentation, Gate, Leaf

Steps = tuple[Augmentation, ...]


def size_after(steps: Steps, size: Size | None) -> Size | None:
    """What a size becomes by steps; raises ``OpError``."""
    for step in steps:
        size = step.output_size(size)
    return size


class _Combinator(Augmentation):
    def alternatives(self) -> tuple[Steps, ...]:
        """What may be done to an image, one of them."""
        raise NotImplementedError

    @property
    def _all(self) -> Steps:
        return tuple(step for steps in self.alternatives() for step in steps)

    def check(self, channels: int) -> None:
        for step in self._all:
            step.check(channels)

    @property
    def idle(self) -> bool:
        return all(step.idle for step in self._all)

    def output_size(self, size: Size | None) -> Size | None:
        sizes = {size_after(steps, size) for steps in self.alternatives()}
        if len(sizes) > 1 and (size is not None or None not in sizes):
            shown = " or ".join(f"{s[0]} x {s[1]}" if s else "as they came" for s in sorted(sizes, key=str))
            raise OpError(BadValue(call=self.call_name, problem=f"images would come out {shown}"))
        return sizes.pop() if len(sizes) == 1 else None


@AUGMENTATIONS.register("maybe")
class Maybe(_Combinator):
    """Applies steps to a share of the images: ``maybe(0.5, blur(5))``, ``maybe(0.5, blur(5), noise)``."""

    examples = (
        "maybe(0.3, blur(5))",
        "maybe(0.5, [rotate(5), noise(0.02)])",
    )
    also_called = ("RandomApply", "sometimes", "Sometimes")
    p: float = arg(Float(0, 1), "share of the images")
    steps: Steps = arg(CallsOf(AUGMENTATIONS), "a step, or a list of steps that are applied together")

    @property
    def idle(self) -> bool:
        return self.p == 0 or super().idle

    def alternatives(self) -> tuple[Steps, ...]:
        return (self.steps, ()) if self.p < 1 else (self.steps,)

    @property
    def sets_size(self) -> bool:  # type: ignore[override]
        return any(step.sets_size for step in self.steps)

    def leaves(self, numbers: Iterator[int], gates: tuple[Gate, ...]) -> Iterator[Leaf]:
        gates = (*gates, Gate(next(numbers), 0.0, self.p)) if self.p < 1 else gates
        for step in self.steps:
            yield from step.leaves(numbers, gates)

    def at_evaluation(self) -> Steps:
        return _at_evaluation(self.steps) if self.p == 1 else ()


@AUGMENTATIONS.register("choose")
class Choose(_Combinator):
    """Applies one of several steps, drawn for each image: ``choose(rotate(15), translate(0.1))``.

    A list among them is applied as a whole; an empty one does nothing.
    """

    examples = (
        "choose([rotate(15), shear(10)])",
        "choose([flip, [blur(3), noise], []], weights = [2, 1, 1])",
    )
    also_called = ("RandomChoice", "OneOf", "one_of")
    steps: tuple[Steps, ...] = arg(CallsOf(AUGMENTATIONS, lists=True), "the steps to choose from")
    weights: tuple[float, ...] | None = arg(
        ListOf(Float(above=0)), "how often each is chosen, in proportion; equally often", None
    )

    def __post_init__(self) -> None:
        if len(self.steps) < 2:
            raise OpError(
                BadValue(call=self.call_name, problem="there are fewer than two steps to choose from"),
                "steps",
            )
        if self.weights is not None and len(self.weights) != len(self.steps):
            problem = f"there are {len(self.weights)} weights for {len(self.steps)} steps"
            raise OpError(BadValue(call=self.call_name, problem=problem), "weights")

    def alternatives(self) -> tuple[Steps, ...]:
        return self.steps

    @property
    def sets_size(self) -> bool:  # type: ignore[override]
        return any(step.sets_size for step in self._all)

    def leaves(self, numbers: Iterator[int], gates: tuple[Gate, ...]) -> Iterator[Leaf]:
        weights = self.weights or (1.0,) * len(self.steps)
        number, total, low = next(numbers), sum(weights), 0.0
        for place, (steps, weight) in enumerate(zip(self.steps, weights, strict=True)):
            high = 1.0 if place == len(weights) - 1 else low + weight / total
            for step in steps:
                yield from step.leaves(numbers, (*gates, Gate(number, low, high)))
            low = high

    def at_evaluation(self) -> Steps:
        """Where the alternatives decide on the size, what stands for the first of them."""
        return _at_evaluation(self.steps[0]) if self.sets_size else ()


def _at_evaluation(steps: Any) -> Steps:
    return tuple(kept for step in steps for kept in step.at_evaluation())
