"""The colours of drawings and figures, in one place.

Families of layers are told apart by lightness first, so they hold in greyscale and for colour-blind readers; every box
names its layer anyway. Lines take Okabe and Ito's colours ("Color universal design", 2008).
"""

from __future__ import annotations

from dataclasses import dataclass

from ..ir.op import Family

BLUE, RED, GREEN, PINK, ORANGE, SKY = "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"
WINE, GREY = "#882255", "#8c8c8c"
"""For a seventh and an eighth line: Okabe and Ito's yellow is too light on white, their black means all together."""

INK, FAINT, GRID = "#404040", "#6b6b6b", "#e2e2e2"
"""Lines; what is said beside the point; the grid."""

PALE_BLUE, PALE_GREEN, PALE_ORANGE = "#d3e8f8", "#86c79e", "#f3b868"
"""Fills of convolutions, linear layers and pooling."""

FILLS: dict[Family, str] = {
    "input": "#ffffff",
    "norm": "#fdf6cf",
    "convolution": PALE_BLUE,
    "regularize": "#dedede",
    "activation": "#f5c3d0",
    "pooling": PALE_ORANGE,
    "linear": PALE_GREEN,
    "reshape": "#a8a8a8",
    "merge": "#ffffff",
}
"""Fill of each family under black text, which has a contrast above 8 to 1 on it."""

DARK_FILLS: dict[Family, str] = {
    "input": "#1b1f24",
    "norm": "#7c6f24",
    "convolution": "#265f8d",
    "regularize": "#4e5256",
    "activation": "#6b1b3b",
    "pooling": "#925810",
    "linear": "#085136",
    "reshape": "#27292c",
    "merge": "#1b1f24",
}
"""The same families under white text, which has a contrast above 5 to 1 on it."""

GREY_FILLS: dict[Family, str] = {
    "input": "#ffffff",
    "norm": "#fbfbfb",
    "convolution": "#f0f0f0",
    "regularize": "#e3e3e3",
    "activation": "#d8d8d8",
    "pooling": "#cbcbcb",
    "linear": "#bcbcbc",
    "reshape": "#adadad",
    "merge": "#ffffff",
}
"""The same families in print without colour."""

HEAT = ("#fffbe6", "#fde8b0", "#fbc46b", "#f0913a", "#cf5318", "#93290f", "#4f0f0c")
"""Seven classes from little to much, each darker than the one before."""
HEAT_INK = ("#000000", "#000000", "#000000", "#000000", "#ffffff", "#ffffff", "#ffffff")
"""Text on each of them."""

GREY_HEAT = ("#ffffff", "#ececec", "#d6d6d6", "#bcbcbc", "#8c8c8c", "#5c5c5c", "#262626")
GREY_HEAT_INK = ("#000000", "#000000", "#000000", "#000000", "#000000", "#ffffff", "#ffffff")
"""The same in print without colour."""

VEIL, VEIL_LINE = "#80808014", "#909090"
"""Fill and line of frames on a page that may be light or dark."""

DARK_PAGE = "#16191c"
"""Behind drawings on a dark page."""


@dataclass(frozen=True)
class Change:
    """How a drawing of two networks shows a box: ``sign`` says without colour what the colour says, and ``words`` say what
    it means."""

    fill: str
    line: str
    sign: str
    words: str


CHANGES = {
    "same": Change("#f4f4f4", "#9a9a9a", "", "same"),
    "resized": Change("#fbf8ea", "#9a8f6a", "\N{ALMOST EQUAL TO}", "same, on other sizes"),
    "changed": Change("#fbe08f", "#8a5a00", "\N{NOT EQUAL TO}", "changed"),
    "removed": Change("#f9d3bf", RED, "\N{MINUS SIGN}", "removed"),
    "added": Change("#cfe5f7", BLUE, "+", "added"),
}
"""Orange for the first network and blue for the second: told apart by every kind of colour vision. Under black text."""

DARK_CHANGES = {
    "same": Change("#2a2f35", "#7d8690", "", "same"),
    "resized": Change("#39362a", "#9a8f6a", "\N{ALMOST EQUAL TO}", "same, on other sizes"),
    "changed": Change("#6b5200", "#f0c94f", "\N{NOT EQUAL TO}", "changed"),
    "removed": Change("#7a2e00", "#ff9d66", "\N{MINUS SIGN}", "removed"),
    "added": Change("#0b4a78", SKY, "+", "added"),
}
"""The same under white text."""
