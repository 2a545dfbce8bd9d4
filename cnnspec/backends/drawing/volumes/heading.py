"""The network's name and figures above a drawing, what colours and sizes mean below it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ....ir import Graph
from ...palette import FILLS
from ..model import figures
from .colours import Colours
from .layout import MARGIN
from .measure import Font, wrapped
from .notes import Note
from .scale import is_bar
from .steps import Step
from .svg import element

_NAME, _FACTS, _LEGEND = Font(18, bold=True), Font(12), Font(11)
_SWATCH = 12.0
_APART = 18.0


@dataclass(frozen=True, slots=True)
class Part:
    """Elements and texts from y = 0 to ``height``."""

    height: float
    elements: tuple[str, ...]
    notes: tuple[Note, ...]


def heading(graph: Graph, width: float) -> Part:
    """The name, and the figures in as many lines as ``width`` pixels need."""
    room = width - 2 * MARGIN
    name = wrapped(graph.name, _NAME, room, 1) or (" ",)
    facts = wrapped(_facts(graph), _FACTS, room, 3)
    first = MARGIN + _NAME.size
    second = first + _FACTS.size * 1.6
    notes = (
        Note("heading", name, _NAME, (MARGIN, first)),
        Note("heading", facts, _FACTS, (MARGIN, second)),
    )
    return Part(second + (len(facts) - 1) * _FACTS.leading + 16, (), notes)


def _facts(graph: Graph) -> str:
    return "  \N{MIDDLE DOT}  ".join(figures(graph))


def legend(graph: Graph, steps: Sequence[Step], width: float, colours: Colours) -> Part:
    """Swatches of the families that are here, then what sizes mean and what is left out."""
    x, y = MARGIN, _LEGEND.size
    elements, notes = [], []
    for words, fill in _swatches(steps, colours).items():
        needed = _SWATCH + 5 + _LEGEND.width(words)
        if x > MARGIN and x + needed > width - MARGIN:
            x, y = MARGIN, y + 18
        elements.append(_swatch(x, y, fill, colours))
        notes.append(Note("legend", (words,), _LEGEND, (x + _SWATCH + 5, y)))
        x += needed + _APART
    y += 18 if notes else 0
    for words in (*_scale(steps), *_left_out(graph)):
        lines = wrapped(words, _LEGEND, width - 2 * MARGIN, 4)
        notes.append(Note("legend", lines, _LEGEND, (MARGIN, y)))
        y += len(lines) * _LEGEND.leading
    return Part(y + MARGIN - 8, tuple(elements), tuple(notes))


def _swatches(steps: Sequence[Step], colours: Colours) -> dict[str, str]:
    used = {step.family for step in steps if not step.frozen} - {"input"}
    frozen = dict.fromkeys(step.frozen for step in steps if step.frozen)
    told = {words if words.endswith("frozen") else f"trained {words}": words for words in frozen}
    families: dict[str, str] = {family: colours.fill(family) for family in FILLS if family in used}
    return {**families, **{words: colours.fill("input", frozen) for words, frozen in told.items()}}


def _swatch(x: float, y: float, fill: str, colours: Colours) -> str:
    return element(
        "rect",
        x=x,
        y=y - _SWATCH + 2,
        width=_SWATCH,
        height=_SWATCH,
        fill=fill,
        stroke=colours.line,
        stroke_width=0.8,
    )


def _scale(steps: Sequence[Step]) -> Iterator[str]:
    """How shapes became sizes."""
    shapes = [step.shape for step in steps]
    if not all(map(is_bar, shapes)):
        yield "sides grow with the square root of height and width, thickness with that of channels"
    if any(map(is_bar, shapes)):
        yield "length of vectors grows with the square root of their numbers"


def _left_out(graph: Graph) -> Iterator[str]:
    names = [output.name or "output" for output in graph.outputs if output.auxiliary]
    if names and graph.main_outputs:
        yield f"without {', '.join(names)} (training only)"
