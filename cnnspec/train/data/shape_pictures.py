"""Pictures of one coloured shape each, which follow from a seed and the picture's number."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from ..augment.draws import Draws
from ..imaging.engine import LUMA, Size, engine
from .pictures import ArrayPictures, Pictures, recoloured
from .shape_outlines import outline
from .targets import Targets

if TYPE_CHECKING:
    import numpy as np

HUES = {"red": 0.0, "yellow": 0.15, "green": 0.33, "cyan": 0.5, "blue": 0.64, "magenta": 0.84}
"""Colours by their place on the circle, 0 to 1."""
_JITTER = 0.025
_EPOCH = 2**32
"""What stands for the epoch in draws: none of a run, so that augmentation does not depend on what is in a picture."""
_FINER = 4
_IN_MEMORY = 256 * 2**20
_AT_ONCE = 1024
_PARAMETERS, _TEXTURE, _GRAIN = range(3)
_CONTRAST = 0.34
_TEXTURES = ((5, 0.05), (15, 0.025))


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is drawn: pictures of ``size`` with one of ``shapes`` each; ``by`` says what the class is."""

    size: Size
    shapes: tuple[str, ...]
    by: str
    noise: float
    seed: int

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of shapes, of colours, or of both: "red circle"."""
        if self.by == "shape":
            return self.shapes
        return tuple(HUES) if self.by == "color" else tuple(f"{c} {s}" for s in self.shapes for c in HUES)


@dataclass(frozen=True, slots=True, eq=False)
class Scenes:
    """What is in some pictures (B of them), in pixels and in brightness from 0 to 1.

    ``classes`` (B,) of int64, ``shapes`` (B,) numbers in ``Drawing.shapes``. ``centres`` (B, 2), x and y of the
    centre of area; ``radii`` (B,), from there to the furthest corner; ``turns`` (B,), degrees; ``boxes`` (B, 4).
    ``colours`` and ``backgrounds`` (B, 3); ``lights`` (B, 2), how much brighter one side of the picture is than
    its middle, to the right and below.
    """

    rows: np.ndarray
    classes: np.ndarray
    shapes: np.ndarray
    centres: np.ndarray
    radii: np.ndarray
    turns: np.ndarray
    boxes: np.ndarray
    colours: np.ndarray
    backgrounds: np.ndarray
    lights: np.ndarray


def scenes(drawing: Drawing, rows: np.ndarray) -> Scenes:
    """The pictures with the numbers ``rows``; each depends on its own number only."""
    import numpy as np

    u = Draws.of(drawing.seed, _EPOCH, rows).uniform(_PARAMETERS, 13).T
    classes = rows % len(drawing.classes)
    shapes, hues = _shapes(drawing, classes, u[0]), _hues(drawing, classes, u[1])
    radii = min(drawing.size) * (0.18 + 0.22 * u[2])
    turns = (u[3] * 360).astype(np.int64)
    extents = _extents(drawing, shapes, turns) * radii[:, None]
    centres, boxes = _placed(drawing.size, extents, u[4:6])
    colours = _from_hsv(hues, 0.7 + 0.3 * u[6], 0.75 + 0.25 * u[7])
    backgrounds = _backgrounds(colours, u[8:11])
    lights = (0.03 + 0.07 * u[11])[:, None] * _turns()[(u[12] * 360).astype(np.int64)]
    return Scenes(rows, classes, shapes, centres, radii, turns, boxes, colours, backgrounds, lights)


def _shapes(drawing: Drawing, classes: np.ndarray, u: np.ndarray) -> np.ndarray:
    """(B,) numbers in ``drawing.shapes``: any where the class is the colour."""
    import numpy as np

    if drawing.by == "color":
        return (u * len(drawing.shapes)).astype(np.int64)
    return classes // len(HUES) if drawing.by == "both" else classes


def _hues(drawing: Drawing, classes: np.ndarray, u: np.ndarray) -> np.ndarray:
    """(B,) hues, 0 to 1: any where the class is the shape, else near that of the colour."""
    import numpy as np

    if drawing.by == "shape":
        return u
    hues: np.ndarray = np.array(list(HUES.values()))[classes % len(HUES)] + _JITTER * (2 * u - 1)
    return hues


def _from_hsv(hue: np.ndarray, saturation: np.ndarray, value: np.ndarray) -> np.ndarray:
    """(B, 3) of red, green and blue."""
    import numpy as np

    places = (np.array([5.0, 3.0, 1.0]) + 6 * hue[:, None]) % 6
    rises = np.clip(np.minimum(places, 4 - places), 0, 1)
    colours: np.ndarray = value[:, None] * (1 - saturation[:, None] * rises)
    return colours


def _backgrounds(colours: np.ndarray, u: np.ndarray) -> np.ndarray:
    """(B, 3): of little colour, and darker or brighter than ``colours``, so that gray pictures show the shape too."""
    import numpy as np

    luma = (colours * np.array(LUMA)).sum(axis=1)
    darker, brighter = np.maximum(0, luma - _CONTRAST - 0.1), np.maximum(0, 0.95 - luma - _CONTRAST)
    place = u[0] * (darker + brighter)
    level = np.where(place < darker, 0.1 + place, luma + _CONTRAST + place - darker)
    tints = _from_hsv(u[1], np.ones_like(luma), np.ones_like(luma))
    tints -= (tints * np.array(LUMA)).sum(axis=1, keepdims=True)
    backgrounds: np.ndarray = level[:, None] + 0.2 * u[2][:, None] * tints
    return backgrounds


def _extents(drawing: Drawing, shapes: np.ndarray, turns: np.ndarray) -> np.ndarray:
    """(B, 4): left, top, right and bottom of shapes of radius 1, from their centres."""
    import numpy as np

    extents = np.empty((len(shapes), 4))
    for number, name in enumerate(drawing.shapes):
        chosen = shapes == number
        x, y = _turned(outline(name).corners, turns[chosen])
        extents[chosen] = np.stack([x.min(1), y.min(1), x.max(1), y.max(1)], axis=1)
    return extents


@cache
def _turns() -> np.ndarray:
    """(360, 2): cosine and sine of each degree, from a table so that they do not depend on NumPy's own."""
    import numpy as np

    return np.array([(math.cos(math.radians(k)), math.sin(math.radians(k))) for k in range(360)])


