"""Boxes, links and arcs as SVG."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..label import shape_text
from .arcs import TAG_RADIUS, Arc, Tag
from .colours import Colours
from .layout import Placed, echoed
from .links import Link
from .scale import is_bar
from .solid import Solid
from .svg import Point, element, path, points, title

_CELLS = 16
"""A vector of at most so many numbers is drawn with a cell for each."""
_HEAD, _HEAD_WIDTH = 7.0, 2.8
_ROUND = 7.0


def body(placed: Placed, colours: Colours) -> str:
    """A box: the outlines behind it, three faces, and its tooltip."""
    step = placed.step
    fill = colours.fill(step.family, step.frozen)
    behind = [_polygon(solid.outline, colours.faces(fill).side, colours) for solid in echoed(placed)]
    return element(
        "g",
        title(step.tip),
        *behind,
        *_faces(placed.solid, fill, colours),
        *_cells(placed, colours),
        class_="step",
        id=f"step{step.number}",
        data_shape=shape_text(step.shape),
    )


def _faces(solid: Solid, fill: str, colours: Colours) -> Iterator[str]:
    faces = colours.faces(fill)
    for corners, colour in ((solid.top, faces.top), (solid.side, faces.side), (solid.front, faces.front)):
        yield _polygon(corners, colour, colours)


def _polygon(corners: tuple[Point, ...], fill: str, colours: Colours) -> str:
    return element(
        "polygon",
        points=points(corners),
        fill=fill,
        stroke=colours.line,
        stroke_width=0.9,
        stroke_linejoin="round",
    )


def _cells(placed: Placed, colours: Colours) -> Iterator[str]:
    """Lines between the numbers of a short vector."""
    number, solid = placed.step.shape[0], placed.solid
    if not is_bar(placed.step.shape) or number > _CELLS:
        return
    for place in range(1, number):
        if solid.down:
            x = solid.x + solid.width * place / number
            yield _line(((x, solid.y), (x, solid.bottom)), colours.line, 0.6)
        else:
            y = solid.y + solid.height * place / number
            yield _line(((solid.x, y), (solid.right, y)), colours.line, 0.6)


def link(made: Link, colours: Colours) -> str:
    """The kernel's window and the lines from it; full connections; an arrow."""
    colour = colours.kernel if made.kind in ("kernel", "whole") else colours.line
    window = [_window(made.window, colour)] if made.window else []
    hidden = [_line(line, colour, 0.7, stroke_dasharray="2 2", stroke_opacity=0.6) for line in made.inside]
    lines = [*hidden, *(_line(line, colour, 0.8) for line in made.lines)]
    arrow = _arrow(made.arrow, colours.line) if made.arrow else ()
    return element("g", *window, *lines, *arrow, class_=f"link {made.kind}", id=f"link{made.step}")


def _window(corners: tuple[Point, ...], colour: str) -> str:
    return element(
        "polygon",
        points=points(corners),
        fill=colour,
        fill_opacity=0.3,
        stroke=colour,
        stroke_width=1.1,
        stroke_linejoin="round",
    )


def arc(made: Arc, names: Sequence[str], colours: Colours) -> str:
    """A connection that passes over boxes, or one end of it."""
    told = title(f"{', '.join(names[t] for t in made.tails)} \N{RIGHTWARDS ARROW} {names[made.head]}")
    ends = _arrow(made.line, colours.line) if made.arrow else (_line(made.line, colours.line, 1.1),)
    tag = [_pill(made.tag, colours)] if made.tag else []
    tails = " ".join(f"step{tail}" for tail in made.tails)
    return element("g", told, *ends, *tag, class_="skip", data_from=tails, data_to=f"step{made.head}")


def _pill(tag: Tag, colours: Colours) -> str:
    room = tag.room
    return element(
        "rect",
        x=room.left,
        y=room.top,
        width=room.right - room.left,
        height=room.bottom - room.top,
        rx=TAG_RADIUS,
        fill=colours.page,
        stroke=colours.line,
        stroke_width=0.9,
    )


def _line(corners: tuple[Point, ...], colour: str, width: float, **more: str | float) -> str:
    return element("path", d=path(corners, _ROUND), fill="none", stroke=colour, stroke_width=width, **more)


def _arrow(corners: tuple[Point, ...], colour: str) -> tuple[str, str]:
    (from_x, from_y), (x, y) = corners[-2], corners[-1]
    length = ((x - from_x) ** 2 + (y - from_y) ** 2) ** 0.5 or 1.0
    along = ((x - from_x) / length, (y - from_y) / length)
    base = (x - along[0] * _HEAD, y - along[1] * _HEAD)
    sides = [(base[0] - s * along[1] * _HEAD_WIDTH, base[1] + s * along[0] * _HEAD_WIDTH) for s in (1, -1)]
    head = element("polygon", points=points([(x, y), *sides]), fill=colour)
    return _line((*corners[:-1], base), colour, 1.1), head
