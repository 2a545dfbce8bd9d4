"""What a person asks a drawing for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["model", "stage", "block", "layer"]
LEVELS: tuple[Level, ...] = ("model", "stage", "block", "layer")
Direction = Literal["TB", "LR"]
HeatName = Literal["params", "macs", "memory", "receptive-field"]
HEATS: tuple[HeatName, ...] = ("params", "macs", "memory", "receptive-field")
Style = Literal["graph", "paper", "slides", "volumes"]
STYLES: tuple[Style, ...] = ("graph", "paper", "slides", "volumes")


@dataclass(frozen=True, slots=True)
class View:
    """``level`` is how much detail there is, None: as much as can be read; ``depth`` instead of it opens what is nested
    less deep (0: nothing). ``fold``: equal blocks in a row are drawn once, also where their layers are shown.
    ``direction`` from top to bottom or left to right, None: as the style has it. ``heat`` colours boxes by a figure."""

    level: Level | None = None
    depth: int | None = None
    fold: bool = False
    style: Style = "graph"
    dark: bool = False
    direction: Direction | None = None
    heat: HeatName | None = None

    @property
    def is_overview(self) -> bool:
        """Whether similar parts are one box."""
        return self.level == "model" and self.depth is None

    @property
    def folds_parts(self) -> bool:
        """Whether equal parts in a row are one box."""
        return self.level in ("stage", "block") or self.depth is not None

    @property
    def folds_layers(self) -> bool:
        """Whether blocks whose layers are shown are drawn once; where blocks are boxes, equal ones are one anyway."""
        return self.fold and self.level in (None, "layer") and self.depth is None


def conflict(view: View, two: bool = False) -> str:
    """What of a view does not go together, in words; "" where all does. ``two``: it is of two networks."""
    if view.level is not None and view.depth is not None:
        return "level and depth say the same: give one of them"
    if view.style == "paper" and view.dark:
        return "style paper is black on white: leave out dark, or take the style graph or slides"
    if view.style == "volumes" and (view.level is not None or view.depth is not None or view.fold):
        return "style volumes has one level, a box a step or part: leave out level, depth and fold"
    if view.style == "volumes" and view.heat:
        return "style volumes shows sizes, not heat: leave out the heat, or the style"
    if two and view.style == "volumes":
        return "style volumes shows one network: leave it out, or the second network"
    if two and view.heat:
        return "a drawing of two networks colours what differs: leave out the heat"
    return ""
