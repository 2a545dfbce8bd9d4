"""PyTorch's format before 1.6, pickles and then storages; and a plain pickle of NumPy arrays."""

from __future__ import annotations

import mmap
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from ...data.pickle_machine import Limited, Vocabulary
from ..files import WeightFile, broken, readable, whole
from .pytorch import FORMAT, PyTorchFile, pickled
from .states import State, state_in
from .torch_names import INSTRUCTIONS, LONGEST, TENSORS, Storage, Tensor, persistent, width

_MAGIC = 0x1950A86A20F9469CFC6C
_VERSION = 1001
_PLAIN = Vocabulary({}, None, INSTRUCTIONS)
_NAMES = replace(TENSORS, persistent=None)
_NUMBER = 8


@readable
class PyTorchLegacy(PyTorchFile):
    """Pickles of a magic number, a version, the system, the tensors and the storages' keys; then the storages in turn,
    each a count and its values."""

    has_parts = True

    def __init__(self, path: Path, state: State, places: Mapping[str, int], big_endian: bool) -> None:
        super().__init__(path, state, big_endian)
        self._places = places

    @classmethod
    def recognises(cls, head: bytes, path: Path) -> bool:
        return len(head) > 1 and head[0] == 0x80 and 2 <= head[1] <= 5

    @classmethod
    def open(cls, path: Path, part: str = "") -> WeightFile:
        size = path.stat().st_size
        with _mapped(path) as stream:
            limited = Limited(stream, min(size, LONGEST))
            if pickled(limited, _NAMES, path) != _MAGIC:
                stream.seek(0)
                value = pickled(Limited(stream, size), _NAMES, path)
                return cls(path, state_in(value, path, part), {}, False)
            if pickled(limited, _PLAIN, path) != _VERSION:
                raise broken(path, FORMAT, "it is of a version that is not known")
            big = _is_big(pickled(limited, _PLAIN, path))
            known: dict[str, Storage] = {}
            value = pickled(limited, replace(TENSORS, persistent=_keeping(known)), path)
            places = _places(stream, _keys(limited, path), known, size, path)
        state = state_in(value, path, part)
        for name, tensor in state.tensors.items():
            if isinstance(tensor, Tensor) and tensor.storage.key not in places:
                raise broken(path, FORMAT, f"the values of '{name[:100]}' are not in it")
        return cls(path, state, places, big)

    def _storage(self, storage: Storage) -> bytes:
        step = width(storage.dtype)
        with open(self.path, "rb") as stream:
            try:
                return whole(stream, self._places[storage.key] + storage.first * step, storage.count * step)
            except EOFError:
                raise broken(self.path, FORMAT, "it has become shorter while it was read") from None


@contextmanager
def _mapped(path: Path) -> Iterator[mmap.mmap]:
    with open(path, "rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        yield mapped


def _keys(stream: Limited, path: Path) -> list[str]:
    """What the storages that follow are called, in their order."""
    keys = pickled(stream, _PLAIN, path)
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        raise broken(path, FORMAT, "it has no list of its storages")
    return keys


def _is_big(system: Any) -> bool:
    return isinstance(system, dict) and system.get("little_endian") is False


def _keeping(known: dict[str, Storage]) -> Any:
    """What storages are called by, each kept; of views of one, the whole counts that they were given with."""

    def storage(given: Any) -> Storage:
        found = persistent(given)
        known[found.key] = Storage(found.key, found.dtype, given[4])
        return found

    return storage


def _places(
    stream: mmap.mmap, keys: list[str], known: Mapping[str, Storage], size: int, path: Path
) -> dict[str, int]:
    """Where each storage's values begin, all of them within the file."""
    place, found = stream.tell(), {}
    for key in keys:
        if key not in known:
            raise broken(path, FORMAT, "it has a storage that no tensor is of")
        count = int.from_bytes(stream[place : place + _NUMBER], "little")
        wanted = known[key]
        if count != wanted.count or place + _NUMBER > size:
            raise broken(path, FORMAT, f"a storage of {wanted.count} values is said to have {count}")
        found[key] = place + _NUMBER
        place += _NUMBER + count * width(wanted.dtype)
        if place > size:
            raise broken(
                path, FORMAT, f"its values should end at byte {place}, and it has {size}: it is cut short"
            )
    return found
