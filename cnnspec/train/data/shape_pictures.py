"""Pictures of coloured shapes, drawn from what is in them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..imaging.engine import Size, engine
from .pictures import ArrayPictures, Pictures, recoloured
from .shape_draws import GRAIN, TEXTURE, draws
from .shape_outlines import outline
from .shape_places import turned
from .shape_scenes import Drawing, Figures, Scenes, areas, scenes
from .targets import Targets

if TYPE_CHECKING:
    import numpy as np

    from ..augment.draws import Draws

_FINER = 4
_IN_MEMORY = 256 * 2**20
_AT_ONCE = 1024
_TEXTURES = ((5, 0.05), (15, 0.025))


def draw(drawing: Drawing, found: Scenes, place: int) -> np.ndarray:
    """Picture ``place`` of ``found``: (H, W, 3) of uint8."""
    import numpy as np

    height, width = drawing.size
    drawn = draws(drawing.seed, found.rows[place : place + 1])
    image = found.backgrounds[place] + _texture(drawing.size, drawn)[:, :, None]
    for number in range(*found.starts[place : place + 2]):
        top, left, share = _coverage(drawing, found.figures, number)
        region = image[top : top + share.shape[0], left : left + share.shape[1]]
        region += (found.figures.colours[number] - region) * share[:, :, None]
    right, below = found.lights[place]
    light = right * np.linspace(-1, 1, width) + below * np.linspace(-1, 1, height)[:, None]
    if drawing.noise:
        grain = drawn.uniform(GRAIN, height * width).reshape(height, width) - 0.5
        light += drawing.noise * math.sqrt(12) * grain
    pixels: np.ndarray = np.rint(np.clip(image + light[:, :, None], 0, 1) * 255).astype(np.uint8)
    return pixels


def _texture(size: Size, drawn: Draws) -> np.ndarray:
    """(H, W) around 0: clouds, coarse and fine."""
    import numpy as np
    from PIL import Image

    values = drawn.uniform(TEXTURE, sum(side**2 for side, _ in _TEXTURES))[0]
    texture, start = np.zeros(size), 0
    for side, amount in _TEXTURES:
        cells = (values[start : start + side**2] * 255).astype(np.uint8).reshape(side, side)
        clouds = Image.fromarray(cells).resize(size[::-1], Image.Resampling.BICUBIC)
        texture += amount * (np.asarray(clouds) / 127.5 - 1)
        start += side**2
    return texture


def _coverage(drawing: Drawing, figures: Figures, number: int) -> tuple[int, int, np.ndarray]:
    """Top and left of the rectangle of pixels that a shape touches, and the share of each that it covers."""
    import numpy as np
    from PIL import Image, ImageDraw

    height, width = drawing.size
    box = figures.boxes[number]
    left, top = (max(0, math.floor(edge)) for edge in box[:2])
    right, bottom = min(width, math.ceil(box[2])), min(height, math.ceil(box[3]))
    figure = outline(drawing.shapes[figures.shapes[number]])
    canvas = Image.new("L", ((right - left) * _FINER, (bottom - top) * _FINER))
    pen = ImageDraw.Draw(canvas)
    for corners, fill in ((figure.corners, 255), (figure.hole, 0)):
        if corners:
            x, y = turned(corners, figures.turns[number : number + 1])
            on_canvas = np.stack([x[0], y[0]], 1) * figures.radii[number] + figures.centres[number]
            pen.polygon(((on_canvas - (left, top)) * _FINER - 0.5).ravel().tolist(), fill=fill)
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
    """Labels where there may be several shapes in a picture. Else classes, areas as numbers (N, 1), boxes within the
    pictures, and centres as points (N, 1, 2)."""
    import numpy as np

    if drawing.objects > 1:
        labels = [_labels(drawing, each) for each in _all_scenes(drawing, count)]
        return Targets(labels=np.concatenate(labels))
    found = [each.figures for each in _all_scenes(drawing, count)]
    boxes = np.concatenate([each.boxes for each in found]).astype(np.float32)
    centres = np.concatenate([each.centres for each in found]).astype(np.float32)
    height, width = drawing.size
    return Targets(
        classes=np.concatenate([each.classes for each in found]),
        numbers=np.concatenate([areas(drawing, each) for each in found]).astype(np.float32)[:, None],
        boxes=np.clip(boxes, 0, np.array([width, height, width, height], np.float32)),
        points=centres[:, None],
    )


def _labels(drawing: Drawing, found: Scenes) -> np.ndarray:
    """(B, K) of uint8: 1 where a shape of class K is in the picture."""
    import numpy as np

    labels = np.zeros((len(found.rows), len(drawing.classes)), np.uint8)
    labels[found.pictures, found.figures.classes] = 1
    return labels


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
