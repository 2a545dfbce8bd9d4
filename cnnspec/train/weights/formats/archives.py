"""Zip archives whose directory is checked against the file before anything in them is read."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ....source import SpecError
from ..files import broken, whole

SIGNATURE = b"PK\x03\x04"
MAX_DIRECTORY = 16 * 2**20
_TAIL = 65_557 + 76
_LOCAL = 30
_ENCRYPTED = 1
_DEFLATE_LIMIT = 1032
"""Deflate packs at most so many bytes into one."""


@dataclass(frozen=True)
class Member:
    """A file in an archive: where its bytes are, and how many it has unpacked."""

    info: zipfile.ZipInfo
    start: int
    size: int

    @property
    def packed(self) -> bool:
        return self.info.compress_type != zipfile.ZIP_STORED


@dataclass(frozen=True)
class Archive:
    """An archive that was checked; ``members`` by name, in the archive's order."""

    path: Path
    kind: str
    members: Mapping[str, Member]

    def read(self, name: str) -> bytes:
        """A member's bytes, held against their checksum. Raises :class:`SpecError`."""
        member = self.members[name]
        with self._opened(name) as stream:
            data = stream.read(member.size + 1)
        if len(data) != member.size:
            raise broken(
                self.path, self.kind, f"'{name}' in it has not the {member.size} bytes that it should have"
            )
        return data

    @contextmanager
    def stream(self, name: str) -> Iterator[BinaryIO]:
        """A member to be read piece by piece. Raises :class:`SpecError` where its bytes are damaged."""
        with self._opened(name) as stream:
            yield stream

    @contextmanager
    def _opened(self, name: str) -> Iterator[BinaryIO]:
        try:
            with zipfile.ZipFile(self.path) as archive, archive.open(self.members[name].info) as stream:
                yield stream  # type: ignore[misc]
        except (SpecError, OSError, MemoryError):
            raise
        except Exception as error:  # damage makes zipfile and zlib raise most kinds
            problem = " ".join(str(error).split())[:120] or type(error).__name__
            raise broken(self.path, self.kind, f"'{name[:100]}' in it: {problem}") from None


def names_in(path: Path) -> tuple[str, ...]:
    """The names of an archive's members; none where it cannot be read."""
    try:
        return tuple(open_archive(path, "zip").members)
    except (SpecError, OSError):
        return ()


def open_archive(path: Path, kind: str) -> Archive:
    """The archive at ``path``, of a format called ``kind``. Raises :class:`SpecError`.

    No member is larger than the file can hold, none is encrypted, no name comes twice.
    """
    size = path.stat().st_size
    with open(path, "rb") as stream:
        _check_directory(stream, size, path, kind)
        try:
            with zipfile.ZipFile(stream) as archive:
                infos = archive.infolist()
            members: dict[str, Member] = {}
            for info in infos:
                if info.filename in members:
                    raise broken(path, kind, f"'{info.filename[:100]}' is in it twice")
                members[info.filename] = _member(stream, info, size, path, kind)
        except (SpecError, OSError, MemoryError):
            raise
        except Exception as error:  # a damaged directory makes zipfile raise most kinds
            problem = " ".join(str(error).split())[:120] or type(error).__name__
            raise broken(path, kind, problem) from None
    return Archive(path, kind, members)


def _check_directory(stream: BinaryIO, size: int, path: Path, kind: str) -> None:
    """Refuse a directory that is missing, or that would take much memory."""
    stream.seek(max(0, size - _TAIL))
    tail = stream.read()
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) < end + 22:
        raise broken(path, kind, "its directory, which stands at the end, is missing: the file is cut short")
    length = int.from_bytes(tail[end + 12 : end + 16], "little")
    larger = tail.rfind(b"PK\x06\x06")
    if length == 0xFFFFFFFF and larger >= 0:
        length = int.from_bytes(tail[larger + 40 : larger + 48], "little")
    if length > min(size, MAX_DIRECTORY):
        raise broken(path, kind, f"its directory is said to take {length} bytes")


def _member(stream: BinaryIO, info: zipfile.ZipInfo, size: int, path: Path, kind: str) -> Member:
    name = info.filename[:100]
    if info.flag_bits & _ENCRYPTED:
        raise broken(path, kind, f"'{name}' in it is encrypted")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise broken(path, kind, f"'{name}' in it is packed in a way that is not read")
    if info.compress_type == zipfile.ZIP_STORED and info.file_size != info.compress_size:
        raise broken(path, kind, f"'{name}' in it has two sizes")
    try:
        local = whole(stream, info.header_offset, _LOCAL)
    except (EOFError, ValueError):
        raise broken(path, kind, f"'{name}' is said to be where the file has ended") from None
    start = (
        info.header_offset
        + _LOCAL
        + int.from_bytes(local[26:28], "little")
        + int.from_bytes(local[28:30], "little")
    )
    if local[:4] != SIGNATURE or start + info.compress_size > size:
        raise broken(path, kind, f"'{name}' is said to take {info.compress_size} bytes, more than are there")
    if info.file_size > _DEFLATE_LIMIT * (info.compress_size + 16):
        raise broken(path, kind, f"'{name}' is said to be {info.file_size} bytes, which is not possible")
    return Member(info, start, info.file_size)
