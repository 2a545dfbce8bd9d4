"""What is in generated pictures: it follows from a seed and each picture's number."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from ..imaging.engine import Size
from . import shape_places as places
from .shape_colours import HUES, behind, behind_all, near, vivid
from .shape_draws import FIGURES, PARAMETERS, PLACES, SURROUNDINGS, draws
from .shape_outlines import outline
from .shape_shares import order

if TYPE_CHECKING:
    import numpy as np

    from ..augment.draws import Draws

_LEVELS = 12
_TRIES = 64
_FEW = 4
"""Of more shapes than these in a picture, the largest are smaller, so that there is room for all."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is drawn: pictures of ``size`` with up to ``objects`` of ``shapes`` each; ``by`` says what a class is.

    ``counts`` are the pictures of each class; none where all come equally often.
    """

    size: Size
    shapes: tuple[str, ...]
    by: str
    noise: float
    seed: int
    objects: int = 1
    counts: tuple[int, ...] = ()

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of shapes, of colours, or of both: "red circle"."""
        if self.by == "shape":
            return self.shapes
        return tuple(HUES) if self.by == "color" else tuple(f"{c} {s}" for s in self.shapes for c in HUES)


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """The shapes of some pictures (F of them), in pixels and in brightness from 0 to 1.

    ``classes`` (F,) of int64, ``shapes`` (F,) numbers in ``Drawing.shapes``. ``centres`` (F, 2), x and y of the
    centre of area; ``radii`` (F,), from there to the furthest corner; ``turns`` (F,), degrees; ``boxes`` (F, 4);
    ``colours`` (F, 3).
    """

    classes: np.ndarray
    shapes: np.ndarray
    centres: np.ndarray
    radii: np.ndarray
    turns: np.ndarray
    boxes: np.ndarray
    colours: np.ndarray

    def __getitem__(self, chosen: np.ndarray) -> Figures:
        return Figures(*(getattr(self, f.name)[chosen] for f in fields(self)))


@dataclass(frozen=True, slots=True, eq=False)
class Scenes:
    """What is in some pictures (B of them): figures ``starts[i]`` up to ``starts[i + 1]`` are in picture i.

    Later figures cover earlier ones. ``backgrounds`` (B, 3); ``lights`` (B, 2), how much brighter one side of
    the picture is than its middle, to the right and below.
    """

    rows: np.ndarray
    starts: np.ndarray
    figures: Figures
    backgrounds: np.ndarray
    lights: np.ndarray

    @property
    def pictures(self) -> np.ndarray:
        """(F,): the place of the picture that each figure is in."""
        import numpy as np

        return np.repeat(np.arange(len(self.rows)), np.diff(self.starts))


def scenes(drawing: Drawing, rows: np.ndarray) -> Scenes:
    """The pictures with the numbers ``rows``; each depends on its own number only."""
    return _singles(drawing, rows) if drawing.objects == 1 else _groups(drawing, rows)


def areas(drawing: Drawing, figures: Figures) -> np.ndarray:
    """(F,): the share of the picture that each shape covers, in percent."""
    import numpy as np

    height, width = drawing.size
    units = np.array([outline(name).area for name in drawing.shapes])
    percent: np.ndarray = 100 * units[figures.shapes] * figures.radii**2 / (height * width)
    return percent


def _singles(drawing: Drawing, rows: np.ndarray) -> Scenes:
    """Pictures of one shape."""
    import numpy as np

    u = draws(drawing.seed, rows).uniform(PARAMETERS, 13).T
    classes = _classes(drawing, rows)
    radii = min(drawing.size) * (0.18 + 0.22 * u[2])
    shapes, turns, colours, extents = _looks(drawing, classes, u[[0, 1, 3, 6, 7]])
    extents *= radii[:, None]
    centres = places.anywhere(drawing.size, extents, u[4:6].T)
    figures = Figures(classes, shapes, centres, radii, turns, np.tile(centres, 2) + extents, colours)
    starts = np.arange(len(rows) + 1)
    return Scenes(rows, starts, figures, behind(colours, u[8:11]), _lights(u[11:13]))


