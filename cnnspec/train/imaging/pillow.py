"""The engine that is always there. An image is a tuple of Pillow's: one of RGB or gray, or one a channel."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageStat

from .engine import Box, Size
from .headers import Header, broken_images, coloured, opened, upright

if TYPE_CHECKING:
    from collections.abc import Callable

Planes = tuple[Image.Image, ...]
_RESAMPLING = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
}


class Pillow:
    """Pillow's own arithmetic, which is also that of torchvision's transforms on Pillow images."""

    name = "pillow"

    def decode(self, data: bytes, header: Header, mode: str, least: Size | None) -> Planes:
        with broken_images(), opened(io.BytesIO(data)) as image:
            if least is not None:
                height, width = least if header.turn < 5 else least[::-1]
                image.draft(None, (width, height))
            image.load()
            return _planes(coloured(upright(image, header.turn), mode))

    def image(self, array: np.ndarray) -> Planes:
        if array.shape[2] == 3:
            return (Image.fromarray(np.ascontiguousarray(array)),)
        return tuple(Image.fromarray(np.ascontiguousarray(array[:, :, c])) for c in range(array.shape[2]))

    def array(self, image: Planes) -> np.ndarray:
        arrays = [np.asarray(plane) for plane in image]
        if len(arrays) > 1:
            return np.stack(arrays, axis=2)
        return arrays[0] if arrays[0].ndim == 3 else arrays[0][:, :, None]

    def size(self, image: Planes) -> Size:
        return image[0].height, image[0].width

    def scaled(self, image: Planes, box: Box, size: Size, interpolation: str) -> Planes:
        resampling, (height, width) = _RESAMPLING[interpolation], size
        return _each(image, lambda plane: plane.resize((width, height), resampling, box))

    def placed(self, image: Planes, left: int, top: int, size: Size, fill: int) -> Planes:
        height, width = size
        inside = left <= 0 and top <= 0 and left + image[0].width >= width and top + image[0].height >= height
        if inside:
            return _each(image, lambda plane: plane.crop((-left, -top, width - left, height - top)))

        def on_canvas(plane: Image.Image) -> Image.Image:
            canvas = Image.new(plane.mode, (width, height), _colour(plane, fill))
            canvas.paste(plane, (left, top))
            return canvas

        return _each(image, on_canvas)

    def flipped(self, image: Planes, horizontally: bool, vertically: bool) -> Planes:
        turns = [Image.Transpose.FLIP_LEFT_RIGHT] if horizontally else []
        turns += [Image.Transpose.FLIP_TOP_BOTTOM] if vertically else []
        for turn in turns:
            image = tuple(plane.transpose(turn) for plane in image)
        return image

    def warped(self, image: Planes, matrix: np.ndarray, size: Size, fill: int, interpolation: str) -> Planes:
        data, (height, width) = tuple(map(float, matrix.ravel())), size
        return _each(
            image,
            lambda plane: plane.transform(
                (width, height),
                Image.Transform.AFFINE,
                data,
                _RESAMPLING[interpolation],
                fillcolor=_colour(plane, fill),
            ),
        )

    def mapped(self, image: Planes, table: np.ndarray) -> Planes:
        entries = table.tolist()
        return _each(image, lambda plane: plane.point(entries * len(plane.getbands())))

    def mixed(self, image: Planes, matrix: np.ndarray) -> Planes:
        rows = tuple(float(v) for row in matrix for v in (*row, 0.0))
        return (image[0].convert("RGB", rows),)

    def mean_gray(self, image: Planes) -> float:
        return float(ImageStat.Stat(image[0].convert("L")).mean[0])

    def hue_shifted(self, image: Planes, shift: int) -> Planes:
        hue, saturation, value = image[0].convert("HSV").split()
        turned = hue.point([(h + shift) % 256 for h in range(256)])
        return (Image.merge("HSV", (turned, saturation, value)).convert("RGB"),)


def _planes(image: Image.Image) -> Planes:
    return (image,) if image.mode in ("L", "RGB") else image.split()


def _each(image: Planes, change: Callable[[Any], Image.Image]) -> Planes:
    return tuple(change(plane) for plane in image)


def _colour(plane: Image.Image, fill: int) -> int | tuple[int, ...]:
    return (fill,) * 3 if plane.mode == "RGB" else fill
