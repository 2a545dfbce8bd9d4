"""Arrays of a ``.npz`` file, each checked against the archive before memory is taken for it."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import IO, TYPE_CHECKING

from ...ir import OpError
from .arrays import DEFLATE_LIMIT, Named, check_bytes
from .errors import BrokenArchive, ObjectArray
from .places import need_file, unreadable

if TYPE_CHECKING:
    import numpy as np

_ENDING = ".npy"


@dataclass(frozen=True, slots=True)
class NpzFile:
    """An open archive; ``names`` are its arrays'."""

    path: Path
    archive: zipfile.ZipFile
    argument: str
    _read: dict[str, Named] = field(default_factory=dict)

    @classmethod
    @contextmanager
    def open(cls, path: Path, argument: str) -> Iterator[NpzFile]:
        """Raises ``OpError`` where ``path`` is not there or is no archive."""
        need_file(path, argument)
        try:
            archive = zipfile.ZipFile(path)
        except PermissionError as error:
            raise unreadable(path, error, argument) from None
        except Exception as error:  # a damaged directory makes zipfile raise most kinds
            raise _broken(f"'{path}'", error, argument) from None
        with archive:
            yield cls(path, archive, argument)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(n.removesuffix(_ENDING) for n in self.archive.namelist() if n.endswith(_ENDING))

    def read(self, name: str) -> Named:
        """The array ``name``; raises ``OpError`` where it is damaged, too large or of objects."""
        if name not in self._read:
            where = f"'{name}' of '{self.path}'"
            try:
                self._read[name] = Named(self._array(name, where), where, self.argument)
            except OpError:
                raise
            except Exception as error:  # zipfile, zlib and NumPy raise most kinds on damaged data
                raise _broken(where, error, self.argument) from None
        return self._read[name]

    def _array(self, name: str, where: str) -> np.ndarray:
        import numpy as np

        entry = self.archive.getinfo(name + _ENDING)
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ValueError("it is compressed in a way that NumPy does not use")
        with self.archive.open(entry) as stream:
            shape, dtype = _header(stream)
            if dtype.hasobject:
                hint = "bring the images to one size and save them as uint8, or as a folder of images"
                raise OpError(ObjectArray(where=where, hints=(hint,)), self.argument)
            size = prod(shape) * dtype.itemsize
            check_bytes(size, where, self.argument)
            if size > min(entry.file_size, os.path.getsize(self.path) * DEFLATE_LIMIT):
                raise ValueError(f"its header declares {size} bytes, more than the file can hold")
        with self.archive.open(entry) as stream:
            array: np.ndarray = np.lib.format.read_array(stream, allow_pickle=False)
            if stream.read(1):
                raise ValueError("there are more bytes than its header declares")
        return array.astype(dtype.newbyteorder("="), copy=False)


def _header(stream: IO[bytes]) -> tuple[tuple[int, ...], np.dtype]:
    from numpy.lib import format as npy

    version = npy.read_magic(stream)
    reader = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    shape, _, dtype = reader(stream)
    if any(n < 0 for n in shape):
        raise ValueError("its header declares a negative size")
    return shape, dtype


def _broken(where: str, error: Exception, argument: str) -> OpError:
    reason = " ".join(str(error).split())[:160] or type(error).__name__
    return OpError(BrokenArchive(where=where, reason=reason), argument)
