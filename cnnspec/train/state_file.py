"""The file that holds all of a run's state."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..source import SpecError
from .place import Place
from .reading import damaged, read_tensors
from .safetensors_file import safetensors_bytes
from .sums import Sums

if TYPE_CHECKING:
    import numpy as np

_PROGRESS, _CHECKSUM = "progress", "checksum"


def state_bytes(arrays: Mapping[str, np.ndarray], place: Place, about: Mapping[str, Any]) -> bytes:
    """The file: safetensors with the place and ``about`` (plain data that a resumed run is compared with) as JSON, and a
    checksum of everything."""
    plain = {**vars(place), "sums": place.sums.as_plain()}
    text = json.dumps({"place": plain, "about": about}, ensure_ascii=True)
    return safetensors_bytes(arrays, {_PROGRESS: text, _CHECKSUM: _checksum(arrays, text)})


@dataclass(frozen=True)
class SavedState:
    """A state as it was written, and from which file."""

    path: Path
    arrays: Mapping[str, np.ndarray]
    place: Place
    about: Mapping[str, Any]


def read_state(path: Path) -> SavedState:
    """A state file; raises :class:`SpecError` (``run-damaged``) where it is missing, cut short, or was changed."""
    arrays, metadata = read_tensors(path)
    text = metadata.get(_PROGRESS, "")
    if metadata.get(_CHECKSUM) != _checksum(arrays, text):
        raise damaged(path, "is damaged: its checksum differs")
    try:
        plain = json.loads(text)
        place = Place(**{**plain["place"], "sums": Sums(**plain["place"]["sums"])})
        return SavedState(path, arrays, place, plain["about"])
    except (ValueError, TypeError, KeyError) as error:
        raise damaged(path, f"does not say where the run was: {error}") from None


def read_latest_state(latest: Path, previous: Path) -> tuple[SavedState, str | None]:
    """The latest state that is whole, and a remark where that is not the latest; raises :class:`SpecError`."""
    try:
        return read_state(latest), None
    except SpecError as error:
        if not previous.exists():
            raise
        saved = read_state(previous)
        problem = error.diagnostics[0].text
        return saved, f"{problem}; going on from the one before it, '{previous.name}'"


def _checksum(arrays: Mapping[str, np.ndarray], text: str) -> str:
    found = sha256(text.encode())
    for name in sorted(arrays):
        value = arrays[name]
        found.update(f"\0{name}\0{value.dtype.str}\0{value.shape}\0".encode())
        found.update(value.tobytes())
    return found.hexdigest()
