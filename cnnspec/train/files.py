"""Files that are whole or not there, and folders that overwrite nothing."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..source import SpecError
from .failures import CannotWrite, RunExists


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that, whatever happens meanwhile, it is the old one or the new one.

    Raises :class:`SpecError` (``cannot-write``), leaving the old file and nothing else.
    """
    with _diagnosed(path):
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            os.chmod(name, 0o666 & ~_umask())
            os.replace(name, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(name)
            raise
        _sync_folder(path.parent)


def new_folder(out: Path | None, model: str) -> Path:
    """Make the folder of a run: ``out``, or the first free ``runs/<model>-<n>``."""
    if out is None:
        return _next_folder(Path("runs"), re.sub(r"[^\w.-]+", "_", model) or "model")
    check_free(out)
    return make_folder(out)


def make_folder(path: Path) -> Path:
    """``path``, made along with its parents where it is not there."""
    with _diagnosed(path):
        path.mkdir(parents=True, exist_ok=True)
    return path


def check_free(out: Path | None) -> None:
    """Raise :class:`SpecError` where something is at ``out`` already; an empty folder is fine."""
    if out is None:
        return
    with _diagnosed(out):
        if not out.exists() and not out.is_symlink():
            return
        reason = None if out.is_dir() else "is no folder"
        reason = reason or ("is not empty" if any(out.iterdir()) else None)
    if reason:
        hints = ("name another folder, or leave --out away for a fresh one",)
        raise SpecError([RunExists(path=str(out), reason=reason, hints=hints)])


def _next_folder(parent: Path, model: str) -> Path:
    pattern = re.compile(re.escape(model) + r"-([0-9]{1,9})")
    with _diagnosed(parent):
        parent.mkdir(parents=True, exist_ok=True)
        matches = [pattern.fullmatch(name) for name in os.listdir(parent)]
        number = max((int(m.group(1)) for m in matches if m), default=0) + 1
        while True:
            try:
                (folder := parent / f"{model}-{number}").mkdir()
                return folder
            except FileExistsError:  # another run was started at the same moment
                number += 1


@contextmanager
def _diagnosed(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        place = str(path)
        reason = error.strerror or str(error) or type(error).__name__
        raise SpecError([CannotWrite(path=place, reason=reason, file=place)]) from error


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
