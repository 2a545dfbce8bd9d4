"""Where a sequence of boxes is broken into rows, like a text into lines, and how far apart boxes of a row stand."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from .captions import Caption
from .layout import Placed
from .skips import Skip, skips_of
from .solid import Solid
from .steps import Step

_HALVINGS = 40


def broken(sizes: Sequence[float], rows: int) -> list[range]:
    """``sizes`` cut into at most ``rows`` runs, the longest of which is as short as can be."""
    least, most = max(sizes), sum(sizes)
    for _ in range(_HALVINGS):
        middle = (least + most) / 2
        if len(_filled(sizes, middle)) <= rows:
            most = middle
        else:
            least = middle
    return _filled(sizes, most)


def _filled(sizes: Sequence[float], room: float) -> list[range]:
    """Rows that hold as much as ``room`` each, one after another."""
    starts, used = [0], 0.0
    for place, size in enumerate(sizes):
        if used + size > room and used:
            starts.append(place)
            used = 0.0
        used += size
    return [range(a, b) for a, b in zip(starts, [*starts[1:], len(sizes)], strict=True)]


class Rows(ABC):
    """Boxes in at most ``number`` rows, whichever way these go; a subclass says what counts along a row."""

    between_texts: ClassVar[float]

    def __init__(
        self, steps: Sequence[Step], solids: Sequence[Solid], captions: Sequence[Caption], number: int
    ) -> None:
        self.steps, self.solids, self.captions = steps, solids, captions
        self.lengths = [self.length(solid) for solid in solids]
        self.texts = [self.text(caption) for caption in captions]
        self.rows = broken([self._slot(place) for place in range(len(steps))], number)
        self.skips: tuple[Skip, ...] = skips_of(steps, self.rows)

    @abstractmethod
    def length(self, solid: Solid) -> float:
        """Of a box along its row."""

    @abstractmethod
    def text(self, caption: Caption) -> float:
        """Of a text along its row."""

    @abstractmethod
    def gap(self, place: int) -> float:
        """Between a box and the one before it."""

    def _slot(self, place: int) -> float:
        return max(self.lengths[place] + self.gap(place), self.texts[place] + self.between_texts)

    def middles(self, first: float, row: range) -> list[float]:
        """The middle of each box along its row, that of the first one being given."""
        middles = [first]
        for place in row[1:]:
            boxes = (self.lengths[place - 1] + self.lengths[place]) / 2 + self.gap(place)
            texts = (self.texts[place - 1] + self.texts[place]) / 2 + self.between_texts
            middles.append(middles[-1] + max(boxes, texts))
        return middles

    def goes_on(self, item: Placed) -> bool:
        """Whether an arrow leads from a box to the next row."""
        return item.step.number + 1 == self.rows[item.row].stop and item.row + 1 < len(self.rows)
