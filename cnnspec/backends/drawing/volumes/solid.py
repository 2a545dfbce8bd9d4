"""Boxes in cabinet projection: a front as it is, and what lies behind it up and to the right, shortened."""

from __future__ import annotations

from dataclasses import dataclass

from .svg import Point

SLANT = 0.32
"""Right and up, for each pixel of depth."""
_SLICES = 4


@dataclass(frozen=True, slots=True)
class Rect:
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Rect) -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def grown(self, by: float) -> Rect:
        return Rect(self.left - by, self.top - by, self.right + by, self.bottom + by)


@dataclass(frozen=True, slots=True)
class Solid:
    """``x`` and ``y`` are the front's upper left corner, ``width`` and ``height`` the front's; ``shift`` is how far to the
    right and up its back lies. ``down``: the flow goes downwards through it, not to the right."""

    x: float
    y: float
    width: float
    height: float
    shift: float
    down: bool = False

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def bounds(self) -> Rect:
        return Rect(self.x, self.y - self.shift, self.right + self.shift, self.bottom)

    @property
    def centre(self) -> Point:
        box = self.bounds
        return (box.left + box.right) / 2, (box.top + box.bottom) / 2

    @property
    def front(self) -> tuple[Point, ...]:
        return ((self.x, self.y), (self.right, self.y), (self.right, self.bottom), (self.x, self.bottom))

    @property
    def top(self) -> tuple[Point, ...]:
        back = self.y - self.shift
        return (
            (self.x, self.y),
            (self.x + self.shift, back),
            (self.right + self.shift, back),
            (self.right, self.y),
        )

    @property
    def side(self) -> tuple[Point, ...]:
        beyond = self.right + self.shift
        return (
            (self.right, self.y),
            (beyond, self.y - self.shift),
            (beyond, self.bottom - self.shift),
            (self.right, self.bottom),
        )

    @property
    def outline(self) -> tuple[Point, ...]:
        (left, back, corner, _), (_, _, low, inner) = self.top, self.side
        return (left, back, corner, low, inner, (self.x, self.bottom))

    def moved(self, x: float, y: float) -> Solid:
        return Solid(self.x + x, self.y + y, self.width, self.height, self.shift, self.down)

    def entry(self, across: float, tall: float) -> Point:
        """A point of the face where the flow comes in, the left or the upper one.

        Both are shares from 0 to 1: ``across`` the map's width, ``tall`` its height.
        """
        if self.down:
            depth = (1 - tall) * self.shift
            return self.x + across * self.width + depth, self.y - depth
        return self.x + across * self.shift, self.y + tall * self.height - across * self.shift

    def exit(self, across: float, tall: float) -> Point:
        """The same on the face where the flow goes out, the right or the lower one."""
        x, y = self.entry(across, tall)
        return (x, y + self.height) if self.down else (x + self.width, y)

    def shown(self, across: float, tall: float) -> Point:
        """The same on the face that is in sight: the right one, or the upper one."""
        return self.entry(across, tall) if self.down else self.exit(across, tall)

    def rim(self) -> Point:
        """Where a line along the flow, through the centre, meets the outline as it comes in."""
        x, y = self.centre
        if self.down:
            return x, self.y - min(max(x - self.x, 0), self.shift)
        return self.x + min(max(self.y - y, 0), self.shift), y

    def parts(self) -> tuple[Rect, ...]:
        """Rectangles that cover what is seen of it, and little else."""
        step = self.shift / _SLICES
        slices = (
            Rect(
                self.x + i * step,
                self.y - (i + 1) * step,
                self.right + (i + 1) * step,
                self.bottom - i * step,
            )
            for i in range(_SLICES)
        )
        return (Rect(self.x, self.y, self.right, self.bottom), *slices)
