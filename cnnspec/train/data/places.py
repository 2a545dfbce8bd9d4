"""Where paths in a data section start, and the diagnostics for what is not there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from importlib import import_module
from pathlib import Path
from typing import Any

from ...ir import OpError
from ...source import did_you_mean
from .errors import DataEmpty, DataNotFound, DataUnreadable, PackageMissing

_BASE: ContextVar[Path | None] = ContextVar("base_folder", default=None)
_MEASURED: ContextVar[bool] = ContextVar("_MEASURED", default=False)


@contextmanager
def relative_to(folder: str | os.PathLike[str]) -> Iterator[None]:
    """Within this block, sources resolve relative paths from ``folder`` (the spec file's).

    >>> with relative_to("specs"):
    ...     resolve("photos").as_posix()
    'specs/photos'
    """
    token = _BASE.set(Path(folder))
    try:
        yield
    finally:
        _BASE.reset(token)


@contextmanager
def to_be_measured() -> Iterator[None]:
    """Within this block, sources take data of a single class: a trained network can be measured on it."""
    token = _MEASURED.set(True)
    try:
        yield
    finally:
        _MEASURED.reset(token)


def needs_classes() -> bool:
    """Whether there must be two classes at least, as for training."""
    return not _MEASURED.get()


def resolve(path: str) -> Path:
    """The path that ``path`` in a spec stands for; the base is the current folder outside ``relative_to``."""
    return (_BASE.get() or Path()) / os.path.expanduser(path)


def need_file(path: Path, argument: str | None) -> Path:
    """``path``, which is a file with something in it, or an ``OpError``."""
    if not os.path.isfile(path):
        raise not_found(path, "file", argument)
    if os.path.getsize(path) == 0:
        raise OpError(DataEmpty(where=f"'{path}'", file=str(path)), argument)
    return path


def need_folder(path: Path, argument: str | None) -> Path:
    """``path``, which is a folder with something in it, or an ``OpError``."""
    if not os.path.isdir(path):
        raise not_found(path, "folder", argument)
    if not listing(path, argument):
        raise OpError(DataEmpty(where=f"the folder '{path}'", file=str(path)), argument)
    return path


def listing(folder: Path, argument: str | None) -> list[str]:
    """Names in ``folder``, sorted."""
    try:
        return sorted(os.listdir(folder))
    except OSError as error:
        raise unreadable(folder, error, argument) from None


def unreadable(path: Path, error: OSError, argument: str | None) -> OpError:
    reason = error.strerror or str(error) or type(error).__name__
    return OpError(DataUnreadable(path=str(path), reason=reason, file=str(path)), argument)


def not_found(path: Path, what: str, argument: str | None) -> OpError:
    return OpError(DataNotFound(what=what, path=str(path), hints=_not_found_hints(path, what)), argument)


def _not_found_hints(path: Path, what: str) -> tuple[str, ...]:
    if os.path.exists(path):
        return (f"it is a {'folder' if what == 'file' else 'file'}, not a {what}",)
    if not os.path.isdir(path.parent):
        return (f"there is no folder '{path.parent}' either",)
    try:
        return did_you_mean(path.name, os.listdir(path.parent))
    except OSError:
        return ()


def require(module: str, package: str, source: str) -> Any:
    """The imported ``module``, or an ``OpError`` that names the ``package`` to install."""
    try:
        return import_module(module)
    except ImportError:
        hint = f"pip install {package}"
        raise OpError(PackageMissing(source=source, package=package, hints=(hint,))) from None
