"""Image files: what their headers say, and their pixels.

Transparency is left out and a palette is looked up; 16-bit gray is scaled to 8 bits; the camera's
orientation (EXIF) is followed; of an animation the first picture is taken.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from ...ir import OpError, Shape
from .fitting import Fitting
from .image_errors import BrokenImages
from .places import unreadable

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image

ENDINGS = (".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm", ".pbm")
FORMATS = ("JPEG", "PNG", "BMP", "DIB", "GIF", "WEBP", "TIFF", "PPM")
MAX_PIXELS = 89_478_485  # Pillow's own warning level: a quarter of a GiB as RGB
_WIDE = ("I", "I;16", "I;16L", "I;16B", "I;16N")
_CHANNELS = {"1": 1, "L": 1, "LA": 2, "La": 2, "RGBA": 4, "RGBa": 4, "PA": 4, **dict.fromkeys(_WIDE, 1)}
_ORIENTATION = 0x0112
_LISTED = 5
_ENDS = {b"\x89PNG": b"IEND", b"\xff\xd8": b"\xff\xd9"}
_TAIL = 4096


class BrokenImage(ValueError):
    """One image cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A file and why it cannot be used."""

    path: Path
    reason: str


def shape_of(path: Path) -> Shape:
    """(C, H, W) as stored and seen upright, from the header alone; raises :class:`BrokenImage`."""
    try:
        with _open(path) as image:
            turned = _orientation(image) >= 5
            width, height = reversed(image.size) if turned else image.size
            return (4 if _transparent_palette(image) else _CHANNELS.get(image.mode, 3), height, width)
    except PermissionError:
        raise
    except BrokenImage:
        raise
    except Exception as error:  # Pillow's readers raise most kinds on damaged files
        raise BrokenImage(_reason(error)) from None


def decode(path: Path, fitting: Fitting) -> np.ndarray:
    """The image as (C, H, W) of uint8, fitted; raises ``OpError`` where it is broken."""
    import numpy as np

    try:
        with _open(path) as image:
            if fitting.fit != "exact":
                # JPEG decodes at 1/2, 1/4, 1/8 scale for nearly nothing; twice the target keeps it sharp.
                side = 2 * max(fitting.shape[1:])
                image.draft(None, (side, side))
            upright = _upright(image)
            pixels = np.asarray(fitting.reframe(_coloured(upright, fitting.mode)))
    except PermissionError as error:
        raise unreadable(path, error, "path") from None
    except Exception as error:  # Pillow's readers raise most kinds on damaged files
        raise broken([Problem(path, _reason(error))]) from None
    planes = pixels[None] if pixels.ndim == 2 else pixels.transpose(2, 0, 1)
    if planes.shape != fitting.shape:
        raise broken([Problem(path, "its size or colour has changed since training began")])
    return planes


def scan(paths: Sequence[Path], pool: Executor) -> list[Shape]:
    """:func:`shape_of` each file; raises ``OpError`` that lists the broken ones, those cut short too."""
    with warnings.catch_warnings():  # here, not in the threads: the filters are the process's
        warnings.simplefilter("ignore")
        found = list(pool.map(_shape_or_problem, paths))
    problems = [f for f in found if isinstance(f, Problem)]
    if problems:
        raise broken(problems)
    return [f for f in found if not isinstance(f, Problem)]


def broken(problems: Sequence[Problem]) -> OpError:
    """What to raise for ``problems``, the first few of them by name."""
    names = ", ".join(f"'{p.path}' ({p.reason})" for p in problems[:_LISTED])
    more = len(problems) - _LISTED
    return OpError(
        BrokenImages(
            count=len(problems),
            s="s" if len(problems) != 1 else "",
            names=names + (f" and {more} more" if more > 0 else ""),
            file=str(problems[0].path),
            hints=("delete, replace or move them out of the class folders",),
        ),
        "path",
    )


def _shape_or_problem(path: Path) -> Shape | Problem:
    try:
        shape = shape_of(path)
        if not _ends_whole(path):
            _decode_wholly(path)
        return shape
    except PermissionError as error:
        return Problem(path, error.strerror or "no permission to read it")
    except BrokenImage as error:
        return Problem(path, str(error))


def _ends_whole(path: Path) -> bool:
    """Whether the mark that ends a PNG or JPEG is there; decoding every file would take far longer."""
    with path.open("rb") as stream:
        start = stream.read(4)
        stream.seek(max(0, os.fstat(stream.fileno()).st_size - _TAIL))
        tail = stream.read()
    return any(start.startswith(begins) and ends in tail for begins, ends in _ENDS.items())


def _decode_wholly(path: Path) -> None:
    try:
        with _open(path) as image:
            image.load()
    except BrokenImage:
        raise
    except Exception as error:  # Pillow's readers raise most kinds on damaged files
        raise BrokenImage(_reason(error)) from None


@cache
def _formats() -> tuple[str, ...]:
    """Those that this build of Pillow reads; it raises ``KeyError`` on being asked for another."""
    from PIL import Image as pillow

    pillow.init()
    return tuple(f for f in FORMATS if f in pillow.OPEN)


def _open(path: Path) -> Image:
    from PIL import Image as pillow

    image = pillow.open(path, formats=_formats())
    width, height = image.size
    if width * height > MAX_PIXELS:
        image.close()
        raise BrokenImage(f"{height} x {width} is more than {MAX_PIXELS // 10**6} million pixels")
    return image


def _reason(error: Exception) -> str:
    from PIL import Image as pillow
    from PIL import UnidentifiedImageError

    if isinstance(error, BrokenImage):
        return str(error)
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


def _upright(image: Image) -> Image:
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
    turn = turns.get(_orientation(image))
    image.load()
    return image if turn is None else image.transpose(turn)


def _transparent_palette(image: Image) -> bool:
    return image.mode == "P" and "transparency" in image.info


def _coloured(image: Image, mode: str) -> Image:
    """The image with 8-bit channels, converted as ``mode`` says."""
    if image.mode in _WIDE:
        image = _narrow(image)
    elif image.mode == "F":
        raise BrokenImage("it holds 32-bit floats; save it with 8 or 16 bits a channel")
    channels = 4 if _transparent_palette(image) else _CHANNELS.get(image.mode, 3)
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
