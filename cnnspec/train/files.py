"""Folders of runs, which overwrite nothing."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..source import SpecError, writing
from .errors import RunExists, RunInUse


def new_folder(out: Path | None, model: str) -> Path:
    """Make the folder of a run: ``out``, or the first free ``runs/<model>-<n>``."""
    if out is None:
        return _next_folder(Path("runs"), file_name(model))
    check_free(out)
    return make_folder(out)


def file_name(model: str) -> str:
    """The name of a model as that of a file."""
    return re.sub(r"[^\w.-]+", "_", model) or "model"


def make_folder(path: Path) -> Path:
    """``path``, made along with its parents where it is not there."""
    with writing(path):
        path.mkdir(parents=True, exist_ok=True)
    return path


def check_free(out: Path | None) -> None:
    """Raise :class:`SpecError` where something is at ``out`` already; an empty folder is fine."""
    if out is None:
        return
    with writing(out):
        if not out.exists() and not out.is_symlink():
            return
        reason = None if out.is_dir() else "is no folder"
        reason = reason or ("is not empty" if any(out.iterdir()) else None)
    if reason:
        hints = ("name another folder, or leave --out away for a fresh one",)
        raise SpecError([RunExists(path=str(out), reason=reason, hints=hints)])


def _next_folder(parent: Path, model: str) -> Path:
    pattern = re.compile(re.escape(model) + r"-([0-9]{1,9})")
    with writing(parent):
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
def locked(folder: Path) -> Iterator[None]:
    """Hold a run folder for this process; raises :class:`SpecError` where another has it. The system lets go of it when the
    process ends, however it does."""
    if sys.platform == "win32":  # has no such locks in Python's library
        yield
        return
    with writing(folder):
        descriptor = os.open(folder, os.O_RDONLY)
    try:
        _take(descriptor, folder)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, folder: Path) -> None:
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise SpecError([RunInUse(path=str(folder))]) from None
