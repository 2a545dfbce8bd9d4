"""Files in plain tar archives, found by their headers and read where they lie."""

from __future__ import annotations

import io
import os
import re
import tarfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from ...ir import OpError
from .archive_errors import BrokenTar, CompressedTar, UnsafeMember
from .places import need_file, unreadable

KEPT = 2**20
_WHOLE = 2**18
_METHODS = {b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ\0": "xz", b"\x28\xb5\x2f\xfd": "zstd"}
_DRIVE = re.compile(r"[A-Za-z]:[/\\]")


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive: ``start`` and ``size`` in bytes; ``data`` where it was asked for and is small."""

    name: str
    start: int
    size: int
    data: bytes | None = None


@dataclass(frozen=True, slots=True)
class ShardImages:
    """Images that lie within archives: ``spans`` holds a file's number, start and length each.

    Their names may start anew in each archive, so a report says in which one. Of a large image only what is asked for is
    read, so that looking at all headers does not read all archives.
    """

    files: tuple[Path, ...]
    spans: Sequence[tuple[int, int, int]]
    names: Sequence[str]

    def __len__(self) -> int:
        return len(self.spans)

    def open(self, index: int) -> IO[bytes]:
        number, start, length = self.spans[index]
        window = Window(self.files[number], start, length)
        if length > _WHOLE:
            return io.BufferedReader(window)
        with window:
            return io.BytesIO(window.readall())

    def name(self, index: int) -> str:
        return f"{self.files[self.spans[index][0]].name}/{self.names[index]}"

    def place(self, index: int) -> str:
        return f"{self.files[self.spans[index][0]]}: {self.names[index]}"


class Window(io.RawIOBase):
    """``length`` bytes of a file from ``start`` on, read as they are asked for."""

    def __init__(self, path: Path, start: int, length: int) -> None:
        self._stream = io.FileIO(path)
        self._start, self._length, self._at = start, length, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = (0, self._at, self._length)[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: Any) -> int:
        self._stream.seek(self._start + self._at)
        count = self._stream.readinto(memoryview(buffer)[: self._left])
        self._at += count
        return count

    def readall(self) -> bytes:
        self._stream.seek(self._start + self._at)
        data = self._stream.read(self._left)
        self._at += len(data)
        return data

    @property
    def _left(self) -> int:
        return max(0, self._length - self._at)

    def close(self) -> None:
        self._stream.close()
        super().close()


def read_members(path: Path, keep: Callable[[str], bool], argument: str) -> list[Member]:
    """All files of an archive in their order, with the data of those that ``keep`` says, up to a MiB.

    Raises ``OpError`` where the archive is compressed, damaged or holds something else than files.
    """
    need_file(path, argument)
    try:
        with open(path, "rb") as stream:
            _check_plain(path, stream.read(6), argument)
            stream.seek(0)
            return list(_members(path, stream, keep, argument))
    except OpError:
        raise
    except OSError as error:
        raise unreadable(path, error, argument) from None
    except Exception as error:  # a damaged archive makes tarfile raise most kinds
        raise _broken(path, str(error) or type(error).__name__, argument) from None


def _check_plain(path: Path, start: bytes, argument: str) -> None:
    method = next((m for magic, m in _METHODS.items() if start.startswith(magic)), None)
    if method is not None:
        hint = f"unpack it: {'gunzip' if method == 'gzip' else method + ' -d'} '{path}'"
        raise OpError(CompressedTar(path=str(path), method=method, hints=(hint,)), argument)


def _members(path: Path, stream: IO[bytes], keep: Callable[[str], bool], argument: str) -> Iterator[Member]:
    stored = os.fstat(stream.fileno()).st_size
    archive = tarfile.TarFile(fileobj=stream, encoding="utf-8", errors="backslashreplace")
    while (entry := archive.next()) is not None:
        archive.members.clear()  # type: ignore[attr-defined]  # tarfile would keep them all
        if entry.size < 0 or archive.offset <= entry.offset:
            raise _broken(path, f"the header of '{entry.name}' gives no size", argument)
        if problem := _problem(entry):
            raise OpError(UnsafeMember(path=str(path), member=entry.name, problem=problem), argument)
        if entry.isdir():
            continue
        if entry.offset_data + entry.size > stored:
            raise _broken(path, f"it ends within '{entry.name}'", argument)
        data = None
        if entry.size <= KEPT and keep(entry.name):
            stream.seek(entry.offset_data)
            data = stream.read(entry.size)
        yield Member(entry.name, entry.offset_data, entry.size, data)
    _check_end(path, stream, archive.offset, argument)


def _check_end(path: Path, stream: IO[bytes], offset: int, argument: str) -> None:
    """tarfile takes a damaged header in the middle, or the end of the file, for the end of the archive."""
    stream.seek(offset)
    block = stream.read(tarfile.BLOCKSIZE)
    if len(block) < tarfile.BLOCKSIZE:
        raise _broken(path, "it is cut short: the zeros that end an archive are missing", argument)
    if any(block):
        raise _broken(path, f"the header at byte {offset} is damaged", argument)


def _problem(entry: tarfile.TarInfo) -> str | None:
    """Why a member is refused."""
    parts = re.split(r"[/\\]", entry.name)
    if entry.name.startswith(("/", "\\")) or _DRIVE.match(entry.name) or ".." in parts:
        return "a path that leads out of the archive"
    if entry.issym() or entry.islnk():
        return f"a link to '{entry.linkname}'"
    if entry.ischr() or entry.isblk() or entry.isfifo():
        return "a device"
    if entry.issparse():
        return "a sparse file"
    return None if entry.isreg() or entry.isdir() else "which is no plain file"


def _broken(path: Path, reason: str, argument: str) -> OpError:
    reason = " ".join(reason.split())[:160]
    return OpError(BrokenTar(path=str(path), reason=reason, file=str(path)), argument)
