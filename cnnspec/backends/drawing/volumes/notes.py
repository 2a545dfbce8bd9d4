"""Lines of text at their places, and what room they take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .measure import ASCENT, DESCENT, Font
from .solid import Rect
from .svg import Point, element, literal

Anchor = Literal["start", "middle", "end"]
_BEFORE: dict[Anchor, float] = {"start": 0.0, "middle": 0.5, "end": 1.0}


@dataclass(frozen=True, slots=True)
class Note:
    """Lines under each other, the first baseline at ``at``. ``kind`` says what they tell of box ``step``; ``plate``: they
    may lie on lines, which are covered behind them."""

    kind: str
    lines: tuple[str, ...]
    font: Font
    at: Point
    anchor: Anchor = "start"
    step: int = -1
    plate: bool = False

    @property
    def extent(self) -> Rect:
        width = max(map(self.font.width, self.lines))
        left = self.at[0] - width * _BEFORE[self.anchor]
        bottom = self.at[1] + self.font.leading * (len(self.lines) - 1) + self.font.size * DESCENT
        return Rect(left, self.at[1] - self.font.size * ASCENT, left + width, bottom)

    def moved(self, x: float, y: float) -> Note:
        at = (self.at[0] + x, self.at[1] + y)
        return Note(self.kind, self.lines, self.font, at, self.anchor, self.step, self.plate)

    def drawn(self, colour: str, page: str) -> str:
        """As SVG, the plate in the page's colour."""
        lines = [self._line(row, colour) for row in range(len(self.lines))]
        return "".join([_plate(self.extent, page), *lines] if self.plate else lines)

    def _line(self, row: int, colour: str) -> str:
        return element(
            "text",
            literal(self.lines[row]),
            class_=self.kind,
            x=self.at[0],
            y=self.at[1] + row * self.font.leading,
            font_size=self.font.size,
            font_weight="bold" if self.font.bold else None,
            font_style="italic" if self.font.italic else None,
            text_anchor=None if self.anchor == "start" else self.anchor,
            fill=colour,
        )


def _plate(room: Rect, page: str) -> str:
    return element(
        "rect",
        x=room.left - 1,
        y=room.top,
        width=room.right - room.left + 2,
        height=room.bottom - room.top,
        rx=2,
        fill=page,
        fill_opacity=0.8,
    )
