"""The whole document put together."""

from __future__ import annotations

from collections.abc import Iterator

from ....ir import Graph
from .arcs import TAG, Arc, Tag, arcs_of
from .bodies import arc, body, link
from .colours import Colours
from .heading import Part, heading, legend
from .layout import Layout, Placed
from .links import links_of
from .notes import Note
from .sizes import notes_of
from .solid import Rect
from .svg import element, number, title

_FONTS = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"
_NARROWEST = 440.0
_BELOW = 20.0


def page(graph: Graph, layout: Layout, colours: Colours) -> str:
    """One SVG document with nothing outside itself; the size in pixels."""
    links, arcs = links_of(layout), arcs_of(layout)
    captions = [note for placed in layout.placed for note in _caption(placed)]
    tags = [_tag(a, a.tag) for a in arcs if a.tag]
    fixed = [*captions, *tags]
    taken = [note.extent for note in fixed] + [a.tag.room for a in arcs if a.tag]
    notes = [*fixed, *notes_of(layout, links, arcs, taken)]
    reach = _reach(layout, [note.extent for note in notes] + [a.tag.room for a in arcs if a.tag])
    width = max(reach.right - min(reach.left, 0.0), _NARROWEST)
    above = heading(graph, width)
    below = legend(graph, [placed.step for placed in layout.placed], width, colours)
    left, top = -min(reach.left, 0.0), above.height - min(reach.top, 0.0)
    end = top + reach.bottom + _BELOW
    height = end + below.height
    names = [placed.step.name for placed in layout.placed]
    drawn = [
        *(arc(a, names, colours) for a in arcs),
        *(body(placed, colours) for placed in layout.placed),
        *(link(made, colours) for made in links),
        *_texts(layout, notes, colours),
    ]
    inside = (
        title(graph.name),
        element("rect", class_="page", width=width, height=height, fill=colours.page),
        _part("heading", above, 0, colours),
        element("g", *drawn, class_="network", transform=f"translate({number(left)} {number(top)})"),
        _part("legend", below, end, colours),
    )
    return _document(inside, width, height)


def _document(inside: tuple[str, ...], width: float, height: float) -> str:
    svg = element(
        "svg",
        *inside,
        xmlns="http://www.w3.org/2000/svg",
        width=width,
        height=height,
        viewBox=f"0 0 {number(width)} {number(height)}",
        font_family=_FONTS,
        role="img",
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{svg}\n'


def _part(kind: str, part: Part, y: float, colours: Colours) -> str:
    texts = [note.drawn(colours.text, colours.page) for note in part.notes]
    return element("g", *part.elements, *texts, class_=kind, transform=f"translate(0 {number(y)})")


def _caption(placed: Placed) -> Iterator[Note]:
    x, y = placed.at
    for row, (line, font) in enumerate(placed.caption.lines):
        if row:
            y += font.leading
        yield Note("name" if font.bold else "words", (line,), font, (x, y), placed.anchor, placed.step.number)


def _tag(arc: Arc, tag: Tag) -> Note:
    step = arc.head if arc.arrow else arc.tails[0]
    return Note("tag", (tag.text,), TAG, (tag.at[0], tag.at[1] + TAG.size * 0.36), "middle", step)


def _reach(layout: Layout, rooms: list[Rect]) -> Rect:
    extents = [Rect(0, 0, layout.width, layout.height), *rooms]
    return Rect(
        min(e.left for e in extents),
        min(e.top for e in extents),
        max(e.right for e in extents),
        max(e.bottom for e in extents),
    )


def _texts(layout: Layout, notes: list[Note], colours: Colours) -> Iterator[str]:
    for placed in layout.placed:
        step = placed.step
        own = [note.drawn(colours.text, colours.page) for note in notes if note.step == step.number]
        yield element("g", title(step.tip), *own, class_="label", id=f"label{step.number}")
