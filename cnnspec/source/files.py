"""Writing files so that a reader sees the old content or the new, never half of it."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from .diagnostics import Diagnostic, SpecError


class CannotWrite(Diagnostic):
    """A file or folder could not be written: no such folder, no permission, or the disk is full."""

    code = "cannot-write"
    message = "cannot write {path}: {reason}"
    bad = "cnnspec draw vgg16 -o /no/such/folder/vgg.svg"
    good = "cnnspec draw vgg16 -o vgg.svg"
    path: str
    reason: str


def cannot_write(path: Path, error: OSError) -> SpecError:
    """``error``, met while writing ``path``, as a diagnostic."""
    reason = error.strerror or str(error)
    return SpecError([CannotWrite(path=str(path), reason=reason[0].lower() + reason[1:], file=str(path))])


def write_atomically(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path`` through a temporary file beside it.

    Raises :class:`SpecError` with ``cannot-write``; the old file, if any, is then untouched.
    """
    temporary: Path | None = None
    try:
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        temporary = Path(name)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, mode)
        os.replace(temporary, path)
    except OSError as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        raise cannot_write(path, error) from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
