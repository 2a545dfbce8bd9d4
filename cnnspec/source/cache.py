"""Folders for what can be made again: parser tables, compiled kernels, downloads."""

from __future__ import annotations

import contextlib
import functools
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path


def writable_folders() -> Iterator[Path]:
    """The user's cache folder if it can be written, then a private folder among the temporary ones."""
    with contextlib.suppress(OSError, RuntimeError):
        folder = user_cache() / "cnnspec"
        folder.mkdir(parents=True, exist_ok=True)
        if os.access(folder, os.W_OK):
            yield folder
    yield _private_temporary()


def user_cache() -> Path:
    """The user's folder for caches, by the custom of the system; it may not exist."""
    if (given := Path(os.environ.get("XDG_CACHE_HOME", ""))).is_absolute():
        return given
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    if os.name == "nt":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    return Path.home() / ".cache"


@functools.cache
def _private_temporary() -> Path:
    """A folder that nobody else can write: what lies in it is executed."""
    owner = os.getuid() if hasattr(os, "getuid") else "user"
    folder = Path(tempfile.gettempdir()) / f"cnnspec-{owner}"
    with contextlib.suppress(OSError):
        folder.mkdir(mode=0o700, exist_ok=True)
        facts = folder.lstat()
        if folder.is_dir() and not folder.is_symlink() and (os.name == "nt" or _only_ours(facts)):
            return folder
    return Path(tempfile.mkdtemp(prefix="cnnspec-"))


def _only_ours(facts: os.stat_result) -> bool:
    return facts.st_uid == os.getuid() and not facts.st_mode & 0o022