def _turned(corners: Any, turns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """x and y (B, V) of corners turned by ``turns`` (B,) degrees."""
    import numpy as np

    x, y = np.array(corners).T
    cosine, sine = _turns()[turns].T[:, :, None]
    return cosine * x - sine * y, sine * x + cosine * y


def _placed(size: Size, extents: np.ndarray, u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Centres (B, 2) anywhere that the whole shape is in the picture, and boxes (B, 4)."""
    import numpy as np

    room = np.array([size[1], size[0]]) - (extents[:, 2:] - extents[:, :2])
    centres = u.T * room - extents[:, :2]
    return centres, np.tile(centres, 2) + extents


def draw(drawing: Drawing, found: Scenes, place: int) -> np.ndarray:
    """Picture ``place`` of ``found``: (H, W, 3) of uint8."""
    import numpy as np

    height, width = drawing.size
    draws = Draws.of(drawing.seed, _EPOCH, found.rows[place : place + 1])
    image = found.backgrounds[place] + _texture(drawing.size, draws)[:, :, None]
    top, left, share = _coverage(drawing, found, place)
    region = image[top : top + share.shape[0], left : left + share.shape[1]]
    region += (found.colours[place] - region) * share[:, :, None]
    right, below = found.lights[place]
    light = right * np.linspace(-1, 1, width) + below * np.linspace(-1, 1, height)[:, None]
    if drawing.noise:
        grain = draws.uniform(_GRAIN, height * width).reshape(height, width) - 0.5
        light += drawing.noise * math.sqrt(12) * grain
    pixels: np.ndarray = np.rint(np.clip(image + light[:, :, None], 0, 1) * 255).astype(np.uint8)
    return pixels


def _texture(size: Size, draws: Draws) -> np.ndarray:
    """(H, W) around 0: clouds, coarse and fine."""
    import numpy as np
    from PIL import Image

    values = draws.uniform(_TEXTURE, sum(side**2 for side, _ in _TEXTURES))[0]
    texture, start = np.zeros(size), 0
    for side, amount in _TEXTURES:
        cells = (values[start : start + side**2] * 255).astype(np.uint8).reshape(side, side)
        clouds = Image.fromarray(cells).resize(size[::-1], Image.Resampling.BICUBIC)
        texture += amount * (np.asarray(clouds) / 127.5 - 1)
        start += side**2
    return texture


def _coverage(drawing: Drawing, found: Scenes, place: int) -> tuple[int, int, np.ndarray]:
    """Top and left of the rectangle of pixels that the shape touches, and the share of each that it covers."""
    import numpy as np
    from PIL import Image, ImageDraw

    height, width = drawing.size
    box = found.boxes[place]
    left, top = (max(0, math.floor(edge)) for edge in box[:2])
    right, bottom = min(width, math.ceil(box[2])), min(height, math.ceil(box[3]))
    figure = outline(drawing.shapes[found.shapes[place]])
    canvas = Image.new("L", ((right - left) * _FINER, (bottom - top) * _FINER))
    pen = ImageDraw.Draw(canvas)
    for corners, fill in ((figure.corners, 255), (figure.hole, 0)):
        if corners:
            x, y = _turned(corners, found.turns[place : place + 1])
            on_canvas = np.stack([x[0], y[0]], 1) * found.radii[place] + found.centres[place] - (left, top)
            pen.polygon((on_canvas * _FINER - 0.5).ravel().tolist(), fill=fill)
    return top, left, np.asarray(canvas.reduce(_FINER)) / 255


class ShapePictures:
    """Pictures that are drawn each time they are read."""

    on_demand = True

    def __init__(self, drawing: Drawing, count: int) -> None:
        import numpy as np

        self.drawing = drawing
        self.shapes: np.ndarray = np.broadcast_to(np.array([3, *drawing.size], np.int32), (count, 3))

    def __len__(self) -> int:
        return len(self.shapes)

    def read(self, index: int, mode: str, least: Size | None) -> Any:
        import numpy as np

        image = draw(self.drawing, scenes(self.drawing, np.array([index])), 0)
        return engine().image(recoloured(image[None], mode)[0])

    def name(self, index: int) -> str:
        return f"shape {index}"


def _all_scenes(drawing: Drawing, count: int) -> Iterator[Scenes]:
    """What is in all pictures, some at a time."""
    import numpy as np

    for start in range(0, count, _AT_ONCE):
        yield scenes(drawing, np.arange(start, min(start + _AT_ONCE, count)))


def targets(drawing: Drawing, count: int) -> Targets:
    """Classes, boxes within the pictures, and centres as points (N, 1, 2)."""
    import numpy as np

    found = list(_all_scenes(drawing, count))
    boxes = np.concatenate([each.boxes for each in found]).astype(np.float32)
    centres = np.concatenate([each.centres for each in found]).astype(np.float32)
    height, width = drawing.size
    return Targets(
        classes=np.concatenate([each.classes for each in found]),
        boxes=np.clip(boxes, 0, np.array([width, height, width, height], np.float32)),
        points=centres[:, None],
    )


def pictures(drawing: Drawing, count: int) -> Pictures:
    """In memory where they are small."""
    import numpy as np

    height, width = drawing.size
    if count * height * width * 3 > _IN_MEMORY:
        return ShapePictures(drawing, count)
    pixels, place = np.empty((count, height, width, 3), np.uint8), 0
    for some in _all_scenes(drawing, count):
        for number in range(len(some.rows)):
            pixels[place] = draw(drawing, some, number)
            place += 1
    return ArrayPictures(pixels, "shape", "the images of 'shapes'")
