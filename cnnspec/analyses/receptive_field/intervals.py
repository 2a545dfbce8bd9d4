"""Fields along one axis, as intervals of pixels.

With a jump of ``j`` pixels from one element to the next, a window of ``k`` elements that starts ``p`` before takes
``[lo, hi]`` to ``[lo - p*j, hi + (k-1-p)*j]``. Upsampling makes neighbours differ, so an interval is kept for each
phase of the pattern; without upsampling there is one phase and this is the formula of Araujo, Norris and Sim (2019).

A window may depend on the phase itself (a bilinear upsampling mixes two pixels, which two by the phase; cells of an
adaptive pooling are uneven): then each phase has its own, and the jump is a mean. Patterns longer than ``MAX_PHASES``
elements are cut there. Where tracks disagree on the jump (one is resized, the other cropped), each is followed by itself,
and every element has its own interval, from the first pixel of any to the last; the larger jump is reported.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm
from typing import TypeAlias

from ...ir import Window
from ...source.values import Value

Number: TypeAlias = int | Fraction
MAX_PHASES = 256


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Axis(Value):
    """Fields along one axis: element ``n * len(lows) + q`` sees pixels ``lows[q]`` to ``highs[q]``
    (inclusive), moved on by ``n * len(lows) * jump``. The map may have fewer ``elements`` than the pattern.
    ``tracks`` are axes of different jumps that this is the union of, where it repeats nowhere."""

    lows: tuple[Number, ...]
    highs: tuple[Number, ...]
    jump: Number
    elements: int = 1
    tracks: tuple[Axis, ...] = ()

    @property
    def widest(self) -> int:
        """The first element that sees most."""
        spans = [high - low for low, high in zip(self.lows, self.highs, strict=True)]
        return spans.index(max(spans[: self.elements]))

    @property
    def size(self) -> int:
        """Pixels seen by the element that sees most."""
        place = self.widest if len(self.lows) > 1 else 0
        return int(self.highs[place] - self.lows[place]) + 1

    @property
    def edge(self) -> int:
        """First pixel seen by element 0; negative where it lies in the padding."""
        return int(self.lows[0])

    def low(self, element: int) -> Number:
        """First pixel that an element sees."""
        if self.tracks:
            return min(track.low(element) for track in self.tracks)
        turns, phase = divmod(element, len(self.lows))
        return self.lows[phase] + turns * len(self.lows) * self.jump

    def high(self, element: int) -> Number:
        """Last pixel that an element sees."""
        if self.tracks:
            return max(track.high(element) for track in self.tracks)
        turns, phase = divmod(element, len(self.highs))
        return self.highs[phase] + turns * len(self.highs) * self.jump

    def seeing_all(self, elements: int, pixels: int) -> int:
        """How many of the map's elements see every pixel of an image."""
        return sum(self.low(n) <= 0 and self.high(n) >= pixels - 1 for n in range(elements))


def united(axes: Sequence[Axis], elements: int) -> Axis:
    """From the first pixel that any of the axes sees to the last, of a map with so many ``elements``."""
    by_jump: dict[Number, list[Axis]] = {}
    for axis in (track for each in axes for track in each.tracks or (each,)):
        by_jump.setdefault(axis.jump, []).append(axis)
    tracks = tuple(_united(alike, elements) for alike in by_jump.values())
    if len(tracks) == 1:
        return tracks[0]
    places = range(min(elements, MAX_PHASES))
    lows = tuple(min(track.low(q) for track in tracks) for q in places)
    highs = tuple(max(track.high(q) for track in tracks) for q in places)
    return Axis(lows, highs, max(by_jump), elements, tracks)


def _united(axes: Sequence[Axis], elements: int) -> Axis:
    """The union of axes of one jump."""
    jump = axes[0].jump
    if all(len(a.lows) == 1 for a in axes):
        return Axis((min(a.lows[0] for a in axes),), (max(a.highs[0] for a in axes),), jump)
    period = min(lcm(*(len(a.lows) for a in axes)), MAX_PHASES)
    lows = tuple(min(a.low(q) for a in axes) for q in range(period))
    highs = tuple(max(a.high(q) for a in axes) for q in range(period))
    return Axis(lows, highs, jump, elements)


def slid(axis: Axis, window: Window, which: int, elements: int) -> Axis:
    """The axis (0 height, 1 width) after a window, of a map with so many ``elements``."""
    if axis.tracks:
        return united([slid(track, window, which, elements) for track in axis.tracks], elements)
    extent, stride, before = window.extent[which], window.stride[which], window.before[which]
    after = extent - 1 - before
    if len(axis.lows) == 1 and stride.denominator == 1 and not window.cells[which]:
        jump = axis.jump
        return Axis((axis.lows[0] - before * jump,), (axis.highs[0] + after * jump,), jump * int(stride))
    # The pattern repeats once both the window's start and the input's phase do.
    period = _period(len(axis.lows), stride)
    cells = [window.looks_at(which, q) for q in range(period)]
    lows = tuple(axis.low(first) for first, _ in cells)
    highs = tuple(axis.high(last) for _, last in cells)
    return Axis(lows, highs, plain(axis.jump * stride), elements)


def _period(phases: int, stride: Fraction) -> int:
    """Fewest output elements that advance the input by whole elements and whole patterns."""
    period = stride.denominator * phases // gcd(phases, stride.numerator)
    return min(period, MAX_PHASES)


def plain(number: Number) -> Number:
    """An int where the number is whole."""
    return int(number) if number.denominator == 1 else number
