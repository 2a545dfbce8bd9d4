"""PyTorch's format since 1.6: an archive with a pickle, and a file a storage."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

from ...data.pickle_machine import Limited
from ..files import WeightFile, broken, readable
from .archives import SIGNATURE, Archive, names_in, open_archive
from .pytorch import FORMAT, PyTorchFile, pickled, whole_model
from .states import State, state_in
from .torch_names import LONGEST, TENSORS, Storage, Tensor, width

_PICKLE = "data.pkl"
_SUFFIXES = (".pth", ".pt", ".ckpt", ".bin")


@readable
class PyTorchZip(PyTorchFile):
    """An archive of ``torch.save``: ``NAME/data.pkl`` and ``NAME/data/KEY``."""

    has_parts = True

    def __init__(self, state: State, archive: Archive, folder: str, big_endian: bool) -> None:
        super().__init__(archive.path, state, big_endian)
        self._archive, self._folder = archive, folder

    @classmethod
    def recognises(cls, head: bytes, path: Path) -> bool:
        if not head.startswith(SIGNATURE):
            return False
        names = names_in(path)
        if not names:  # damaged: by what it begins with, or its name
            return _PICKLE.encode() in head[:200] or path.suffix in _SUFFIXES
        return any(name.rpartition("/")[2] == _PICKLE for name in names)

    @classmethod
    def open(cls, path: Path, part: str = "") -> WeightFile:
        archive = open_archive(path, FORMAT)
        pickle = _only_pickle(archive)
        folder = pickle.removesuffix(_PICKLE)
        _check_kind(archive, folder)
        if archive.members[pickle].size > LONGEST:
            raise broken(path, FORMAT, "its description of tensors is longer than that of any network")
        data = archive.read(pickle)
        value = pickled(Limited(io.BytesIO(data), len(data)), TENSORS, path)
        state = state_in(value, path, part)
        opened = cls(state, archive, folder, _is_big(archive, folder))
        opened.check(state)
        return opened

    def check(self, state: State) -> None:
        """Raise :class:`SpecError` unless every storage is there and as large as the pickle says."""
        for name, tensor in state.tensors.items():
            if isinstance(tensor, Tensor):
                self._check(name, tensor.storage, self._archive.members)

    def _check(self, name: str, storage: Storage, members: Mapping[str, object]) -> None:
        member = self._archive.members.get(self._member(storage))
        if member is None:
            raise broken(self.path, FORMAT, f"the values of '{name[:100]}' are not in it")
        wanted = (storage.first + storage.count) * width(storage.dtype)
        if member.size < wanted:
            raise broken(
                self.path, FORMAT, f"'{name[:100]}' should have {wanted} bytes, and {member.size} are there"
            )

    def _member(self, storage: Storage) -> str:
        return f"{self._folder}data/{storage.key}"

    def _storage(self, storage: Storage) -> bytes:
        first, size = storage.first * width(storage.dtype), storage.count * width(storage.dtype)
        return self._archive.read(self._member(storage))[first : first + size]


def _only_pickle(archive: Archive) -> str:
    pickles = [name for name in archive.members if name.rpartition("/")[2] == _PICKLE]
    if len(pickles) != 1:
        raise broken(archive.path, FORMAT, f"it has {len(pickles)} files '{_PICKLE}'")
    return pickles[0]


def _check_kind(archive: Archive, folder: str) -> None:
    """Refuse programs, and archives that something else than PyTorch has packed."""
    if any(name.startswith(f"{folder}code/") for name in archive.members):
        raise whole_model("torch.jit.ScriptModule", archive.path, "TorchScript program")
    packed = next((name for name, member in archive.members.items() if member.packed), None)
    if packed is not None:
        hint = "unpack it and pack it again without compression, or save it anew with torch.save"
        problem = f"'{packed[:100]}' in it is compressed, which torch.save never does"
        raise broken(archive.path, FORMAT, problem, (hint,))


def _is_big(archive: Archive, folder: str) -> bool:
    order = archive.members.get(f"{folder}byteorder")
    return order is not None and order.size < 16 and archive.read(f"{folder}byteorder") == b"big"
