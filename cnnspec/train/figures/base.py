"""What every figure of a report says of itself, and the list of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal, NamedTuple, TypeVar

from ..metrics.base import measurable
from .style import png, styled
from .text import unknown_letters

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Page

    from ..tasks import Scored


@dataclass(frozen=True, slots=True)
class FigureOptions:
    """``title`` is what the figures are about, such as the model and the split; ``rows`` what those of the confusion
    matrix are."""

    title: str
    rows: Literal["predicted", "actual"] = "predicted"


class Drawing(NamedTuple):
    """A page of matplotlib, and what it shows in a sentence, for those who cannot see it."""

    page: Page
    alt: str


class Drawn(NamedTuple):
    """A figure of a report: which one it is, the file, and what it shows in a sentence."""

    figure: type[Figure]
    png: bytes
    alt: str


class Figure:
    """A figure over what a network says on a split.

    ``name`` is the stem of its file, ``title`` its heading, ``kinds`` are those of the tasks that have it, ``about`` says
    what it shows and how to read it. Figures come in the order of their ``place``.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    kinds: ClassVar[tuple[str, ...]]
    about: ClassVar[str]
    place: ClassVar[int]

    def suits(self, scored: Scored) -> bool:
        """Whether there is something to draw."""
        return scored.task.kind in self.kinds and measurable(scored)

    def draw(self, scored: Scored, options: FigureOptions) -> Drawing:
        """The figure, where it suits; drawn inside ``style.styled``."""
        raise NotImplementedError


FIGURES: list[type[Figure]] = []
"""All figures, in the order in which a report shows them."""

F = TypeVar("F", bound=type[Figure])


def figure(cls: F) -> F:
    """Class decorator: add a figure to ``FIGURES``."""
    FIGURES.append(cls)
    FIGURES.sort(key=lambda each: each.place)
    return cls


def drawn_figures(scored: Scored, options: FigureOptions) -> Iterator[Drawn]:
    """All figures that suit, one after another."""
    for cls in FIGURES:
        each = cls()
        if not each.suits(scored):
            continue
        with styled(), unknown_letters():
            page, alt = each.draw(scored, options)
        yield Drawn(cls, png(page), alt)


def images(count: int) -> str:
    """``count`` images, in words."""
    return f"{count:,} image{'' if count == 1 else 's'}"


def percent(share: float) -> str:
    """A share as a person reads it; 100% and 0% only where nothing is missing."""
    shown = f"{100 * share:.1f}%".replace(".0%", "%")
    if shown == "100%" and share < 1:
        return ">99.9%"
    return "<0.1%" if shown == "0%" and share > 0 else shown
