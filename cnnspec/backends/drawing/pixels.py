"""How many pixels a PNG has, and how many it may have."""

from __future__ import annotations

import math
import struct
import zlib

from .failures import PictureTooLarge, RenderFailed

PNG_DPI = 144
"""Pixels an inch at scale 1: 2 a point, 1.5 a CSS pixel, so that small labels can be read."""
MOST_SIDE = 32767
"""Cairo, with which `dot` draws, makes what is larger smaller without failing."""
MOST_PIXELS = 178_000_000
"""Pillow refuses to open more; they take 0.7 GB of memory."""

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEADER_END = 33
"""The signature, and the first chunk, which has the size."""


def png_pixels(width: float, height: float, scale: float) -> tuple[int, int]:
    """Size in pixels of a picture whose size is given in points; raises `PictureTooLarge` above what is allowed.

    ``scale`` multiplies `PNG_DPI`; `ValueError` where it is no positive number.
    """
    if not (math.isfinite(scale) and scale > 0):
        raise ValueError(f"a scale is a number above 0, not {scale}")
    wide, high = (max(1, round(points * scale * PNG_DPI / 72)) for points in (width, height))
    if max(wide, high) > MOST_SIDE or wide * high > MOST_PIXELS:
        raise PictureTooLarge(_too_large(wide, high, scale))
    return wide, high


def _too_large(wide: int, high: int, scale: float) -> str:
    largest = 0.999 * scale * min(MOST_SIDE / max(wide, high), math.sqrt(MOST_PIXELS / (wide * high)))
    digit = 10 ** (math.floor(math.log10(largest)) - 1)
    fits = math.floor(largest / digit) * digit
    return (
        f"a PNG of {wide:,} x {high:,} pixels is too large (at most {MOST_SIDE:,} a side and {MOST_PIXELS:,} in all): "
        f"scale {fits:.2g} fits; SVG and PDF have no limit, and fewer details make a smaller drawing"
    )


def checked_png(data: bytes, expected: tuple[int, int], scale: float) -> bytes:
    """``data`` with its resolution noted, so that documents show it at the drawing's own size.

    Raises `RenderFailed` where it is no PNG, or not of the ``expected`` size within a few pixels.
    """
    if not data.startswith(_SIGNATURE) or len(data) < _HEADER_END:
        raise RenderFailed("what was drawn is no PNG")
    size: tuple[int, int] = struct.unpack(">II", data[16:24])
    if any(abs(is_ - wanted) > 4 + 0.01 * wanted for is_, wanted in zip(size, expected, strict=True)):
        raise RenderFailed(f"a PNG of {expected} pixels was asked for, and one of {size} was drawn")
    if b"pHYs" in data[_HEADER_END : _HEADER_END + 100]:
        return data
    meters = round(PNG_DPI * scale / 0.0254)
    chunk = b"pHYs" + struct.pack(">IIB", meters, meters, 1)
    noted = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return data[:_HEADER_END] + noted + data[_HEADER_END:]
