"""Where the pixels of a data set are: in memory, or encoded in files and archives."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Protocol

from ...ir import OpError
from ..imaging.engine import LUMA, Size, engine
from ..imaging.headers import BrokenImage, Header, check_whole, read_header, without_warnings
from .image_errors import BrokenImages
from .places import unreadable

if TYPE_CHECKING:
    import numpy as np

_LISTED = 5
_FOUND_LATE = "only its pixels show that it is broken, so it is not left out by itself: delete or replace it"


class Pictures(Protocol):
    """Images by number. ``shapes`` is (N, 3) of int32: channels, height and width, as stored and seen upright."""

    shapes: np.ndarray

    def __len__(self) -> int: ...

    @property
    def on_demand(self) -> bool:
        """Whether an image is decoded each time it is read."""
        ...

    def read(self, index: int, mode: str, least: Size | None) -> Any:
        """The image as the engine has it, coloured as ``mode`` says.

        An encoded one may come smaller, though not below ``least``. Raises ``OpError`` where it is broken.
        """
        ...

    def name(self, index: int) -> str:
        """What a report calls it: its file, or ``test 17``, its row in the source."""
        ...


class ArrayPictures:
    """Images in memory: ``pixels`` (N, H, W, C) of uint8 (0 to 255) or float32 (0 to 1).

    ``title`` and a number name an image, ``where`` names them all.
    """

    on_demand = False

    def __init__(self, pixels: np.ndarray, title: str, where: str) -> None:
        import numpy as np

        self.pixels, self.title, self.where = pixels, title, where
        _, height, width, channels = pixels.shape
        self.shapes = np.broadcast_to(np.array([channels, height, width], np.int32), (len(pixels), 3))

    def __len__(self) -> int:
        return len(self.pixels)

    def read(self, index: int, mode: str, least: Size | None) -> Any:
        return engine().image(as_bytes(recoloured(self.pixels[index : index + 1], mode))[0])

    def name(self, index: int) -> str:
        return f"{self.title} {index}"


class Blobs(Protocol):
    """Encoded images: files, members of archives, cells of a table."""

    def __len__(self) -> int: ...

    def open(self, index: int) -> IO[bytes]:
        """Raises ``OSError``."""
        ...

    def name(self, index: int) -> str:
        """As a report calls it."""
        ...

    def place(self, index: int) -> str:
        """Where a person finds it: a path, an archive and a member."""
        ...


@dataclass(frozen=True, slots=True)
class Files:
    """Image files; names are relative to ``root``."""

    paths: tuple[Path, ...]
    root: Path

    def __len__(self) -> int:
        return len(self.paths)

    def open(self, index: int) -> IO[bytes]:
        return open(self.paths[index], "rb")

    def name(self, index: int) -> str:
        path = self.paths[index]
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else str(path)

    def place(self, index: int) -> str:
        return str(self.paths[index])


@dataclass(frozen=True, slots=True)
class Problem:
    """An image and why it cannot be used."""

    place: str
    reason: str


class EncodedPictures:
    """Encoded images that were found to be whole, with their headers."""

    on_demand = True

    def __init__(self, blobs: Blobs, rows: np.ndarray, shapes: np.ndarray, kinds: np.ndarray) -> None:
        """``rows`` are the usable ones of ``blobs``; ``kinds`` (N, 2): orientation, and 1 for a plain JPEG."""
        self.blobs, self.rows, self.shapes, self._kinds = blobs, rows, shapes, kinds

    def __len__(self) -> int:
        return len(self.rows)

    def header(self, index: int) -> Header:
        turn, jpeg = self._kinds[index].tolist()
        channels, height, width = self.shapes[index].tolist()
        return Header((channels, height, width), turn, bool(jpeg))

    def read(self, index: int, mode: str, least: Size | None) -> Any:
        row = int(self.rows[index])
        header = self.header(index)
        try:
            with self.blobs.open(row) as stream:
                data = stream.read()
            image = engine().decode(data, header, mode, least)
        except FileNotFoundError:
            raise broken([Problem(self.blobs.place(row), "it is gone")]) from None
        except OSError as error:
            raise unreadable(Path(self.blobs.place(row)), error, "path") from None
        except BrokenImage as error:
            raise broken([Problem(self.blobs.place(row), str(error))], (_FOUND_LATE,)) from None
        if not _fits(engine().size(image), header.shape[1:], least):
            raise broken([Problem(self.blobs.place(row), "its size has changed since the data was read")])
        return image

    def name(self, index: int) -> str:
        return self.blobs.name(int(self.rows[index]))


def _fits(found: Size, stored: tuple[int, ...], least: Size | None) -> bool:
    """Whether an image has the size that its header said, or, where it may be smaller, so many eighths of it."""
    eighths = range(1, 9) if least else (8,)
    return any(all(-(-s * k // 8) == n for s, n in zip(stored, found, strict=True)) for k in eighths)


def scanned(blobs: Blobs) -> tuple[EncodedPictures, list[Problem]]:
    """The usable ones of ``blobs``, each header read; and the broken ones, cut short or otherwise."""
    import numpy as np

    shapes = np.zeros((len(blobs), 3), np.int32)
    kinds = np.ones((len(blobs), 2), np.uint8)
    problems: dict[int, str] = {}

    def scan(rows: range) -> None:
        for row in rows:
            found = _header(blobs, row)
            if isinstance(found, str):
                problems[row] = found
            else:
                shapes[row], kinds[row] = found.shape, (found.turn, found.jpeg)

    step = 64
    with without_warnings():
        list(decoders().map(scan, (range(i, min(i + step, len(blobs))) for i in range(0, len(blobs), step))))
    rows = np.array([i for i in range(len(blobs)) if i not in problems], np.int64)
    listed = [Problem(blobs.place(row), problems[row]) for row in sorted(problems)]
    return EncodedPictures(blobs, rows, shapes[rows], kinds[rows]), listed


def _header(blobs: Blobs, row: int) -> Header | str:
    try:
        with blobs.open(row) as stream:
            header = read_header(stream)
            check_whole(stream)
            return header
    except FileNotFoundError:
        return "it is a link to nothing, or gone"
    except OSError as error:
        return error.strerror or "it cannot be read"
    except BrokenImage as error:
        return str(error)


def broken_text(problems: Sequence[Problem]) -> str:
    """``2 broken images: a.jpg (not an image), b.jpg (…)``, the first few by name."""
    return f"{len(problems)} broken image{'s' if len(problems) != 1 else ''}: {_named(problems)}"


def _named(problems: Sequence[Problem]) -> str:
    more = len(problems) - _LISTED
    names = ", ".join(f"'{p.place}' ({p.reason})" for p in problems[:_LISTED])
    return names + (f" and {more} more" if more > 0 else "")


def broken(problems: Sequence[Problem], hints: Sequence[str] = ()) -> OpError:
    """What to raise for ``problems``, the first few of them by name."""
    return OpError(
        BrokenImages(
            count=len(problems),
            s="s" if len(problems) != 1 else "",
            names=_named(problems),
            file=problems[0].place,
            hints=tuple(hints),
        ),
        "path",
    )


@cache
def decoders() -> ThreadPoolExecutor:
    """The threads that read headers; Pillow lets go of the interpreter lock meanwhile."""
    return ThreadPoolExecutor(min(8, os.cpu_count() or 1), thread_name_prefix="headers")


def as_bytes(pixels: np.ndarray) -> np.ndarray:
    """Images of floats 0 to 1 as uint8, to the nearest; others as they are."""
    import numpy as np

    return pixels if pixels.dtype == np.uint8 else np.rint(pixels * 255).astype(np.uint8)


def recoloured(images: np.ndarray, mode: str) -> np.ndarray:
    """(B, H, W, C) as ``mode`` says; gray is ITU-R 601 luma in Pillow's arithmetic."""
    import numpy as np

    colours = images[..., : 3 if images.shape[3] > 2 else 1]
    if mode == "as_is":
        return images
    if mode == "rgb":
        return np.repeat(colours, 3, axis=3) if colours.shape[3] == 1 else colours
    if colours.shape[3] == 1:
        return colours
    if images.dtype != np.uint8:
        gray: np.ndarray = np.einsum("bhwc,c->bhw", colours, np.array(LUMA, np.float32))
        return gray[..., None]
    weights = np.array([19595, 38470, 7471], np.uint32)
    luma: np.ndarray = (np.einsum("bhwc,c->bhw", colours.astype(np.uint32), weights) + 0x8000) >> 16
    return luma.astype(np.uint8)[..., None]
