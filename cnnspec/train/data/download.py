"""Files from the network, kept only where their checksum is right."""

from __future__ import annotations

import hashlib
import http.client
import os
import tempfile
import urllib.error
import urllib.request
from pathlib import Path
from typing import IO

from ...ir import OpError
from .errors import ChecksumMismatch, DownloadFailed

_CHUNK = 2**18
_MAX_BYTES = 2**30
_ALGORITHMS = {"md5": "MD5", "sha256": "SHA-256"}


def fetch(
    url: str,
    target: Path,
    checksum: str,
    hints: tuple[str, ...],
    argument: str,
    timeout: float = 30,
    algorithm: str = "md5",
) -> None:
    """Download ``url`` to ``target``, which appears only when it is complete and right: when its checksum begins with
    ``checksum``. Raises ``OpError``."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=target.name, suffix=".part")
    except OSError as error:
        raise OpError(DownloadFailed(url=url, reason=_reason(error), hints=hints), argument) from None
    try:
        with os.fdopen(handle, "wb") as file:
            found = _copy(url, file, timeout, algorithm)
        if not found.startswith(checksum):
            raise OpError(_mismatch(url, checksum, found, algorithm, hints), argument)
        os.replace(name, target)
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise OpError(DownloadFailed(url=url, reason=_reason(error), hints=hints), argument) from None
    finally:
        if os.path.exists(name):
            os.unlink(name)


def _mismatch(
    url: str, checksum: str, found: str, algorithm: str, hints: tuple[str, ...]
) -> ChecksumMismatch:
    kind, shown = _ALGORITHMS[algorithm], found[: len(checksum)]
    return ChecksumMismatch(url=url, kind=kind, expected=checksum, found=shown, hints=hints)


def _copy(url: str, file: IO[bytes], timeout: float, algorithm: str) -> str:
    """Write what ``url`` holds to ``file``; its checksum."""
    digest = hashlib.new(algorithm, usedforsecurity=False)
    size = 0
    with urllib.request.urlopen(url, timeout=timeout) as response:
        while chunk := response.read(_CHUNK):
            size += len(chunk)
            if size > _MAX_BYTES:
                raise ValueError(f"it is larger than {_MAX_BYTES // 2**20} MiB")
            digest.update(chunk)
            file.write(chunk)
    return digest.hexdigest()


def _reason(error: Exception) -> str:
    if isinstance(error, urllib.error.HTTPError):
        return f"the server answers {error.code} {error.reason}"
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    return (cause.strerror if isinstance(cause, OSError) else None) or str(cause) or type(cause).__name__
