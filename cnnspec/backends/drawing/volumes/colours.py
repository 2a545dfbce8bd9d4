"""The colours of the three faces, of lines and of text, on paper and on a dark page."""

from __future__ import annotations

from dataclasses import dataclass

from ....ir.op import Family
from .. import themes

_KERNEL = {False: "#b84a00", True: "#ffb470"}


@dataclass(frozen=True, slots=True)
class Faces:
    front: str
    top: str
    side: str


@dataclass(frozen=True, slots=True)
class Colours:
    """Those of all drawings, and that of a ``kernel``."""

    theme: themes.Theme
    dark: bool
    kernel: str

    @property
    def page(self) -> str:
        return self.theme.page

    @property
    def text(self) -> str:
        return self.theme.ink

    @property
    def line(self) -> str:
        return self.theme.line

    def fill(self, family: Family, frozen: str = "") -> str:
        """The colour of a family; the grey of what is not trained, lighter where it is for a time or for some only."""
        if frozen:
            return self.theme.frozen[0] if frozen == "frozen" else self.theme.thawing
        return self.theme.fills[family]

    def faces(self, fill: str) -> Faces:
        """Light falls from above."""
        if self.dark:
            return Faces(fill, _mixed(fill, "#ffffff", 0.16), _mixed(fill, "#000000", 0.3))
        return Faces(fill, _mixed(fill, "#ffffff", 0.45), _mixed(fill, "#000000", 0.13))


def colours_of(dark: bool) -> Colours:
    return Colours(themes.theme_of("graph", dark), dark, _KERNEL[dark])


def _mixed(colour: str, other: str, share: float) -> str:
    channels = ([int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in (colour, other))
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in zip(*channels, strict=True))
