"""The text of each box: its name, and under it what it is made of."""

from __future__ import annotations

from dataclasses import dataclass

from .measure import Font, wrapped
from .steps import Step

NAME, WORDS = Font(12, bold=True), Font(11)
_NAME_LINES, _LINES, _LINES_EACH = 2, 4, 2


@dataclass(frozen=True, slots=True)
class Caption:
    """Lines that fit; ``width`` and ``height`` are of all of them, in pixels."""

    lines: tuple[tuple[str, Font], ...]

    @property
    def width(self) -> float:
        return max(font.width(text) for text, font in self.lines)

    @property
    def height(self) -> float:
        return sum(font.leading for _, font in self.lines)


def caption(step: Step, room: float) -> Caption:
    """What stands at a box, in lines of at most ``room`` pixels; the whole text is in its tooltip."""
    name = wrapped(step.name, NAME, room, _NAME_LINES)
    words = [line for text in step.words for line in wrapped(text, WORDS, room, _LINES_EACH)]
    return Caption((*((line, NAME) for line in name or (" ",)), *((line, WORDS) for line in words[:_LINES])))
