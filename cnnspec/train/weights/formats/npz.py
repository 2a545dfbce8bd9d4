"""NumPy's ``.npz``: an archive with an array a file."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ....ir import show
from ....source import SpecError
from ..files import Stored, WeightFile, broken, readable
from .archives import SIGNATURE, Archive, names_in, open_archive

if TYPE_CHECKING:
    import numpy as np

FORMAT = "NumPy .npz"
_ENDING = ".npy"
_MAX_HEADER = 10_000


@readable
class Npz(WeightFile):
    """Arrays under their keys, as ``numpy.savez`` writes them."""

    format = FORMAT

    def __init__(self, archive: Archive, arrays: Mapping[str, tuple[Stored, str, Any, bool, int]]) -> None:
        super().__init__(archive.path, {name: stored for name, (stored, *_) in arrays.items()})
        self._archive, self._arrays = archive, arrays

    @classmethod
    def recognises(cls, head: bytes, path: Path) -> bool:
        if not head.startswith(SIGNATURE):
            return False
        names = names_in(path)
        return all(name.endswith(_ENDING) for name in names) if names else path.suffix == ".npz"

    @classmethod
    def open(cls, path: Path, part: str = "") -> WeightFile:
        archive = open_archive(path, FORMAT)
        return cls(archive, {name.removesuffix(_ENDING): _header(archive, name) for name in archive.members})

    def _read(self, names: list[str]) -> Iterator[tuple[str, np.ndarray]]:
        import numpy as np

        for name in names:
            stored, member, kind, fortran, start = self._arrays[name]
            data = self._archive.read(member)
            value = np.frombuffer(data, kind, offset=start)
            yield name, value.reshape(stored.shape, order="F" if fortran else "C")


def _header(archive: Archive, name: str) -> tuple[Stored, str, Any, bool, int]:
    """What an array's header says, held against the size of its file; and where its values begin."""
    from numpy.lib import format as npy

    with archive.stream(name) as stream:
        start = io.BytesIO(stream.read(_MAX_HEADER))
    try:
        version = npy.read_magic(start)
        read = {(1, 0): npy.read_array_header_1_0}.get(version, npy.read_array_header_2_0)
        shape, fortran, kind = read(start, _MAX_HEADER)
    except Exception as error:  # damage makes NumPy raise most kinds
        problem = " ".join(str(error).split())[:120]
        raise _broken(archive, name, f"has no proper header: {problem}") from None
    if kind.hasobject or kind.fields or kind.kind not in "fiubc":
        raise _broken(archive, name, f"holds values of the type {str(kind)[:40]}")
    if not all(0 <= size < 2**62 for size in shape) or len(shape) > 32:
        raise _broken(archive, name, "has no proper shape")
    size = kind.itemsize
    for length in shape:
        size *= length
    if start.tell() + size != archive.members[name].size:
        there = archive.members[name].size - start.tell()
        raise _broken(
            archive, name, f"of {show(shape) or 'one value'} needs {size} bytes, and {there} are there"
        )
    key = name.removesuffix(_ENDING)
    return Stored(key, tuple(shape), kind.name), name, kind, fortran, start.tell()


def _broken(archive: Archive, name: str, problem: str) -> SpecError:
    return broken(archive.path, FORMAT, f"'{name[:100]}' {problem}")
