"""Writing files so that a reader sees the old content or the new, never half of it."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from .diagnostics import Diagnostic, SpecError

_LEFTOVER = re.compile(r"\..+\..+\.tmp")
_NAMED = 20
"""Letters of a file's name that are in that of its new content; names have 255 bytes at most."""


class CannotWrite(Diagnostic):
    """A file or folder could not be written: no such folder, no permission, or the disk is full."""

    code = "cannot-write"
    message = "cannot write '{path}': {reason}"
    bad = "cnnspec draw vgg16 -o /no/such/folder/vgg.svg"
    good = "cnnspec draw vgg16 -o vgg.svg"
    path: str
    reason: str


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn an ``OSError`` met while writing ``path`` into a :class:`SpecError` with ``cannot-write``."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error) or type(error).__name__
        raise SpecError([CannotWrite(path=str(path), reason=reason, file=str(path))]) from error


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that, whatever happens meanwhile, it is the old one or the new one.

    A link is followed: the file that it leads to is written. What is no file, such as a pipe or a device, is written to as
    it is. Raises :class:`SpecError` (``cannot-write``), leaving the old file and nothing else.
    """
    with replacing(path) as stream:
        stream.write(content)


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A stream whose content is that of ``path`` once the block has ended well, as ``write_atomically`` writes."""
    with writing(path):
        if _is_special(path):
            with open(path, "wb") as stream:
                yield stream
            return
        with _new_content(_linked(path)) as stream:
            yield stream


def _is_special(path: Path) -> bool:
    """Whether it is a pipe, a device or a socket."""
    if not path.exists():
        return False
    mode = path.stat().st_mode
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _linked(path: Path) -> Path:
    """The file that a link leads to, whether it is there or not."""
    file = Path(os.path.realpath(path)) if path.is_symlink() else path
    if file.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    return file


@contextmanager
def _new_content(path: Path) -> Iterator[BinaryIO]:
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
    prefix = f".{path.name[:_NAMED]}."
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=prefix, suffix=".tmp")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(name, mode)
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
    _sync_folder(path.parent)


def remove_leftovers(folder: Path) -> None:
    """Take away what a process that was killed within ``write_atomically`` has left in ``folder``."""
    with writing(folder):
        for path in folder.iterdir():
            if _LEFTOVER.fullmatch(path.name):
                path.unlink()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _sync_folder(folder: Path) -> None:
    """Make the rename itself durable, where the system can."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
