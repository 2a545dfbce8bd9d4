"""The numbers beside the boxes and kernels, placed where they hide nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from .arcs import Arc
from .layout import SMALL, Layout, Placed, echoed, seen
from .links import Link, covered
from .measure import ASCENT, Font
from .notes import Anchor, Note
from .scale import is_bar
from .solid import Rect

_ITALIC = Font(SMALL.size, italic=True)
_AROUND = 2.5
"""Half the width of an arrow, which text keeps from lines."""
_STEPS_AWAY = 14
_STEPS_DOWN = 3
"""Where the flow goes down, a number that is further below its box is another's, or what leads to the next one."""


def notes_of(
    layout: Layout, links: Sequence[Link], arcs: Sequence[Arc], taken: Iterable[Rect]
) -> tuple[Note, ...]:
    """Sizes of all boxes and kernels; ``taken`` is what they must not lie on: other texts, tags."""
    texts = list(taken)
    solids = [part for placed in layout.placed for part in _parts(placed)]
    drawn = [line for link in links for line in (*link.lines, link.arrow)] + [arc.line for arc in arcs]
    lines = [room.grown(_AROUND) for line in drawn for room in covered(line)]
    found: list[Note] = []
    by_head = {link.step: link for link in links}
    for placed in layout.placed:
        wishes = list(_sizes(placed))
        if placed.step.number in by_head:
            wishes += _beside(placed, by_head[placed.step.number])
        if placed.step.dense:
            wishes += [_at_end(placed, arc) for arc in arcs if arc.head == placed.step.number]
        for wish in wishes:
            places = list(wish)
            note = _free(places, texts, solids, () if places[0].kind == "dense" else lines)
            found.append(note)
            texts.append(note.extent)
    return tuple(found)


def _parts(placed: Placed) -> Iterator[Rect]:
    for solid in (placed.solid, *echoed(placed)):
        yield from solid.parts()


def _free(places: list[Note], texts: Sequence[Rect], solids: Sequence[Rect], lines: Sequence[Rect]) -> Note:
    """The first place that hides nothing; else the first that hides no box, or no text; at last, one that is moved."""
    for others in (chain(texts, solids, lines), chain(texts, solids), texts):
        obstacles = list(others)
        for note in places:
            extent = note.extent.grown(0.5)
            if not any(extent.meets(other) for other in obstacles):
                return note
    note = places[-1]
    while any(note.extent.grown(0.5).meets(other) for other in texts):
        note = note.moved(0, -4)
    return note


def _sizes(placed: Placed) -> Iterator[Iterator[Note]]:
    """For each number of a box the places where it may stand, the best one first."""
    shape, solid = placed.step.shape, placed.solid
    if is_bar(shape):
        yield _left(placed, placed.step.channels) if solid.down else _under(placed, placed.step.channels)
        return
    under, left = (
        (str(shape[2]), placed.step.channels) if solid.down else (placed.step.channels, str(shape[1]))
    )
    yield _under(placed, under)
    yield _left(placed, left)
    yield _slanted(placed, str(shape[1] if solid.down else shape[2]))


def _note(placed: Placed, text: str, x: float, y: float, anchor: Anchor) -> Note:
    return Note("size", (text,), SMALL, (x, y), anchor, placed.step.number, plate=True)


def _under(placed: Placed, text: str) -> Iterator[Note]:
    solid = placed.solid
    y = seen(solid, placed.step).bottom + 11
    yield _note(placed, text, solid.x + solid.width / 2, y, "middle")
    yield _note(placed, text, solid.x, y, "start")
    yield _note(placed, text, solid.right, y, "end")
    yield _note(placed, text, solid.x, y, "end")
    for away in range(1, _STEPS_DOWN if solid.down else _STEPS_AWAY):
        yield _note(placed, text, solid.x + solid.width / 2, y + 3 * away, "middle")


def _left(placed: Placed, text: str) -> Iterator[Note]:
    solid = placed.solid
    x, y = solid.x - 4, (solid.y + solid.bottom) / 2 + SMALL.size * 0.36
    for away in (0.0, 0.22, -0.22, 0.36, -0.36, 0.46, -0.46):
        yield _note(placed, text, x, y + away * solid.height, "end")
    for away in range(1, _STEPS_AWAY):
        yield _note(placed, text, x, y - 4 * away, "end")
        yield _note(placed, text, x, y + 4 * away, "end")


def _slanted(placed: Placed, text: str) -> Iterator[Note]:
    """Along the edge that leads to the back, at the lower right."""
    solid = placed.solid
    room = seen(solid, placed.step)
    beyond = room.right - solid.bounds.right
    for share in (0.5, 0.35, 0.65, 0.2, 0.8):
        x, y = solid.right + share * solid.shift + beyond, room.bottom - share * solid.shift
        yield _note(placed, text, x + 3, y + SMALL.size * 0.9, "start")
    for away in range(_STEPS_DOWN if solid.down else _STEPS_AWAY):
        yield _note(
            placed, text, solid.right + solid.shift / 2 + 3 + beyond, room.bottom + 8 + 3 * away, "start"
        )


def _beside(placed: Placed, link: Link) -> Iterator[Iterator[Note]]:
    step = placed.step
    if link.kind == "dense":
        yield _along(placed, link, ("dense",), _ITALIC)
    elif step.kernel and step.kernel.texts:
        yield _along(placed, link, step.kernel.texts, SMALL)


def _along(placed: Placed, link: Link, lines: tuple[str, ...], font: Font) -> Iterator[Note]:
    """Over the middle of a link between two boxes, or under it; beside it where the flow goes down."""
    x, y = link.middle
    tall = font.leading * (len(lines) - 1)
    for away in range(_STEPS_AWAY):
        by = 4.0 * away
        spots: list[tuple[float, float, Anchor]]
        if link.kind == "dense":
            spots = [(x, y + 3.5 + by * sign, "middle") for sign in (-1, 1)]
        elif placed.solid.down:
            middle = y + font.size * 0.36 - tall / 2
            spots = [(x + 10 + by, middle, "start"), (x - 10 - by, middle, "end")]
        else:
            spots = [(x, y - 8 - tall - by, "middle"), (x, y + 8 + font.size * ASCENT + by, "middle")]
        for left, baseline, anchor in spots:
            yield Note(link.kind, lines, font, (left, baseline), anchor, placed.step.number, plate=True)


def _at_end(placed: Placed, arc: Arc) -> Iterator[Note]:
    """What an arc says that leads to a layer that is fully connected: beside its end."""
    x, y = arc.line[-1]
    spots: list[tuple[float, float, Anchor]]
    for away in range(_STEPS_AWAY):
        if placed.solid.down:
            spots = [(x - 8 - 4 * away, y + by, "end") for by in (-5.0, 5.0 + _ITALIC.size * ASCENT)]
        else:
            spots = [(x + 6, y - 8 - 4 * away, "start"), (x - 6, y - 8 - 4 * away, "end")]
        for left, baseline, anchor in spots:
            yield Note("dense", ("dense",), _ITALIC, (left, baseline), anchor, placed.step.number, plate=True)
