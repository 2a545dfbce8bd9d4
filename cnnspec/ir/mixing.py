"""Which channels of its inputs a layer computes each of its channels from; of vectors, which features."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from ..source.values import Value

T = TypeVar("T")
Join: TypeAlias = Callable[[Sequence[T]], T]


class Mixing(Value):
    """All outputs read all channels of all inputs, unless a subclass says otherwise."""

    def follow(self, inputs: Sequence[Sequence[T]], outputs: int, join: Join[T]) -> tuple[T, ...]:
        """What holds of each output channel, where ``inputs`` has what holds of each channel of each input.

        ``join`` makes one of what holds of several channels; of none, where an output reads no input.
        """
        return (join([held for channels in inputs for held in channels]),) * outputs


class Apart(Mixing):
    """An output reads the channel of its number of every input; of an input with one channel, that."""

    def follow(self, inputs: Sequence[Sequence[T]], outputs: int, join: Join[T]) -> tuple[T, ...]:
        wide = [channels if len(channels) == outputs else tuple(channels) * outputs for channels in inputs]
        return tuple(wide[0]) if len(wide) == 1 else tuple(map(join, zip(*wide, strict=True)))


@dataclass(frozen=True, eq=False, repr=False)
class Grouped(Mixing):
    """Inputs and outputs in as many equal ``groups``; an output reads the inputs of its group."""

    groups: int

    def follow(self, inputs: Sequence[Sequence[T]], outputs: int, join: Join[T]) -> tuple[T, ...]:
        taken = inputs[0]
        each = len(taken) // self.groups
        joined = (join(taken[start : start + each]) for start in range(0, len(taken), each))
        return tuple(held for held in joined for _ in range(outputs // self.groups))


@dataclass(frozen=True, eq=False, repr=False)
class Neighbours(Mixing):
    """An output reads the channel of its number and so many ``before`` and ``after`` it."""

    before: int
    after: int

    def follow(self, inputs: Sequence[Sequence[T]], outputs: int, join: Join[T]) -> tuple[T, ...]:
        taken = inputs[0]
        return tuple(join(taken[max(0, n - self.before) : n + self.after + 1]) for n in range(outputs))


@dataclass(frozen=True, eq=False, repr=False)
class Picked(Mixing):
    """Outputs are channels of the inputs, in the order of ``pieces``: which input and which of its channels.

    Input None stands for channels that are computed from nothing, as many as the range has.
    """

    pieces: tuple[tuple[int | None, range], ...]

    def follow(self, inputs: Sequence[Sequence[T]], outputs: int, join: Join[T]) -> tuple[T, ...]:
        held: list[T] = []
        for which, places in self.pieces:
            if which is None:
                held += [join(())] * len(places)
            else:
                held += inputs[which][places.start : places.stop : places.step]
        return tuple(held)


MIXED = Mixing()
APART = Apart()
