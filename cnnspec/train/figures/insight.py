"""Filters, feature maps and occlusion maps as pictures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ...backends.palette import FAINT
from .style import POINTS, SMALL, WIDE, new_figure, png, styled
from .text import shortened

if TYPE_CHECKING:
    import numpy as np

    from ..insight import Filters, Maps, Occlusion

_FILTERS = 64
_COLUMNS = 8
_CHANNELS = 16
_GAP = 0.06


def filters_figure(filters: Filters) -> bytes:
    """The first 64 filters, in colour where they look at three channels, else the mean over the channels in grey."""
    with styled():
        weights = filters.weights[:_FILTERS]
        colour = weights.shape[1] == 3
        rows = math.ceil(len(weights) / _COLUMNS)
        figure = new_figure(WIDE, WIDE / _COLUMNS * rows + 0.4)
        figure.suptitle(
            shortened(
                f"{filters.layer}: {len(weights)} of {len(filters.weights)} filters", POINTS - 20, SMALL
            ),
            fontsize=SMALL,
        )
        for place, weight in enumerate(weights):
            axes = _cell(figure, rows, _COLUMNS, place)
            image = _stretched(weight).transpose(1, 2, 0) if colour else _stretched(weight.mean(0))
            axes.imshow(image, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
        return png(figure)


def maps_figure(image: np.ndarray, name: str, maps: Sequence[Maps]) -> bytes:
    """The image, then for each layer the channels that differ most from place to place, each in its own range."""
    with styled():
        figure = new_figure(WIDE, 1.0 + len(maps) * (2 * WIDE / _COLUMNS + 0.35))
        heights = [1.0, *([2 * WIDE / _COLUMNS + 0.35] * len(maps))]
        made: Any = figure.subfigures(1 + len(maps), 1, squeeze=False, height_ratios=heights)
        parts = list(made.flat)
        _titled(parts[0], name)
        show_image(_bare(parts[0].subplots()), image)
        for part, found in zip(parts[1:], maps, strict=True):
            _titled(
                part,
                f"{found.layer}: {len(_liveliest(found.values))} of {len(found.values)} channels, {_size(found.values)}",
            )
            for place, channel in enumerate(_liveliest(found.values)):
                axes = _cell(part, 2, _COLUMNS, place)
                axes.imshow(_stretched(channel), cmap="viridis", vmin=0, vmax=1, interpolation="nearest")
        return png(figure)


def occlusion_figure(seen: Sequence[tuple[np.ndarray, str, Occlusion]]) -> bytes:
    """Each image beside itself with the map laid over it: an image, its name, and what was found."""
    import numpy as np
    from matplotlib.ticker import MaxNLocator

    with styled():
        most = max(float(np.abs(found.heat).max()) for _, _, found in seen) or 1.0
        one_sided = all(found.heat.min() >= 0 for _, _, found in seen)
        colours, least = ("Reds", 0.0) if one_sided else ("RdBu_r", -most)
        columns = min(2, len(seen))
        rows = math.ceil(len(seen) / columns)
        figure = new_figure(WIDE, rows * (WIDE / 4 + 0.55) + 0.5)
        grid = figure.subplots(rows, 2 * columns, squeeze=False)
        for axes in grid.flat:
            _bare(axes)
            axes.set_visible(False)
        drawn = None
        for place, (image, name, found) in enumerate(seen):
            row, column = divmod(place, columns)
            plain, laid = grid[row][2 * column], grid[row][2 * column + 1]
            show_image(plain, image)
            show_image(laid, image, faded=True)
            drawn = laid.imshow(
                found.heat, cmap=colours, vmin=least, vmax=most, alpha=0.65, interpolation="nearest"
            )
            plain.set_title(shortened(name, POINTS / 4 - 8, SMALL - 1), fontsize=SMALL - 1, color=FAINT)
            laid.set_title(
                shortened(f"{found.name} {found.value:.3g}", POINTS / 4 - 8, SMALL - 1), fontsize=SMALL - 1
            )
        if drawn is not None:
            bar = figure.colorbar(
                drawn,
                ax=grid,
                location="bottom",
                shrink=0.6,
                aspect=30,
                label=f"{seen[0][2].unit} where this is hidden",
            )
            bar.locator = MaxNLocator(5)
            bar.update_ticks()
        return png(figure)


def show_image(axes: Any, image: np.ndarray, faded: bool = False) -> None:
    """An image (H, W, C), of bytes or floats up to 1; ``faded`` to grey, so that colours can be laid over it."""
    axes.set_visible(True)
    scale = 255 if image.dtype.kind == "u" else 1
    pixels = image / scale
    if faded or pixels.shape[2] not in (3, 4):
        axes.imshow(pixels[..., :3].mean(2), cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    else:
        axes.imshow(pixels, interpolation="nearest")


def _liveliest(values: np.ndarray) -> np.ndarray:
    """The channels (C, H, W) of the greatest variance, greatest first."""
    order = (-values.reshape(len(values), -1).var(1)).argsort(kind="stable")
    found: np.ndarray = values[order[:_CHANNELS]]
    return found


def _stretched(values: np.ndarray) -> np.ndarray:
    """Brought to 0 … 1; 0.5 where all are equal."""
    low, high = float(values.min()), float(values.max())
    stretched: np.ndarray = (values - low) / (high - low) if high > low else values * 0 + 0.5
    return stretched


def _size(values: np.ndarray) -> str:
    return f"{values.shape[1]} x {values.shape[2]}"


def _titled(part: Any, text: str) -> None:
    part.suptitle(shortened(text, POINTS - 20, SMALL), fontsize=SMALL)


def _cell(figure: Any, rows: int, columns: int, place: int) -> Any:
    return _bare(figure.add_subplot(rows, columns, place + 1))


def _bare(axes: Any) -> Any:
    axes.set_xticks([])
    axes.set_yticks([])
    axes.grid(False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return axes
