"""Single images of a report, with what is marked on them, and sheets of them."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ...backends.palette import FAINT, GREEN, RED
from .insight import show_image
from .style import POINTS, SMALL, WIDE, headed, new_figure, png, styled
from .text import shortened

if TYPE_CHECKING:
    import numpy as np

    from ..page.cases import Case

MARKS = {"actual": GREEN, "predicted": RED}
_COLUMNS = 4


def case_image(case: Case, least: int) -> bytes:
    """The image as PNG, enlarged by a whole factor to about ``least`` pixels, with its boxes and points drawn on it."""
    from PIL import Image, ImageDraw

    pixels = case.pixels
    factor = max(1, round(least / max(pixels.shape[:2])))
    image = Image.fromarray(_colours(pixels)).resize(
        (pixels.shape[1] * factor, pixels.shape[0] * factor), Image.Resampling.NEAREST
    )
    pen = ImageDraw.Draw(image)
    for what, box in case.boxes:
        corners = [value * factor for value in _ordered(box)]
        pen.rectangle(corners, outline=MARKS[what], width=max(1, factor))
    for what, (x, y) in case.points:
        arm = 3 * factor
        pen.line([x * factor - arm, y * factor, x * factor + arm, y * factor], MARKS[what], max(1, factor))
        pen.line([x * factor, y * factor - arm, x * factor, y * factor + arm], MARKS[what], max(1, factor))
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


def cases_figure(title: str, cases: Sequence[Case]) -> bytes:
    """A sheet of images with their names and what is said of them."""
    with styled():
        rows = math.ceil(len(cases) / _COLUMNS)
        figure = new_figure(WIDE * 1.5, rows * (WIDE * 1.5 / _COLUMNS + 0.55) + 0.5)
        headed(figure, title)
        for place, case in enumerate(cases):
            axes = figure.add_subplot(rows, _COLUMNS, place + 1)
            _draw(axes, case)
        return png(figure)


def _draw(axes: Any, case: Case) -> None:
    show_image(axes, case.pixels)
    axes.set_autoscale_on(False)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.grid(False)
    room = POINTS * 1.5 / _COLUMNS - 10
    axes.set_title(shortened(case.name, room, SMALL - 1), fontsize=SMALL - 1, color=FAINT)
    axes.set_xlabel("\n".join(shortened(line, room, SMALL - 1) for line in case.lines), fontsize=SMALL - 1)
    for what, box in case.boxes:
        left, top, right, bottom = (value - 0.5 for value in _ordered(box))
        axes.plot(
            [left, right, right, left, left],
            [top, top, bottom, bottom, top],
            color=MARKS[what],
            linewidth=1.2,
        )
    for what, (x, y) in case.points:
        axes.plot([x - 0.5], [y - 0.5], marker="+", color=MARKS[what], markersize=7)


def _ordered(box: Sequence[float]) -> tuple[float, float, float, float]:
    """Left, top, right, bottom with no side crossed, as drawing takes it; a network may say anything."""
    left, top, right, bottom = box
    return min(left, right), min(top, bottom), max(left, right), max(top, bottom)


def _colours(pixels: np.ndarray) -> np.ndarray:
    """(H, W, 3) of uint8."""
    import numpy as np

    return pixels[..., :3] if pixels.shape[2] in (3, 4) else np.repeat(pixels[..., :1], 3, axis=2)
