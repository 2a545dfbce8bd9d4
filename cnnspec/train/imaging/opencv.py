"""The engine of the extra ``fast``: OpenCV, and simplejpeg where it is there too. An image is its array."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import cv2
import numpy as np

from .engine import Box, Size
from .headers import Header
from .pillow import Pillow

_INTERPOLATION = {"nearest": cv2.INTER_NEAREST, "bilinear": cv2.INTER_LINEAR}
_RESIZING = {"nearest": cv2.INTER_NEAREST_EXACT, "bilinear": cv2.INTER_LINEAR}
_SIMPLEJPEG = find_spec("simplejpeg") is not None
_PLANES = 4
"""So many channels at most are warped at once."""

# Images are spread over threads already; OpenCV's own would only be in each other's way.
cv2.setNumThreads(0)


class OpenCV:
    """Equal to Pillow's arithmetic within a few of 256 levels, and several times as fast."""

    name = "opencv"

    def __init__(self) -> None:
        self._pillow = Pillow()

    def decode(self, data: bytes, header: Header, mode: str, least: Size | None) -> np.ndarray:
        if _SIMPLEJPEG and header.jpeg:
            try:
                return self._jpeg(data, header, mode, least)
            except ValueError:  # cut short or odd: Pillow reads it, or says what is wrong
                pass
        return self._pillow.array(self._pillow.decode(data, header, mode, least))

    def _jpeg(self, data: bytes, header: Header, mode: str, least: Size | None) -> np.ndarray:
        import simplejpeg

        gray = header.shape[0] == 1 if mode == "as_is" else mode == "gray" and header.shape[0] == 1
        height, width = (least if header.turn < 5 else least[::-1]) if least else (0, 0)
        pixels = simplejpeg.decode_jpeg(
            data,
            colorspace="GRAY" if gray else "RGB",
            fastupsample=False,
            fastdct=False,
            min_height=height,
            min_width=width,
            min_factor=2,
        )
        if mode == "gray" and not gray:
            pixels = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)[:, :, None]
        return _upright(pixels, header.turn)

    def image(self, array: np.ndarray) -> np.ndarray:
        return np.ascontiguousarray(array)

    def array(self, image: np.ndarray) -> np.ndarray:
        return image

    def size(self, image: np.ndarray) -> Size:
        return image.shape[0], image.shape[1]

    def scaled(self, image: np.ndarray, box: Box, size: Size, interpolation: str) -> np.ndarray:
        left, top, right, bottom = box
        tall, wide = (bottom - top) / size[0], (right - left) / size[1]
        if interpolation == "bicubic" or (max(tall, wide) > 1.0 and interpolation != "nearest"):
            return self._by_pillow(image, box, size, interpolation)
        if box == (0, 0, image.shape[1], image.shape[0]):
            return _whole(cv2.resize(image, size[::-1], interpolation=_RESIZING[interpolation]))
        matrix = np.array([[wide, 0, left], [0, tall, top]])
        return self._warped(image, matrix, size, 0, interpolation, cv2.BORDER_REPLICATE)

    def _by_pillow(self, image: np.ndarray, box: Box, size: Size, interpolation: str) -> np.ndarray:
        """OpenCV shrinks without smoothing, and its cubic is another one."""
        return self._pillow.array(self._pillow.scaled(self._pillow.image(image), box, size, interpolation))

    def placed(self, image: np.ndarray, left: int, top: int, size: Size, fill: int) -> np.ndarray:
        height, width = image.shape[:2]
        inside = image[
            max(0, -top) : max(0, min(height, size[0] - top)),
            max(0, -left) : max(0, min(width, size[1] - left)),
        ]
        if inside.shape[:2] == size:
            return inside
        canvas = np.full((*size, image.shape[2]), fill, np.uint8)
        row, column = max(0, top), max(0, left)
        canvas[row : row + inside.shape[0], column : column + inside.shape[1]] = inside
        return canvas

    def flipped(self, image: np.ndarray, horizontally: bool, vertically: bool) -> np.ndarray:
        if not (horizontally or vertically):
            return image
        code = -1 if horizontally and vertically else int(horizontally)
        return _whole(cv2.flip(np.ascontiguousarray(image), code))

    def warped(
        self, image: np.ndarray, matrix: np.ndarray, size: Size, fill: int, interpolation: str
    ) -> np.ndarray:
        return self._warped(image, matrix, size, fill, interpolation, cv2.BORDER_CONSTANT)

    def _warped(
        self, image: np.ndarray, matrix: np.ndarray, size: Size, fill: int, interpolation: str, border: int
    ) -> np.ndarray:
        # From places, where a pixel's middle is at one half, to OpenCV's numbers of pixels.
        moved = np.array(matrix, np.float64)
        moved[:, 2] += moved[:, :2].sum(1) / 2 - 0.5
        flags = _INTERPOLATION[interpolation] | cv2.WARP_INVERSE_MAP
        image = np.ascontiguousarray(image)
        parts = [image[:, :, i : i + _PLANES] for i in range(0, image.shape[2], _PLANES)]
        done = [
            _whole(
                cv2.warpAffine(
                    np.ascontiguousarray(part),
                    moved,
                    size[::-1],
                    flags=flags,
                    borderMode=border,
                    borderValue=(fill,) * 4,
                )
            )
            for part in parts
        ]
        return done[0] if len(done) == 1 else np.concatenate(done, axis=2)

    def mapped(self, image: np.ndarray, table: np.ndarray) -> np.ndarray:
        return _whole(cv2.LUT(image, table))

    def mixed(self, image: np.ndarray, matrix: np.ndarray) -> np.ndarray:
        return _whole(cv2.transform(image, matrix.astype(np.float32)))

    def mean_gray(self, image: np.ndarray) -> float:
        if image.shape[2] < 3:
            return float(cv2.mean(image)[0])
        return float(cv2.mean(cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2GRAY))[0])

    def hue_shifted(self, image: np.ndarray, shift: int) -> np.ndarray:
        hsv = cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2HSV_FULL)
        hue = hsv[:, :, 0]
        np.add(hue, np.uint8(shift % 256), out=hue)
        return _whole(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB_FULL))


def _whole(image: np.ndarray) -> np.ndarray:
    """(H, W, C): OpenCV leaves the axis of a single channel out."""
    return image if image.ndim == 3 else image[:, :, None]


def _upright(image: np.ndarray, turn: int) -> np.ndarray:
    """Turned as the EXIF orientation says."""
    turns: dict[int, Any] = {
        2: lambda a: a[:, ::-1],
        3: lambda a: a[::-1, ::-1],
        4: lambda a: a[::-1],
        5: lambda a: a.transpose(1, 0, 2),
        6: lambda a: a.transpose(1, 0, 2)[:, ::-1],
        7: lambda a: a.transpose(1, 0, 2)[::-1, ::-1],
        8: lambda a: a.transpose(1, 0, 2)[::-1],
    }
    return np.ascontiguousarray(turns[turn](image)) if turn in turns else image