def _groups(drawing: Drawing, rows: np.ndarray) -> Scenes:
    """Pictures of one or several shapes."""
    import numpy as np

    most, drawn = drawing.objects, draws(drawing.seed, rows)
    u = drawn.uniform(SURROUNDINGS, 3 + _LEVELS + 2).T
    counts = 1 + (u[0] * most).astype(np.int64)
    there = np.arange(most) < counts[:, None]
    figures = _crowd(drawing, drawn, counts)
    backgrounds = behind_all(figures.colours.reshape(-1, most, 3), there, u[3:])
    starts = np.concatenate([[0], np.cumsum(counts)])
    return Scenes(rows, starts, figures[there.ravel()], backgrounds, _lights(u[1:3]))


def _crowd(drawing: Drawing, drawn: Draws, counts: np.ndarray) -> Figures:
    """As many shapes for every picture as there may be; the first ``counts`` of each are those that it has."""
    import numpy as np

    most = drawing.objects
    u = drawn.uniform(FIGURES, most * 7).reshape(-1, 7).T
    classes = (u[0] * len(drawing.classes)).astype(np.int64)
    radii = _radii(drawing.size, counts, u[1].reshape(-1, most))
    shapes, turns, colours, extents = _looks(drawing, classes, u[2:])
    extents *= radii.reshape(-1, 1)
    tries = drawn.uniform(PLACES, most * _TRIES * 2).reshape(-1, most, _TRIES, 2)
    centres = places.apart(drawing.size, extents.reshape(-1, most, 4), radii, tries).reshape(-1, 2)
    boxes = np.tile(centres, 2) + extents
    return Figures(classes, shapes, centres, radii.ravel(), turns, boxes, colours)


def _classes(drawing: Drawing, rows: np.ndarray) -> np.ndarray:
    """(B,) of int64: the class of each picture of one shape."""
    import numpy as np

    if not drawing.counts:
        return rows % len(drawing.classes)
    classes: np.ndarray = order(drawing.counts, drawing.seed)[rows].astype(np.int64)
    return classes


def _looks(
    drawing: Drawing, classes: np.ndarray, u: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Shapes, turns and colours of figures, and where their edges are at a radius of 1; ``u`` (5, F)."""
    import numpy as np

    shapes = _shapes(drawing, classes, u[0])
    turns = (u[2] * 360).astype(np.int64)
    colours = vivid(_hues(drawing, classes, u[1]), u[3:])
    return shapes, turns, colours, places.extents(drawing.shapes, shapes, turns)


def _shapes(drawing: Drawing, classes: np.ndarray, u: np.ndarray) -> np.ndarray:
    """(F,) numbers in ``drawing.shapes``: any where the class is the colour."""
    import numpy as np

    if drawing.by == "color":
        return (u * len(drawing.shapes)).astype(np.int64)
    return classes // len(HUES) if drawing.by == "both" else classes


def _hues(drawing: Drawing, classes: np.ndarray, u: np.ndarray) -> np.ndarray:
    """(F,) hues, 0 to 1: any where the class is the shape, else near that of the colour."""
    return u if drawing.by == "shape" else near(classes % len(HUES), u)


def _radii(size: Size, counts: np.ndarray, u: np.ndarray) -> np.ndarray:
    """(B, O) radii of up to O shapes in a picture."""
    import numpy as np

    spread = 0.1 * np.minimum(1, _FEW / counts) ** 2
    radii: np.ndarray = min(size) * (0.1 + spread[:, None] * u)
    return radii


def _lights(u: np.ndarray) -> np.ndarray:
    """(B, 2): from any side; ``u`` (2, B)."""
    import numpy as np

    lights: np.ndarray = (0.03 + 0.07 * u[0])[:, None] * places.unit_circle()[(u[1] * 360).astype(np.int64)]
    return lights
