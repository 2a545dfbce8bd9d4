"""The IDX format of MNIST: http://yann.lecun.com/exdb/mnist, gzipped or not."""

from __future__ import annotations

import gzip
import os
import struct
import zlib
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING

from ...ir import OpError, Shape, show
from .arrays import DEFLATE_LIMIT, Named, check_bytes
from .errors import BrokenGzip, IdxLength, IdxMagic
from .places import need_file, unreadable

if TYPE_CHECKING:
    from io import BufferedReader

    import numpy as np

    Stream = gzip.GzipFile | BufferedReader

IMAGES = (3, 4)
LABELS = (1,)
_TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_KINDS = {IMAGES: "images", LABELS: "labels"}
_CHUNK = 2**20


def read_idx(path: Path, dimensions: tuple[int, ...], argument: str | None) -> Named:
    """The array in ``path``, in the machine's byte order; raises ``OpError`` on the slightest doubt.

    ``dimensions`` are the ranks to accept, :data:`IMAGES` or :data:`LABELS`.
    """
    need_file(path, argument)
    try:
        return Named(_Reader(path, dimensions, argument).read(), f"'{path}'", argument)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise OpError(BrokenGzip(path=str(path), reason=str(error), file=str(path)), argument) from None
    except OSError as error:
        raise unreadable(path, error, argument) from None


@dataclass(frozen=True, slots=True)
class _Reader:
    path: Path
    dimensions: tuple[int, ...]
    argument: str | None

    def read(self) -> np.ndarray:
        import numpy as np

        with open(self.path, "rb") as raw:
            zipped = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            stream: Stream = gzip.GzipFile(fileobj=raw) if zipped else raw
            dtype, shape = self._header(stream)
            size = prod(shape) * np.dtype(dtype).itemsize
            body = self._body(stream, shape, size, zipped)
        return np.frombuffer(body, dtype).reshape(shape).astype(np.dtype(dtype).newbyteorder("="), copy=False)

    def _header(self, stream: Stream) -> tuple[str, Shape]:
        magic = stream.read(4)
        if not _is_idx(magic) or magic[3] not in self.dimensions:
            raise self._wrong_magic(magic)
        sizes = stream.read(4 * magic[3])
        if len(sizes) < 4 * magic[3]:
            raise self._wrong_length(4 + 4 * magic[3], str(4 + len(sizes)), f"{magic[3]} dimensions")
        return _TYPES[magic[2]], struct.unpack(f">{magic[3]}I", sizes)

    def _body(self, stream: Stream, shape: Shape, size: int, zipped: bool) -> bytes:
        """Exactly ``size`` bytes. What the header claims is held against the file before it is allocated."""
        header = 4 + 4 * len(shape)
        stored = os.fstat(stream.fileno()).st_size
        most = stored * DEFLATE_LIMIT if zipped else stored
        if header + size > most:
            raise self._wrong_length(header + size, f"at most {most}" if zipped else str(stored), show(shape))
        check_bytes(size, f"'{self.path}'", self.argument)
        body = _read_up_to(stream, size + 1)
        if len(body) != size:
            found = str(header + len(body)) if len(body) < size else "more" if zipped else str(stored)
            raise self._wrong_length(header + size, found, show(shape))
        return body

    def _wrong_length(self, expected: int, found: str, shape: str) -> OpError:
        diagnostic = IdxLength(
            path=str(self.path),
            expected=expected,
            found=found,
            shape=shape,
            file=str(self.path),
            hints=("copy or download it again",),
        )
        return OpError(diagnostic, self.argument)

    def _wrong_magic(self, magic: bytes) -> OpError:
        other = LABELS if self.dimensions == IMAGES else IMAGES
        swapped = _is_idx(magic) and magic[3] in other
        hint = f"it holds {_KINDS[other]}: are the images' and the labels' file swapped?"
        found = " ".join(f"{b:02x}" for b in magic)
        diagnostic = IdxMagic(
            path=str(self.path),
            expected=_KINDS[self.dimensions],
            found=found,
            file=str(self.path),
            hints=(hint,) if swapped else (),
        )
        return OpError(diagnostic, self.argument)


def _is_idx(magic: bytes) -> bool:
    return len(magic) == 4 and magic[:2] == b"\0\0" and magic[2] in _TYPES


def _read_up_to(stream: Stream, size: int) -> bytes:
    """Up to ``size`` bytes, fewer where the data end early; the last should not be there.

    Asking for it has gzip compare its checksum.
    """
    chunks: list[bytes] = []
    left = size
    while left:
        try:
            chunk = stream.read1(min(left, _CHUNK))  # read() would lose what precedes a cut
        except EOFError:
            if left == 1:
                raise
            break
        if not chunk:
            break
        chunks.append(chunk)
        left -= len(chunk)
    return b"".join(chunks)
