"""What the headers of image files say, and what is too broken or too large to be read.

Transparency is left out by ``mode``; a palette is looked up; 16-bit gray is scaled to 8 bits; the camera's
orientation (EXIF) is followed; of an animation the first picture is taken.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import IO, TYPE_CHECKING

from ...ir import Shape

if TYPE_CHECKING:
    from PIL.Image import Image

ENDINGS = (".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm", ".pbm")
FORMATS = ("JPEG", "PNG", "BMP", "DIB", "GIF", "WEBP", "TIFF", "PPM")
MAX_PIXELS = 89_478_485  # Pillow's own warning level: a quarter of a GiB as RGB
WIDE = ("I", "I;16", "I;16L", "I;16B", "I;16N")
_CHANNELS = {"1": 1, "L": 1, "LA": 2, "La": 2, "RGBA": 4, "RGBa": 4, "PA": 4, **dict.fromkeys(WIDE, 1)}
_ORIENTATION = 0x0112
_ENDS = {b"\x89PNG": b"IEND", b"\xff\xd8": b"\xff\xd9"}
_TAIL = 4096
_FLOATS = "it holds 32-bit floats; save it with 8 or 16 bits a channel"


class BrokenImage(ValueError):
    """One image cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Header:
    """``shape`` is (C, H, W) as stored and seen upright; ``turn`` the EXIF orientation, 1 to 8.

    ``jpeg`` says that it is a JPEG of plain gray or RGB, which other decoders than Pillow read alike.
    """

    shape: Shape
    turn: int = 1
    jpeg: bool = False


def read_header(stream: IO[bytes]) -> Header:
    """What the header says; raises :class:`BrokenImage`, ``PermissionError``."""
    with broken_images(), opened(stream) as image:
        if image.mode == "F":
            raise BrokenImage(_FLOATS)
        turn = _orientation(image)
        width, height = reversed(image.size) if turn >= 5 else image.size
        plain = image.format == "JPEG" and image.mode in ("L", "RGB")
        return Header((channels_of(image), height, width), turn, plain)


def check_whole(stream: IO[bytes]) -> None:
    """Raise :class:`BrokenImage` where the file is cut short or damaged.

    A PNG's checksums are compared, the mark that ends a JPEG is looked for; other formats are decoded, which takes far
    longer.
    """
    stream.seek(0)
    start = stream.read(4)
    if start.startswith(b"\x89PNG"):
        stream.seek(0)
        with broken_images(), opened(stream) as image:
            image.verify()
    end = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, end - _TAIL))
    tail = stream.read()
    if any(start.startswith(begins) and ends in tail for begins, ends in _ENDS.items()):
        return
    stream.seek(0)
    with broken_images(), opened(stream) as image:
        image.load()


def channels_of(image: Image) -> int:
    """Channels as stored: 1 gray, 2 with transparency, 3 RGB, 4 with transparency."""
    if image.mode == "P" and "transparency" in image.info:
        return 4
    return _CHANNELS.get(image.mode, 3)


@contextmanager
def broken_images() -> Iterator[None]:
    """Whatever Pillow raises on damaged files, as :class:`BrokenImage`."""
    try:
        yield
    except (PermissionError, BrokenImage):
        raise
    except Exception as error:  # Pillow's readers raise most kinds on damaged files
        raise BrokenImage(_reason(error)) from None


@contextmanager
def opened(stream: IO[bytes]) -> Iterator[Image]:
    """The image in ``stream``, its pixels not yet read; raises :class:`BrokenImage` where it is too large."""
    from PIL import Image as pillow

    with pillow.open(stream, formats=_formats()) as image:
        width, height = image.size
        if width * height > MAX_PIXELS:
            raise BrokenImage(f"{height} x {width} is more than {MAX_PIXELS // 10**6} million pixels")
        yield image


@contextmanager
def without_warnings() -> Iterator[None]:
    """Pillow warns of odd files by the thousand. To be entered by one thread: the filters are the process's."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@cache
def _formats() -> tuple[str, ...]:
    """Those that this build of Pillow reads; it raises ``KeyError`` on being asked for another."""
    from PIL import Image as pillow

    pillow.init()
    return tuple(f for f in FORMATS if f in pillow.OPEN)


def _reason(error: Exception) -> str:
    from PIL import Image as pillow
    from PIL import UnidentifiedImageError

    if isinstance(error, UnidentifiedImageError):
        return "not an image"
    if isinstance(error, pillow.DecompressionBombError):
        return f"more than {MAX_PIXELS // 10**6} million pixels"
    if isinstance(error, FileNotFoundError):
        return "it is gone"
    return " ".join(str(error).split())[:120] or type(error).__name__


def _orientation(image: Image) -> int:
    try:
        value = image.getexif().get(_ORIENTATION, 1)
    except Exception:  # a damaged EXIF block spoils no picture
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def upright(image: Image, turn: int) -> Image:
    """The loaded image turned as the EXIF orientation ``turn`` says."""
    from PIL.Image import Transpose

    turns = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }
    return image.transpose(turns[turn]) if turn in turns else image


def coloured(image: Image, mode: str) -> Image:
    """The image with 8-bit channels (L, LA, RGB, RGBA), converted as ``mode`` says (as_is, gray, rgb)."""
    channels = channels_of(image)
    if image.mode in WIDE:
        image = _narrow(image)
    elif image.mode == "F":
        raise BrokenImage(_FLOATS)
    plain = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[channels]
    if mode != "as_is":
        # By way of RGB, so that every kind of image is converted by the same formula.
        image = image if channels <= 2 else image.convert("RGB")
        plain = "L" if mode == "gray" else "RGB"
    return image if image.mode == plain else image.convert(plain)


def _narrow(image: Image) -> Image:
    """16-bit gray to 8 bits, to the nearest."""
    import numpy as np
    from PIL import Image as pillow

    wide = np.asarray(image).astype(np.int64)
    if wide.size and (wide.min() < 0 or wide.max() > 65535):
        raise BrokenImage("it holds 32-bit values; save it with 8 or 16 bits a channel")
    return pillow.fromarray(((wide * 255 + 32767) // 65535).astype(np.uint8))
