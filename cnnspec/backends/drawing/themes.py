"""How the styles look: fonts, colours and sizes. Content and layout do not depend on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ...ir.op import Family
from .. import palette
from .view import Direction, Style


@dataclass(frozen=True, slots=True)
class Theme:
    """Sizes are points; ``wrap`` and ``frame_wrap`` letters of a line in a box and of a frame's title. ``fit`` is the room
    in inches (width, height) that a drawing is made smaller for, where it has to be."""

    font: str = "Helvetica"
    size: float = 11
    small: float = 9
    heading: float = 15
    wrap: int = 40
    frame_wrap: int = 28
    direction: Direction = "TB"
    page: str = "#ffffff"
    ink: str = "#000000"
    line: str = palette.INK
    faint: str = "#303030"
    width: float = 1.0
    fills: Mapping[Family, str] = field(default_factory=lambda: palette.FILLS)
    part: str = "#ffffff"
    frames: tuple[str, str] = ("#f7f7f7", "#eeeeee")
    frame_line: str = "#9a9a9a"
    frozen: tuple[str, str, str] = ("#ccd6df", "#8fa3b5", "#3d4852")
    thawing: str = "#eef2f6"
    heat: tuple[str, ...] = palette.HEAT
    heat_ink: tuple[str, ...] = palette.HEAT_INK
    changes: Mapping[str, palette.Change] = field(default_factory=lambda: palette.CHANGES)
    fit: tuple[float, float] | None = None
    rounded: bool = True


GRAPH = Theme()

PAPER = Theme(
    font="Times",
    size=9.5,
    small=8,
    heading=11,
    wrap=30,
    frame_wrap=24,
    line="#000000",
    faint="#000000",
    width=0.7,
    fills=palette.GREY_FILLS,
    frames=("#ffffff", "#ffffff"),
    frame_line="#707070",
    frozen=("#e4e4e4", "#8a8a8a", "#3a3a3a"),
    thawing="#f4f4f4",
    heat=palette.GREY_HEAT,
    heat_ink=palette.GREY_HEAT_INK,
    fit=(3.4, 9.0),
    rounded=False,
)
"""Black on white, for one column of a paper (3.4 inches)."""

SLIDES = Theme(size=16, small=13, heading=22, wrap=30, frame_wrap=24, direction="LR", width=1.6)
"""Large letters and thick lines, from left to right as a slide is wide."""

_STYLES: Mapping[Style, Theme] = {"graph": GRAPH, "paper": PAPER, "slides": SLIDES}


def theme_of(style: Style, dark: bool) -> Theme:
    """The look of a style that Graphviz draws; raises KeyError for the others."""
    theme = _STYLES[style]
    return _darkened(theme) if dark else theme


def _darkened(theme: Theme) -> Theme:
    """White on near black, with the same families told apart."""
    return replace(
        theme,
        page=palette.DARK_PAGE,
        ink="#ffffff",
        line="#b4bac2",
        faint="#dfe3e8",
        fills=palette.DARK_FILLS,
        part="#262b31",
        frames=("#20252b", "#2a3038"),
        frame_line="#6b747e",
        frozen=("#3a444d", "#7b8c9c", "#d5dde4"),
        thawing="#2c343b",
        changes=palette.DARK_CHANGES,
    )
